r"""Saying whether two formulas are equal, different, or that it is not known which.

Nothing is equal because it is near: `3.14` is different from pi (`rounds_to` asks that). Sets, the
two values of `a \pm b` and bare lists of points are compared in any order; tuples, intervals and
matrices in order and with their brackets. What depends on convention is unknown: a value with its
unit and one without, `(1, 2)` and `1, 2`, `1, 2` and `2, 1`, `x = 3` and `3`.
"""

from collections.abc import Callable
from fractions import Fraction

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.exact import exact_value
from stepsmith.transforms.formula.field import UnsupportedError
from stepsmith.transforms.formula.groups import compare_groups, compare_ordered
from stepsmith.transforms.formula.intervals import real_set
from stepsmith.transforms.formula.precise import real_value
from stepsmith.transforms.formula.relations import compare_relations
from stepsmith.transforms.formula.rewrite import alternatives
from stepsmith.transforms.formula.solving import solutions
from stepsmith.transforms.formula.tree import (
    Apply,
    Formula,
    Group,
    Number,
    Quantity,
    Relation,
    Words,
    same,
)
from stepsmith.transforms.formula.values import Comparison, compare_values

__all__ = ["Comparison", "compare", "rounds_to"]


def compare(one: Formula, other: Formula) -> Comparison:
    """Compare two formulas; `unknown` where nothing here can tell."""
    if isinstance(one, Number) and isinstance(other, Number):
        return "equal" if one.value == other.value else "different"
    if same(one, other):
        return "equal"
    kinds = {type(one), type(other)}
    for kind, compare_kind in _BY_KIND:
        if kind in kinds:
            return compare_kind(one, other)
    return _compare_applied(one, other)


def _compare_words(one: Formula, other: Formula) -> Comparison:
    if isinstance(one, Words) and isinstance(other, Words):
        same = one.text.casefold().split() == other.text.casefold().split()
        return "equal" if same else "unknown"
    return "unknown"


def _compare_quantities(one: Formula, other: Formula) -> Comparison:
    if isinstance(one, Quantity) and isinstance(other, Quantity) and one.unit == other.unit:
        return compare(one.value, other.value)
    return "unknown"


def _compare_applied(one: Formula, other: Formula) -> Comparison:
    """Compare values, after what makes of a value several or a class of them."""
    if isinstance(one, Apply) and isinstance(other, Apply) and one.name == other.name:
        if one.name == "ratio":
            return _compare_ratios(one, other)
        if one.name == "residue":
            return _compare_residues(one, other)
    outcome = compare_values(one, other)
    if outcome == "unknown":
        return _compare_signs(one, other)
    if outcome == "different" and _may_mean(one, other):
        return "unknown"
    return outcome


_MARKED = frozenset({"degree", "percent", "base"})


def _may_mean(one: Formula, other: Formula) -> bool:
    """Say whether one is the other without its sign: `90` may be meant in degrees or percent."""
    marks = _mark(one), _mark(other)
    if marks[0] == marks[1]:
        return False
    bare = _unmarked(one), _unmarked(other)
    return compare_values(*bare) == "equal"


def _mark(formula: Formula) -> str:
    while isinstance(formula, Apply) and formula.name == "neg":
        formula = formula.arguments[0]
    return formula.name if isinstance(formula, Apply) and formula.name in _MARKED else ""


def _unmarked(formula: Formula) -> Formula:
    if not isinstance(formula, Apply):
        return formula
    first = formula.arguments[0]
    if formula.name == "neg":
        return Apply("neg", (_unmarked(first),))
    if isinstance(first, Words):
        return Number(Fraction(int(first.text))) if first.text.isdigit() else formula
    return first if formula.name in _MARKED else formula


def _compare_signs(one: Formula, other: Formula) -> Comparison:
    some, others = alternatives(one), alternatives(other)
    if len(some) == len(others) == 1:
        return "unknown"
    return _compare_collections(Group("either", some), Group("either", others))


