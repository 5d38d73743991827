"""Compare two formulas as answers: a list as a set, a name as no part of the value, and so on."""

import collections
import dataclasses
from collections.abc import Sequence

from stepsmith.transforms.formula.tree import (
    Formula,
    Group,
    Quantity,
    Relation,
    Words,
    symbols,
)
from stepsmith.transforms.verify.answers.comparison import Comparison, best, worst
from stepsmith.transforms.verify.answers.decimals import exact_key
from stepsmith.transforms.verify.answers.ratios import compare_ratios, is_ratio
from stepsmith.transforms.verify.answers.regions import as_region
from stepsmith.transforms.verify.answers.relations import compare_relations
from stepsmith.transforms.verify.answers.shapes import (
    INFINITY,
    Named,
    alternatives,
    are_numbered,
    computes_with_groups,
    is_in_usual_order,
    named,
    negative,
)
from stepsmith.transforms.verify.answers.values import compare_values
from stepsmith.transforms.verify.answers.words import compare_words

__all__ = ["compare_answers"]

_LISTS = frozenset(["set", "either"])
_REGIONS = frozenset(["interval", "union"])
_BRACKETED = frozenset(["tuple", "interval", "list"])
_MAX_COMPARISONS = 400
_ENDLESS = frozenset([INFINITY, negative(INFINITY)])


def compare_answers(gold: Formula, given: Formula) -> Comparison:
    """Compare an answer with the gold one; `unknown` where this cannot tell."""
    if gold == given:
        return "same"
    one, other = named(gold), named(given)
    if isinstance(one.value, Relation) or isinstance(other.value, Relation):
        return compare_relations(gold, given)
    compared = _compare_shapes(one.value, other.value)
    if compared == "same" and not _name_the_same(one, other):
        return "unknown"
    return compared


def _name_the_same(one: Named, other: Named) -> bool:
    return one.name is None or other.name is None or one.name == other.name


def _compare_shapes(one: Formula, other: Formula) -> Comparison:
    first, second = _items_of(one), _items_of(other)
    if first is not None and second is not None:
        return _compare_lists(one, other, first, second)
    if _is_region(one) or _is_region(other):
        return _compare_regions(one, other)
    if first is not None:
        return _compare_list_with(one, first, other)
    if second is not None:
        return _compare_list_with(other, second, one)
    if isinstance(one, Group) or isinstance(other, Group):
        return _compare_groups(one, other)
    return _compare_single(one, other)


def _compare_single(one: Formula, other: Formula) -> Comparison:
    if isinstance(one, Words) or isinstance(other, Words):
        return _compare_texts(one, other)
    if is_ratio(one) and is_ratio(other):
        return compare_ratios(one, other)
    return compare_values(one, other)


def _items_of(formula: Formula) -> list[Formula] | None:
    """Return the answers that a list, a set or a plus-minus sign stands for, if it is one."""
    if isinstance(formula, Group):
        is_list = formula.kind in _LISTS or (formula.kind == "list" and not formula.open)
        return list(formula.items) if is_list else None
    chosen = alternatives(formula)
    return chosen if len(chosen) > 1 else None


def _is_region(formula: Formula) -> bool:
    return isinstance(formula, Group) and formula.kind in _REGIONS


def _compare_lists(
    one: Formula, other: Formula, first: list[Formula], second: list[Formula]
) -> Comparison:
    named_first, named_second = list(map(named, first)), list(map(named, second))
    if (by_name := _compare_by_name(named_first, named_second)) is not None:
        return by_name
    values = [_spread(each) for each in (named_first, named_second)]
    compared = _match(*values)
    if compared == "different" and (_is_table(named_first) or _is_table(named_second)):
        return "unknown"
    if compared == "same" and not {"set"} & _kinds(one, other) and _repeat_otherwise(*values):
        return "unknown"  # a root listed twice
    return compared


def _repeat_otherwise(first: list[Formula], second: list[Formula]) -> bool:
    """Say whether two lists of the same values have them in different numbers."""
    counts = [collections.Counter(map(exact_key, values)) for values in (first, second)]
    return len(first) != len(second) or (None not in counts[0] and counts[0] != counts[1])


