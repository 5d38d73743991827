"""Comparing equations and inequalities by what solves them, where that is certain.

Equations: equal where the differences of their sides are proportional; different where a generic
solution of one does not solve the other. Inequalities in one variable: their sets of solutions.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeGuard

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.exact import exact_value
from stepsmith.transforms.formula.field import PRIME, UnsupportedError, field_value, square_root
from stepsmith.transforms.formula.points import field_points, fingerprint
from stepsmith.transforms.formula.rewrite import as_assignment, substitute
from stepsmith.transforms.formula.solving import FLIPPED, agree, solutions
from stepsmith.transforms.formula.tree import (
    Apply,
    Formula,
    Number,
    Relation,
    Sign,
    Symbol,
    parts,
    same,
    symbols,
)
from stepsmith.transforms.formula.values import Comparison

__all__ = ["compare_relations"]

Compare = Callable[[Formula, Formula], Comparison]


def compare_relations(one: Relation, other: Relation, compare: Compare) -> Comparison:
    """Compare two relations; `compare` compares their sides."""
    if _same_sides(one, other, compare):
        return "equal"
    sets = solutions(one), solutions(other)
    if sets[0] is not None and sets[1] is not None:
        return "equal" if sets[0] == sets[1] else "different"
    if len(one.signs) != 1 or len(other.signs) != 1:
        return "unknown"
    if one.signs == other.signs == ("=",):
        return _compare_definitions(one, other, compare) or _compare_equations(one, other)
    return _compare_inequalities(one, other)


def _same_sides(one: Relation, other: Relation, compare: Compare) -> bool:
    """Say whether one relation is the other, as written or from right to left."""
    if len(one.signs) != len(other.signs):
        return False
    turned = _turned(other)
    return any(
        one.signs == each.signs
        and all(compare(a, b) == "equal" for a, b in zip(one.sides, each.sides, strict=True))
        for each in ([other] if turned is None else [other, turned])
    )


def _turned(relation: Relation) -> Relation | None:
    if any(sign not in FLIPPED for sign in relation.signs):
        return None
    signs: tuple[Sign, ...] = tuple([FLIPPED[sign] for sign in reversed(relation.signs)])
    return Relation(signs, relation.sides[::-1])


def _compare_definitions(one: Relation, other: Relation, compare: Compare) -> Comparison | None:
    """Compare `y = ...` with `y = ...`, and `f(x) = ...` likewise, by the right sides."""
    left, right = one.sides[0], other.sides[0]
    if _is_call(left) and _is_call(right):
        return _compare_calls(one, other, compare)
    found, other_found = as_assignment(one), as_assignment(other)
    if found is None or other_found is None or found[0] != other_found[0]:
        return None
    outcome = compare(found[1], other_found[1])
    return None if outcome == "unknown" else outcome


def _is_call(formula: Formula) -> TypeGuard[Apply]:
    return isinstance(formula, Apply) and formula.name == "call"


def _compare_calls(one: Relation, other: Relation, compare: Compare) -> Comparison:
    """Compare `f(x) = ...` with `f(t) = ...`, where only the name of the argument differs."""
    left, right = one.sides[0], other.sides[0]
    if same(left, right):
        return compare(one.sides[1], other.sides[1])
    names, others = _bound(left), _bound(right)
    if names is None or others is None or len(names) != len(others) or names[0] != others[0]:
        return "unknown"
    free = symbols(one.sides[1]) - set(names), symbols(other.sides[1]) - set(others)
    if not (free[0].isdisjoint(others) and free[1].isdisjoint(names)):
        return "unknown"  # what is a constant there is the argument here
    renamed: dict[str, Formula] = {old: Symbol(new) for old, new in zip(others, names, strict=True)}
    return compare(one.sides[1], substitute(other.sides[1], renamed))


def _bound(call: Formula) -> tuple[str, ...] | None:
    """Return the names of a function and its arguments where all are names, each another."""
    found = tuple(part.name for part in parts(call) if isinstance(part, Symbol))
    return found if len(set(found)) == len(parts(call)) else None


def _difference(relation: Relation) -> Formula:
    return Apply("+", (relation.sides[0], Apply("neg", (relation.sides[1],))))


def _compare_equations(one: Relation, other: Relation) -> Comparison:
    first, second = _difference(one), _difference(other)
    names = sorted(symbols(first) | symbols(second))
    try:
        if not names:
            return "unknown"
        points = list(field_points([*names, "pi", "e"], fingerprint((first, second)), 3))
        values = [(field_value(first, point), field_value(second, point)) for point in points]
        if any(a == 0 or b == 0 for a, b in values):
            return "unknown"
        pairs = ((first, second), (second, first))
        ratios = {a * pow(b, -1, PRIME) % PRIME for a, b in values}
        if len(ratios) == 1:
            return "equal"
        if any(_leaves(*pair, names, point) for point in points for pair in pairs):
            return "different"
    except UnsupportedError:
        pass
    return "unknown"


def _leaves(first: Formula, second: Formula, names: list[str], point: Mapping[str, int]) -> bool:
    """Say whether some generic solution of the first equation does not solve the second."""
    for name in names:
        solved = _solved(first, name, point)
        if solved is not None and field_value(second, solved) != 0:
            return True
    return False


def _solved(formula: Formula, name: str, point: Mapping[str, int]) -> dict[str, int] | None:
    """Solve for one variable that has degree one or two, with the others at `point`."""
    at = [field_value(formula, {**point, name: _START + step}) for step in range(4)]
    if (at[3] - 3 * at[2] + 3 * at[1] - at[0]) % PRIME:
        return None
    curvature = (at[2] - 2 * at[1] + at[0]) * pow(2, -1, PRIME) % PRIME
    slope = (at[1] - at[0] - curvature) % PRIME
    root = _field_root(curvature, slope, at[0])
    return None if root is None else {**point, name: (_START + root) % PRIME}


_START = 5


def _field_root(curvature: int, slope: int, offset: int) -> int | None:
    """Return a root of a polynomial of degree one or two, or nothing."""
    if curvature == 0:
        return None if slope == 0 else -offset * pow(slope, -1, PRIME) % PRIME
    root = square_root((slope * slope - 4 * curvature * offset) % PRIME)
    return None if root is None else (root - slope) * pow(2 * curvature, -1, PRIME) % PRIME


def _compare_inequalities(one: Relation, other: Relation) -> Comparison:
    """Compare by the differences of the sides: a positive multiple is the same inequality."""
    first, second = _upward(one), _upward(other)
    if first is None or second is None or first[0] != second[0]:
        return "unknown"
    ratio = _constant_ratio(first[1], second[1])
    if ratio is None:
        return "unknown"
    return "equal" if ratio > 0 else "unknown"


def _upward(relation: Relation) -> tuple[Sign, Formula] | None:
    """Return the inequality as `formula > 0` or `formula >= 0`."""
    sign = relation.signs[0]
    if sign not in {"<", "<=", ">", ">="}:
        return None
    difference = _difference(relation)
    if sign.startswith("<"):
        return FLIPPED[sign], Apply("neg", (difference,))
    return sign, difference


def _constant_ratio(first: Formula, second: Formula) -> Fraction | None:
    names = sorted(symbols(first) | symbols(second))
    values: dict[str, Formula] = {
        name: Number(Fraction(7 * index + 3, index + 5)) for index, name in enumerate(names)
    }
    try:
        above, below = (exact_value(substitute(each, values)) for each in (first, second))
    except TooLargeError:
        return None
    if above is None or not below:
        return None
    return above / below if agree(first, Apply("*", (Number(above / below), second))) else None
