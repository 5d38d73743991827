"""Tell whether two formulas agree: at random points, or on the solutions of an equation."""

import dataclasses
import functools
import random
import zlib
from fractions import Fraction
from typing import Literal

from stepsmith.transforms.derive.expression import Expression
from stepsmith.transforms.derive.points import (
    PLAIN,
    NoValueError,
    Point,
    Setting,
    Value,
    differ,
    evaluate,
)
from stepsmith.transforms.formula.tree import Formula

Agreement = Literal["always", "never", "sometimes", "unknown"]

_N_POINTS = 6
_MIN_POINTS = 4
_MAX_NODES = 300
_MAX_DEGREE = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """How often two formulas agree, and a point at which they do not, with both values.

    Of equations: the point solves the given one and the values are the derived one's, unless
    `solves` is false, which is the other way round.
    """

    agreement: Agreement
    point: Point | None = None
    values: tuple[Value, Value] | None = None
    solves: bool = True


UNKNOWN = Comparison("unknown")


def compare_everywhere(left: Expression, right: Expression, setting: Setting = PLAIN) -> Comparison:
    """Compare two formulas at points drawn at random.

    "never" means that they differ at every point at which both have a value, whichever way the
    letters `e`, `i` and `log` are read; "always" that they agree at all of them in some reading.
    """
    if left.size + right.size > _MAX_NODES:
        return UNKNOWN
    found: list[Comparison] = []
    for names in _variable_sets(left, right):
        for read in _settings(left, right, setting):
            comparison = _compare_read(left.formula, right.formula, names, read)
            if comparison.agreement == "always":
                return comparison
            found.append(comparison)
    if all(comparison.agreement == "never" for comparison in found):
        return found[0]
    some = all(comparison.agreement != "unknown" for comparison in found)
    return Comparison("sometimes") if some else UNKNOWN


@functools.lru_cache(maxsize=2_048)
def is_identity(left: Expression, right: Expression) -> bool:
    """Tell whether two formulas agree at every point tried; stops at the first that differs."""
    if left.size + right.size > _MAX_NODES:
        return False
    return any(
        _agrees(left.formula, right.formula, names, read)
        for names in _variable_sets(left, right)
        for read in _settings(left, right, PLAIN)
    )


def are_proportional(left: Expression, right: Expression) -> bool:
    """Tell whether one formula is the other one times a constant, at every point tried."""
    return proportion(left, right) is not None


def proportion(left: Expression, right: Expression) -> Value | None:
    """Return how many times the right formula the left one is, if it is so at every point tried."""
    names = tuple(sorted(left.names | right.names))
    ratios: set[Value] = set()
    for point in _points(names)[0]:
        try:
            one, other = evaluate(left.formula, point), evaluate(right.formula, point)
            ratios.add(one / other)
        except (NoValueError, ArithmeticError):
            return None
    return ratios.pop() if len(ratios) == 1 else None


def homogeneous_degree(side: Expression) -> int | None:
    """Return the degree that all terms of a polynomial have, None where they have no one."""
    names = tuple(sorted(side.names))
    degrees: set[Value] = set()
    for point in _points(names)[0] if names else ():
        try:
            value = evaluate(side.formula, point)
            twice = evaluate(side.formula, {name: 2 * at for name, at in point.items()})
            degrees.add(twice / value)
        except (NoValueError, ArithmeticError):
            return None
    ratio = degrees.pop() if len(degrees) == 1 else None
    return next((degree for degree in range(_MAX_DEGREE) if ratio == 2**degree), None)


def _agrees(left: Formula, right: Formula, names: tuple[str, ...], setting: Setting) -> bool:
    for points in _points(names):
        n_same = 0
        for point in points:
            result = _at(left, right, point, setting)
            if result is not None and result[0]:
                return False
            n_same += result is not None
        if n_same >= min(_MIN_POINTS, len(points)):
            return True
    return False


def _variable_sets(left: Expression, right: Expression) -> list[tuple[str, ...]]:
    """Return the variables, with `e` and `i` left out and taken in where they occur."""
    either = frozenset((*left.either, *right.either))
    names = sorted((left.names | right.names) - either)
    if not either:
        return [tuple(names)]
    return [tuple(names), (*names, *sorted(either))]


def _settings(left: Expression, right: Expression, setting: Setting) -> list[Setting]:
    if left.has_open_log or right.has_open_log:
        return [setting, dataclasses.replace(setting, decimal_log=True)]
    return [setting]


def _compare_read(
    left: Formula, right: Formula, names: tuple[str, ...], setting: Setting
) -> Comparison:
    for points in _points(names):
        decided: list[_Result] = []
        for point in points:
            result = _at(left, right, point, setting)
            if result is not None:
                decided.append(result)
        if len(decided) < min(_MIN_POINTS, len(points)):
            continue
        n_different = sum(each[0] for each in decided)
        if n_different == 0:
            return Comparison("always")
        simple = (_at(left, right, point, setting) for point in _simple(names))
        shown = next(each for each in (*simple, *decided) if each is not None and each[0])
        agreement: Agreement = "never" if n_different == len(decided) else "sometimes"
        return Comparison(agreement, shown[1], shown[2])
    return UNKNOWN


_Result = tuple[bool, Point, tuple[Value, Value]]


def _at(left: Formula, right: Formula, point: Point, setting: Setting) -> _Result | None:
    try:
        one, other = evaluate(left, point, setting), evaluate(right, point, setting)
    except NoValueError:
        return None
    different = differ(one, other)
    return None if different is None else (different, point, (one, other))


@functools.lru_cache(maxsize=256)
def _points(names: tuple[str, ...]) -> tuple[tuple[Point, ...], ...]:
    """Return points to try, and whole ones for formulas that have no values at those.

    They are drawn from the names alone, so that verdicts repeat. A formula in no variable has one.
    """
    if not names:
        return (({},),)
    rng = _random(names)
    drawn = [
        {name: Fraction(rng.randint(30, 400), rng.randint(101, 139)) for name in names}
        for _ in range(_N_POINTS)
    ]
    whole = [{name: Fraction(rng.randint(2, 12)) for name in names} for _ in range(_N_POINTS)]
    return tuple(drawn), tuple(whole)


@functools.lru_cache(maxsize=256)
def _simple(names: tuple[str, ...]) -> tuple[Point, ...]:
    """Return points as a person would try them, to show a difference at."""
    rng = _random(names)
    return tuple({name: Fraction(rng.randint(2, 5)) for name in names} for _ in range(3))


def _random(names: tuple[str, ...]) -> random.Random:
    return random.Random(zlib.crc32(" ".join(names).encode()))  # noqa: S311 -- no secret