def _is_table(answers: Sequence[Named]) -> bool:
    """Say whether several names have several values each, as in `p = 1, q = 2; p = 3, q = 4`."""
    names = [each.name for each in answers]
    return None not in names and 1 < len(set(names)) < len(names)


def _kind(formula: Formula) -> str:
    return formula.kind if isinstance(formula, Group) else ""


def _spread(answers: Sequence[Named]) -> list[Formula]:
    return [each for answer in answers for each in alternatives(answer.value)]


def _compare_by_name(first: Sequence[Named], second: Sequence[Named]) -> Comparison | None:
    """Compare `x = 1, y = 2` with `y = 2, x = 1`, or with `1, 2` in its order."""
    names = [[each.name for each in side] for side in (first, second)]
    are_named = [None not in side and len(set(side)) == len(side) > 1 for side in names]
    if not any(are_named) or len(first) != len(second):
        return None
    if all(are_named):
        if set(names[0]) != set(names[1]):
            return None
        return _compare_named(first, second)
    unnamed = names[1] if are_named[0] else names[0]
    if set(unnamed) != {None}:
        return None
    pairs = zip(first, second, strict=True)
    in_order = worst([_compare_shapes(one.value, other.value) for one, other in pairs])
    if in_order == "same":
        return "same"
    matched = _match(_spread(first), _spread(second))
    return "unknown" if matched == "same" else matched


def _compare_named(first: Sequence[Named], second: Sequence[Named]) -> Comparison:
    """Compare values by their names, all of which have a value on both sides."""
    values = {each.name: each.value for each in second}
    compared = worst([_compare_shapes(each.value, values[each.name]) for each in first])
    if compared == "different" and are_numbered([each.name for each in first]):
        matched = _match(_spread(first), _spread(second))
        return "unknown" if matched == "same" else matched
    return compared


def _match(first: list[Formula], second: list[Formula]) -> Comparison:
    """Compare two collections whose order does not count."""
    first, second = _without_common(first, second)
    if len(first) * len(second) > _MAX_COMPARISONS:
        return "unknown"
    rows: list[list[Comparison]] = [
        [compare_answers(one, other) for other in second] for one in first
    ]
    columns: list[list[Comparison]] = [[row[at] for row in rows] for at in range(len(second))]
    return worst(map(best, [*rows, *columns]))


def _without_common(
    first: list[Formula], second: list[Formula]
) -> tuple[list[Formula], list[Formula]]:
    """Leave out what both sides have exactly: thousands of integers are compared at once."""
    keys = [[exact_key(each) for each in side] for side in (first, second)]
    common = (set(keys[0]) & set(keys[1])) - {None}
    return (
        [each for each, key in zip(first, keys[0], strict=True) if key not in common],
        [each for each, key in zip(second, keys[1], strict=True) if key not in common],
    )


def _compare_list_with(some: Formula, items: list[Formula], rest: Formula) -> Comparison:
    """Compare a list with what is none: a tuple in its order, a single value with its only one."""
    if any(isinstance(each, Relation) and each.signs != ("=",) for each in items):
        return "unknown"  # `x > 1, x < 5` is an interval
    if isinstance(rest, Group):
        return _compare_list_with_group(some, items, rest)
    if len({each.unit if isinstance(each, Quantity) else "" for each in items}) > 1:
        return "unknown"  # `2 hours and 30 minutes` is one value, as is `$5 and 25 cents`
    if _solves_for(items, rest):
        return "unknown"  # of `x = 7, y = 8` one may be what is asked for
    compared = _match(items, [rest])
    return "unknown" if compared == "same" else compared


def _solves_for(items: Sequence[Formula], value: Formula) -> bool:
    """Say whether a list gives each of several names a value, one of them this one."""
    answers = list(map(named, items))
    names = {each.name for each in answers}
    return (
        None not in names
        and len(names) == len(items) > 1
        and any(compare_answers(each.value, value) == "same" for each in answers)
    )


