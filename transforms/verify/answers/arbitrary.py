r"""Letters that stand for any number: `x^2 + C`, `y = Ae^{2x}`, `\frac{\pi}{4} + k\pi`.

Answers that seem to differ may be one family of values, written with another letter, another
constant or from another member on. Whether that was asked for is the problem's to say.
"""

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction

from stepsmith.transforms.formula import TooLargeError, compare, substitute
from stepsmith.transforms.formula.field import UnsupportedError
from stepsmith.transforms.formula.precise import real_value
from stepsmith.transforms.formula.tree import (
    Apply,
    Formula,
    Group,
    Number,
    Relation,
    Symbol,
    nodes,
    symbols,
)
from stepsmith.transforms.verify.answers.shapes import named, negative

__all__ = ["may_be_one_family"]

_CONSTANTS = frozenset("ABCDKck")
_INTEGERS = frozenset("klmn")
_PARAMETERS = _CONSTANTS | _INTEGERS | frozenset("st")
_MAX_RENAMED = 3
_WHOLE = 2.0**-60


def may_be_one_family(one: Formula, other: Formula) -> bool:
    """Say whether two answers that differ as written may stand for the same values."""
    answers = named(one), named(other)
    if None not in (names := {each.name for each in answers}) and len(names) > 1:
        return False
    one, other = (each.value for each in answers)
    if isinstance(one, Relation) or isinstance(other, Relation):
        return False
    return (
        any(compare(one, each) == "equal" for each in _renamed(other, symbols(one)))
        or _differ_by_constant(one, other)
        or _are_one_progression(one, other)
    )


def _renamed(formula: Formula, names: frozenset[str]) -> Iterator[Formula]:
    """Yield the formula with letters for any number, which `names` lacks, called as they are."""
    ours = sorted(symbols(formula) - names)
    theirs = sorted(names - symbols(formula))
    if not 0 < len(ours) == len(theirs) <= _MAX_RENAMED:
        return
    if not all(name.partition("_")[0] in _PARAMETERS for name in (*ours, *theirs)):
        return
    items = formula.items if isinstance(formula, Group) else (formula,)
    if any(isinstance(each, Symbol) for each in items):
        return  # `A` and `A, C` may be options
    for order in itertools.permutations(theirs):
        called: dict[str, Formula] = {
            old: Symbol(new) for old, new in zip(ours, order, strict=True)
        }
        yield substitute(formula, called)


def _differ_by_constant(one: Formula, other: Formula) -> bool:
    """Say whether an antiderivative differs from another, as `x^2 + C` does from `x^2 + 1 + C`."""
    rests = _without_constant(one), _without_constant(other)
    if rests == (one, other) or not symbols(rests[0]) | symbols(rests[1]):
        return False
    gap = Apply("+", (rests[0], negative(rests[1])))
    elsewhere: Mapping[str, Formula] = {name: Symbol(f"{name}_0") for name in symbols(gap)}
    return compare(gap, substitute(gap, elsewhere)) != "different"


def _without_constant(formula: Formula) -> Formula:
    """Take a constant of integration out of a sum that holds it nowhere else."""
    if not isinstance(formula, Apply) or formula.name != "+":
        return formula
    kept = [each for each in formula.arguments if not _is_constant(each)]
    if not kept or any(_is_constant(node) for each in kept for node in nodes(each)):
        return formula
    return Apply("+", tuple(kept)) if len(kept) > 1 else kept[0]


def _is_constant(formula: Formula) -> bool:
    return isinstance(formula, Symbol) and formula.name.partition("_")[0] in {"C", "c", "K"}


def _are_one_progression(one: Formula, other: Formula) -> bool:
    r"""Say whether two progressions of angles have the same members: `k\pi` and `\pi + n\pi`."""
    try:
        first, second = _progression(one), _progression(other)
        if first is None or second is None:
            return False
        if not any(compare(first[1], each) == "equal" for each in (second[1], negative(second[1]))):
            return False
        gap = Apply("+", (first[0], negative(second[0])))
        steps = real_value(Apply("/", (gap, first[1])))
    except (TooLargeError, UnsupportedError, ArithmeticError):
        return False
    return steps is not None and abs(steps - round(steps)) < _WHOLE


def _progression(formula: Formula) -> tuple[Formula, Formula] | None:
    """Return the first member and the step of `a + kb`, where the step is an angle."""
    [name, *more] = symbols(formula) or [""]
    if more or name not in _INTEGERS or isinstance(formula, Group | Relation):
        return None
    members = [substitute(formula, {name: Number(Fraction(each))}) for each in range(3)]
    steps = [Apply("+", (b, negative(a))) for a, b in itertools.pairwise(members)]
    if not _is_angle(formula) or compare(*steps) != "equal":
        return None
    return members[0], steps[0]


def _is_angle(formula: Formula) -> bool:
    return any(
        node == Symbol("pi") or (isinstance(node, Apply) and node.name == "degree")
        for node in nodes(formula)
    )
