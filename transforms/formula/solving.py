"""Solving relations in one variable that are linear: their solutions as sets of real numbers."""

import math
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.exact import exact_value
from stepsmith.transforms.formula.field import UnsupportedError, field_value
from stepsmith.transforms.formula.intervals import (
    Interval,
    RealSet,
    complement_of,
    end_of,
    intersect,
    real_set,
    unite,
)
from stepsmith.transforms.formula.points import field_points, fingerprint
from stepsmith.transforms.formula.rewrite import substitute
from stepsmith.transforms.formula.tree import (
    Apply,
    Formula,
    Group,
    Number,
    Relation,
    Sign,
    Symbol,
    symbols,
)

__all__ = ["FLIPPED", "agree", "solutions"]

FLIPPED: Final[dict[Sign, Sign]] = {
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
    "=": "=",
    "!=": "!=",
}

Solutions = tuple[str, RealSet]


def solutions(formula: Formula) -> Solutions | None:
    r"""Return the variable and the real numbers that solve a linear relation in it, or nothing.

    Also for `x \in S`, and for relations in the same variable with `or` between them.
    """
    if isinstance(formula, Group) and formula.kind == "either":
        each = [solutions(item) for item in formula.items]
        known = [found for found in each if found is not None]
        if len(known) < len(each) or len({name for name, _ in known}) != 1:
            return None
        return known[0][0], unite(interval for _, found in known for interval in found)
    if not isinstance(formula, Relation):
        return None
    names = symbols(formula)
    if len(names) != 1:
        return None
    [name] = names
    found = _chain(formula, name)
    return None if found is None else (name, found)


def _chain(relation: Relation, name: str) -> RealSet | None:
    total: RealSet = (Interval(-math.inf, 1, math.inf, -1),)
    for left, sign, right in zip(relation.sides, relation.signs, relation.sides[1:], strict=False):
        found = real_set(right) if sign == "in" and left == Symbol(name) else None
        if sign != "in":
            found = _linear(left, sign, right, name)
        if found is None:
            return None
        total = intersect(total, found)
    return total


def _linear(left: Formula, sign: Sign, right: Formula, name: str) -> RealSet | None:
    """Solve a relation whose sides are linear in the variable with rational coefficients."""
    if sign not in FLIPPED:
        return None
    variable = Symbol(name)
    if left == variable and name not in symbols(right):
        return _bounded(sign, right)
    if right == variable and name not in symbols(left):
        return _bounded(FLIPPED[sign], left)
    try:
        line = _line(Apply("+", (left, Apply("neg", (right,)))), name)
    except TooLargeError:
        return None
    if line is None or line[0] == 0:
        return None
    slope, offset = line
    return _half_line(sign if slope > 0 else FLIPPED[sign], -offset / slope)


def _bounded(sign: Sign, end: Formula) -> RealSet | None:
    """Return the solutions of `x < end`, whose end may be irrational."""
    number = end_of(end)
    return None if number is None or math.isinf(number) else _half_line(sign, Fraction(number))


def _half_line(sign: Sign, end: Fraction) -> RealSet:
    if sign == "=":
        return (Interval(end, 0, end, 0),)
    if sign == "!=":
        return complement_of(end)
    offset = 0 if sign.endswith("=") else 1
    if sign.startswith("<"):
        return (Interval(-math.inf, 1, end, -offset),)
    return (Interval(end, offset, math.inf, -1),)


def _line(formula: Formula, name: str) -> tuple[Fraction, Fraction] | None:
    """Return slope and offset where the formula is a line, which the prime field confirms."""
    at = [exact_value(substitute(formula, {name: Number(Fraction(x))})) for x in (0, 1)]
    if at[0] is None or at[1] is None:
        return None
    slope, offset = at[1] - at[0], at[0]
    line = Apply("+", (Apply("*", (Number(slope), Symbol(name))), Number(offset)))
    return (slope, offset) if agree(formula, line) else None


def agree(one: Formula, other: Formula) -> bool:
    """Say whether the prime field shows that two formulas are one rational function."""
    names = [*sorted(symbols(one) | symbols(other)), "pi", "e"]
    try:
        return all(
            field_value(one, point) == field_value(other, point)
            for point in field_points(names, fingerprint((one, other)), 2)
        )
    except UnsupportedError:
        return False