def _compare_list_with_group(some: Formula, items: list[Formula], rest: Group) -> Comparison:
    if _kind(some) == "set" or rest.kind not in _BRACKETED or len(items) != len(rest.items):
        return "different" if rest.kind in _BRACKETED else "unknown"
    names = [named(each).name for each in items]
    if is_in_usual_order(names[::-1]):
        names, items = names[::-1], items[::-1]
    in_order = _in_order(_spread(list(map(named, items))), rest.items)
    if in_order == "different" and is_in_usual_order(names):
        return "different"
    if in_order == "different" and _match(items, list(rest.items)) != "different":
        return "unknown"
    return in_order


def _in_order(first: Sequence[Formula], second: Sequence[Formula]) -> Comparison:
    if len(first) != len(second):
        return "different"
    return worst([compare_answers(*pair) for pair in zip(first, second, strict=True)])


def _compare_regions(one: Formula, other: Formula) -> Comparison:
    """Compare two answers of which at least one is an interval or a union."""
    if not isinstance(one, Group) or not isinstance(other, Group):
        single = other if isinstance(one, Group) else one
        if as_region(single) is not None:  # the letter that stands for all numbers
            return "same" if as_region(one) == as_region(other) else "different"
        return "unknown" if symbols(single) else "different"
    first, second = as_region(_as_interval(one)), as_region(_as_interval(other))
    if first is not None and first == second and "tuple" not in _kinds(one, other):
        return "same"
    compared = _compare_ends(one, other)
    if compared == "unknown" and first is not None and second is not None:
        return "different"
    return compared


def _as_interval(formula: Group) -> Group:
    """Read a pair as an open interval: beside another interval, it may be meant as one."""
    is_pair = formula.kind == "tuple" and len(formula.items) == 2  # noqa: PLR2004
    return dataclasses.replace(formula, kind="interval") if is_pair else formula


def _compare_ends(one: Group, other: Group) -> Comparison:
    kinds = _kinds(one, other)
    if kinds == {"union"}:
        matched = _match(list(one.items), list(other.items))
        return "unknown" if matched == "different" else matched  # pieces may join
    if kinds <= {"interval", "tuple"}:
        return _compare_groups(one, other)
    if any(map(_is_point, (one, other))) or kinds & {"matrix", "row"}:
        return "different"
    lists = [each for each in (one, other) if each.kind in {"list", "either"}]
    if lists and not any(isinstance(part, Relation) for each in lists for part in each.items):
        return "different"
    return "unknown"


def _is_point(formula: Group) -> bool:
    return formula.kind == "tuple" and len(formula.items) != 2  # noqa: PLR2004


def _kinds(*formulas: Formula) -> set[str]:
    return set(map(_kind, formulas))


def _compare_groups(one: Formula, other: Formula) -> Comparison:
    """Compare tuples, intervals, matrices and their rows, element by element."""
    if not isinstance(one, Group) or not isinstance(other, Group):
        return (
            "unknown" if computes_with_groups(one) or computes_with_groups(other) else "different"
        )
    if "matrix" in {one.kind, other.kind} and one.kind != other.kind:
        return "unknown"
    compared = _in_order(one.items, other.items)
    if compared != "different" and not _have_the_same_ends(one, other):
        return "different"
    return compared


def _have_the_same_ends(one: Group, other: Group) -> bool:
    """Say whether two pairs are open and closed at the same ends; infinity is neither."""
    if len(one.items) != 2 or {one.kind, other.kind} <= {"matrix", "row"}:  # noqa: PLR2004
        return True
    sides = ((one.items[0], one.open, other.open), (one.items[1], one.close, other.close))
    return all(first == second or end in _ENDLESS for end, first, second in sides)


def _compare_texts(one: Formula, other: Formula) -> Comparison:
    if not isinstance(one, Words) or not isinstance(other, Words):
        return "unknown"
    equal = compare_words(one.text, other.text)
    return "unknown" if equal is None else "same" if equal else "different"
