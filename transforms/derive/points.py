"""Evaluate a formula at a point: exactly where it is rational, in complex floats elsewhere.

A value that is not certain (a pole, a branch, a number out of bounds, a unit) is none at all.
"""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction

from stepsmith.transforms.derive.operations import (
    CONSTANT_VALUES,
    OPERATIONS,
    NoValueError,
    Value,
    bounded,
    to_float,
)
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol

__all__ = [
    "PLAIN",
    "Function",
    "NoValueError",
    "Point",
    "Setting",
    "Value",
    "differ",
    "differ_much",
    "evaluate",
]

Point = Mapping[str, Value]

_MAX_DEPTH = 100
_SAME = 1e-9
_DIFFERENT = 1e-6
_MUCH = 0.02


@dataclasses.dataclass(frozen=True, slots=True)
class Function:
    """A function that the text defines: `body` in its parameters."""

    parameters: tuple[str, ...]
    body: Formula


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What a formula's letters mean beside its variables.

    `log` without a base is to base ten where `decimal_log` says so, else to base e. A letter that
    the point names is a variable, be it `e` or `i`.
    """

    functions: Mapping[str, Function] = dataclasses.field(default_factory=dict[str, Function])
    decimal_log: bool = False


PLAIN = Setting()


def evaluate(formula: Formula, point: Point, setting: Setting = PLAIN) -> Value:
    """Return the value of `formula` where its variables are as in `point`.

    Raises `NoValueError` where it has none that is certain, and for variables not in `point`.
    """
    try:
        return bounded(_evaluate(formula, point, setting, _MAX_DEPTH))
    except (ArithmeticError, ValueError) as error:
        raise NoValueError from error


def _evaluate(formula: Formula, point: Point, setting: Setting, depth: int) -> Value:
    if depth <= 0:
        raise NoValueError
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Symbol):
        return _symbol(formula.name, point)
    if not isinstance(formula, Apply):
        raise NoValueError
    if formula.name == "call":
        return _call(formula, point, setting, depth)
    function = OPERATIONS.get(formula.name)
    if function is None:
        raise NoValueError
    values = [_evaluate(part, point, setting, depth - 1) for part in formula.arguments]
    if formula.name == "log" and len(values) == 1 and setting.decimal_log:
        values.insert(0, Fraction(10))
    return bounded(function(values))


def _call(formula: Apply, point: Point, setting: Setting, depth: int) -> Value:
    name, *arguments = formula.arguments
    function = setting.functions.get(name.name) if isinstance(name, Symbol) else None
    if function is None or len(function.parameters) != len(arguments):
        raise NoValueError
    values = [_evaluate(argument, point, setting, depth - 1) for argument in arguments]
    inside = {**point, **dict(zip(function.parameters, values, strict=True))}
    return _evaluate(function.body, inside, setting, depth // 2 - 1)


def _symbol(name: str, point: Point) -> Value:
    if name in point:
        return point[name]
    if name in CONSTANT_VALUES:
        return CONSTANT_VALUES[name]
    raise NoValueError


def differ(one: Value, other: Value) -> bool | None:
    """Tell whether two values differ; None where rounding leaves it open."""
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one != other
    try:
        a, b = to_float(one), to_float(other)
    except OverflowError:
        return None
    gap = abs(a - b) / max(1e-3, abs(a), abs(b))
    return None if _SAME < gap < _DIFFERENT else gap >= _DIFFERENT


def differ_much(one: Value, other: Value) -> bool:
    """Tell whether two values are further apart than rounding explains, as far as floats tell."""
    try:
        a, b = to_float(one), to_float(other)
    except OverflowError:
        return False
    return abs(a - b) > _MUCH * max(abs(a), abs(b))