def _compare_ratios(one: Apply, other: Apply) -> Comparison:
    """Compare `3 : 2` and `6 : 4` term by term with the first terms made equal."""
    if len(one.arguments) != len(other.arguments):
        return "different"
    if not all(compare(term, _ZERO) == "different" for term in (*one.arguments, *other.arguments)):
        return (
            "equal"
            if compare_ordered(one.arguments, other.arguments, compare) == "equal"
            else ("unknown")
        )
    first, second = one.arguments[0], other.arguments[0]
    return compare_ordered(
        [Apply("*", (term, second)) for term in one.arguments],
        [Apply("*", (term, first)) for term in other.arguments],
        compare,
    )


_ZERO = Number(Fraction(0))


def _compare_residues(one: Apply, other: Apply) -> Comparison:
    """Compare classes: the same modulus, and values that differ by a multiple of it."""
    (first, modulus), (second, other_modulus) = one.arguments, other.arguments
    same_modulus = compare(modulus, other_modulus)
    if same_modulus != "equal":
        return same_modulus
    try:
        values = exact_value(first), exact_value(second), exact_value(modulus)
    except TooLargeError:
        return "unknown"
    if values[0] is None or values[1] is None or not values[2]:
        return "unknown"
    multiple = (values[0] - values[1]) / values[2]
    return "equal" if multiple.denominator == 1 else "different"


def _compare_collections(one: Formula, other: Formula) -> Comparison:
    if isinstance(one, Relation) and isinstance(other, Relation):
        return compare_relations(one, other, compare)
    some, others = alternatives(one), alternatives(other)
    if len(some) + len(others) > 2:  # noqa: PLR2004 - one reading each
        return compare_groups(_as_group(one, some), _as_group(other, others), compare)
    found = _compare_solutions(one, other)
    if found != "unknown":
        return found
    if isinstance(one, Group) and isinstance(other, Group):
        return compare_groups(one, other, compare)
    if isinstance(one, Relation) or isinstance(other, Relation):
        return "unknown"
    return _compare_with_one(one, other)


def _compare_with_one(one: Formula, other: Formula) -> Comparison:
    """Compare a collection with a single value: it may stand for a list of one, never of two."""
    group, single = (one, other) if isinstance(one, Group) else (other, one)
    if not isinstance(group, Group):
        return "unknown"
    if group.kind not in {"list", "set", "either"} or group.open in {"(", "["}:
        return "unknown"
    outcome = compare_groups(group, Group("either", (single,)), compare)
    return outcome if outcome == "different" else "unknown"


def _as_group(formula: Formula, readings: tuple[Formula, ...]) -> Group:
    """Return the readings of a formula with `±`; a list or a set expands its own items."""
    if isinstance(formula, Group) and (
        formula.kind in {"set", "either"} or (formula.kind == "list" and not formula.open)
    ):
        return formula
    return Group("either", readings)


def _compare_solutions(one: Formula, other: Formula) -> Comparison:
    """Compare an inequality with the set that solves it: `1 < x < 3` and `(1, 3)`."""
    found, other_found = solutions(one), solutions(other)
    if found is not None and other_found is not None:
        return "equal" if found == other_found else "different"
    if found is None and other_found is None:
        return "unknown"
    solved = found or other_found
    written = real_set(one if found is None else other)
    if solved is None or written is None:
        return "unknown"
    return "equal" if solved[1] == written else "different"


def rounds_to(number: Number, value: Formula) -> bool:
    """Say whether `number` is `value` rounded or cut off at the decimals that it prints.

    An exact match rounds too. False also where the value is not real or cannot be computed.
    """
    try:
        exact = exact_value(value)
        found = real_value(value) if exact is None else exact
    except (TooLargeError, UnsupportedError):
        return False
    return found is not None and _rounds(number, found)


def _rounds(number: Number, value: Fraction) -> bool:
    unit = Fraction(1, 10**number.places)
    beyond = abs(value) - abs(number.value)  # what cutting off would have removed
    if abs(value - number.value) * 2 <= unit:
        return True
    return 0 <= beyond < unit and number.value * value >= 0


# The first kind that either is of decides how they are compared.
_BY_KIND: tuple[tuple[type[Formula], Callable[[Formula, Formula], Comparison]], ...] = (
    (Words, _compare_words),
    (Quantity, _compare_quantities),
    (Relation, _compare_collections),
    (Group, _compare_collections),
)
