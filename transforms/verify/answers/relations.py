"""Compare equations and inequalities: as written, up to a constant factor, or at one point."""

from collections.abc import Mapping
from fractions import Fraction

from stepsmith.transforms.formula import TooLargeError, compare, exact_value
from stepsmith.transforms.formula.tree import (
    Apply,
    Formula,
    Group,
    Number,
    Relation,
    Symbol,
    symbols,
)
from stepsmith.transforms.verify.answers.comparison import Comparison
from stepsmith.transforms.verify.answers.values import compare_values

__all__ = ["compare_relations"]

_POINTS = ((0, 0, 0, 0, 0), (3, 7, 11, 19, 23), (-5, 2, 13, -17, 29), (10, -9, 4, 31, -37))
_MAX_SYMBOLS = 5
_TURNED = {"<": ">", "<=": ">="}
_ZERO = Fraction(0)
Point = dict[str, Fraction]


def compare_relations(gold: Formula, given: Formula) -> Comparison:
    """Compare two answers of which at least one is an equation or an inequality."""
    if not isinstance(gold, Relation) or not isinstance(given, Relation):
        return _compare_with_value(gold, given)
    if _same_sides(gold, given):
        return "same"
    if len(gold.signs) != 1 or len(given.signs) != 1 or _have_groups(gold, given):
        return "unknown"
    first, second = _sign_and_difference(gold), _sign_and_difference(given)
    if first is None or second is None:
        return "unknown"
    if {"=", "!="} & {first[0], second[0]} and first[0] != second[0]:
        return "different"
    return _compare_differences(*first, *second)


def _compare_with_value(gold: Formula, given: Formula) -> Comparison:
    """Compare an equation with what is none: a value is no answer where an equation is asked."""
    if isinstance(gold, Relation):
        return "different" if gold.signs == ("=",) and not isinstance(given, Group) else "unknown"
    if not isinstance(given, Relation) or given.signs != ("=",):
        return "unknown"
    if isinstance(gold, Group):
        is_list = gold.kind in {"list", "set", "either"}
        return "unknown" if is_list or symbols(gold) else "different"
    return "different" if compare_values(gold, given.sides[-1]) == "different" else "unknown"


def _same_sides(gold: Relation, given: Relation) -> bool:
    if gold.signs != given.signs:
        return False
    pairs = zip(gold.sides, given.sides, strict=True)
    return all(one == other or compare(one, other) == "equal" for one, other in pairs)


def _have_groups(*relations: Relation) -> bool:
    return any(isinstance(side, Group) for relation in relations for side in relation.sides)


def _sign_and_difference(relation: Relation) -> tuple[str, Formula] | None:
    """Return `>` and `a - b` for `a > b` and for `b < a`."""
    sign: str = relation.signs[0]
    left, right = relation.sides
    if sign in _TURNED:
        sign, left, right = _TURNED[sign], right, left
    if sign not in {"=", "!=", ">", ">="}:
        return None
    return sign, Apply("+", (left, Apply("neg", (right,))))


def _compare_differences(sign: str, one: Formula, other_sign: str, other: Formula) -> Comparison:
    names = sorted(symbols(one) | symbols(other))
    if not names or len(names) > _MAX_SYMBOLS:
        return "unknown"
    factor = _factor(one, other, names)
    if factor is not None and compare(one, Apply("*", (Number(factor), other))) == "equal":
        if sign in {"=", "!="}:
            return "same"
        return "same" if factor > 0 and sign == other_sign else "different"
    if sign == other_sign == "=" and (
        _parts_at_zero(one, other, names) or _parts_at_zero(other, one, names)
    ):
        return "different"
    return "unknown"


def _factor(one: Formula, other: Formula, names: list[str]) -> Fraction | None:
    """Return the ratio of two formulas at the first point where it is a number but zero."""
    for point in _points(names):
        above, below = _value_at(one, point), _value_at(other, point)
        if above and below:
            return above / below
    return None


def _parts_at_zero(one: Formula, other: Formula, names: list[str]) -> bool:
    """Say whether some point solves the one equation and surely not the other."""
    for point in _points(names):
        for name in names:
            for solved in _solve(one, point, name):
                if _value_at(other, solved) not in {None, _ZERO}:
                    return True
    return False


def _solve(formula: Formula, point: Point, name: str) -> list[Point]:
    """Move the point along one variable to where the formula is zero, if that is rational.

    Fits a line or a parabola to three values and checks its roots; nothing comes of other curves.
    """
    values = [_value_at(formula, {**point, name: Fraction(at)}) for at in range(3)]
    if None in values:
        return []
    first, second, third = (value or _ZERO for value in values)
    bend = (third - 2 * second + first) / 2
    slope = second - first - bend
    solved = [{**point, name: root} for root in _roots(bend, slope, first)]
    return [each for each in solved if _value_at(formula, each) == 0]


def _roots(bend: Fraction, slope: Fraction, start: Fraction) -> list[Fraction]:
    if bend == 0:
        return [-start / slope] if slope else []
    inside = exact_value(Apply("sqrt", (Number(slope**2 - 4 * bend * start),)))
    return [] if inside is None else [(-slope + turn * inside) / (2 * bend) for turn in (1, -1)]


def _points(names: list[str]) -> list[Point]:
    return [dict(zip(names, map(Fraction, point), strict=False)) for point in _POINTS]


def _value_at(formula: Formula, point: Mapping[str, Fraction]) -> Fraction | None:
    try:
        return exact_value(_substituted(formula, point))
    except TooLargeError:
        return None


def _substituted(formula: Formula, point: Mapping[str, Fraction]) -> Formula:
    if isinstance(formula, Apply):
        return Apply(formula.name, tuple(_substituted(each, point) for each in formula.arguments))
    if isinstance(formula, Symbol) and formula.name in point:
        return Number(point[formula.name])
    return formula
