"""Comparing collections: tuples in order, sets in any, matrices by their cells."""

import itertools
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.exact import exact_value
from stepsmith.transforms.formula.intervals import real_set
from stepsmith.transforms.formula.rewrite import alternatives
from stepsmith.transforms.formula.tree import Formula, Group, Relation
from stepsmith.transforms.formula.values import Comparison

__all__ = ["compare_groups", "compare_ordered", "compare_unordered"]

Compare = Callable[[Formula, Formula], Comparison]


def compare_groups(one: Group, other: Group, compare: Compare) -> Comparison:
    """Compare two collections by their kinds, brackets and items."""
    if _is_loose(one) or _is_loose(other):
        return _compare_loose(one, other, compare)
    if "matrix" in {one.kind, other.kind}:
        return _compare_matrices(one, other, compare)
    kinds = {one.kind, other.kind}
    if kinds & _UNITED or (kinds == {"interval"}):
        return _compare_real_sets(one, other, compare)
    if (one.open, one.close) != (other.open, other.close):
        return "different"
    return compare_ordered(one.items, other.items, compare)


_UNITED = frozenset({"union", "intersection"})


def _is_loose(group: Group) -> bool:
    """Say whether no brackets, or those of a set, hold the items together."""
    return group.kind in {"set", "either"} or (group.kind == "list" and not group.open)


def _compare_loose(one: Group, other: Group, compare: Compare) -> Comparison:
    """Compare sets and bare lists; of a permuted list of values it is unknown what was asked."""
    if not (_is_loose(one) and _is_loose(other)):
        if one.kind == other.kind == "set" or not {one.kind, other.kind} >= {"set"}:
            return "unknown"
        return "different" if {one.kind, other.kind} <= {"set", "tuple"} else "unknown"
    if one.kind == other.kind == "list":
        ordered = compare_ordered(_expanded(one.items), _expanded(other.items), compare)
        if ordered == "equal":
            return "equal"
        outcome = _compare_sets(one, other, compare)
        points = all(isinstance(item, Group | Relation) for item in (*one.items, *other.items))
        return outcome if points or outcome != "equal" else "unknown"
    return _compare_sets(one, other, compare)


def compare_ordered(
    some: Sequence[Formula], others: Sequence[Formula], compare: Compare
) -> Comparison:
    """Compare item by item."""
    if len(some) != len(others):
        return "different"
    outcomes: set[Comparison] = set()
    for one, other in zip(some, others, strict=True):
        outcome = compare(one, other)
        if outcome == "different":
            return "different"
        outcomes.add(outcome)
    return "unknown" if "unknown" in outcomes else "equal"


def _compare_matrices(one: Group, other: Group, compare: Compare) -> Comparison:
    if one.kind != other.kind:
        return "unknown"  # a column may be a tuple to whoever asked
    rows = [
        row.items if isinstance(row, Group) else (row,)
        for each in (one, other)
        for row in each.items
    ]
    here, there = rows[: len(one.items)], rows[len(one.items) :]
    if [len(row) for row in here] != [len(row) for row in there]:
        return "different"
    return compare_ordered(
        [cell for row in here for cell in row], [cell for row in there for cell in row], compare
    )


def _compare_real_sets(one: Group, other: Group, compare: Compare) -> Comparison:
    sets = real_set(one), real_set(other)
    if sets[0] is not None and sets[1] is not None:
        return "equal" if sets[0] == sets[1] else "different"
    if one.kind != other.kind:
        return "unknown"
    if one.kind == "interval":
        same = (one.open, one.close) == (other.open, other.close)
        return compare_ordered(one.items, other.items, compare) if same else "different"
    outcome = compare_unordered(one.items, other.items, compare)
    return outcome if outcome == "equal" else "unknown"


def _compare_sets(one: Group, other: Group, compare: Compare) -> Comparison:
    some, others = _expanded(one.items), _expanded(other.items)
    if one.kind == other.kind == "set":
        some, others = _distinct(some), _distinct(others)
    return compare_unordered(some, others, compare)


def _expanded(items: Sequence[Formula]) -> list[Formula]:
    return [each for item in items for each in alternatives(item)]


def _distinct(items: list[Formula]) -> list[Formula]:
    """Drop what is there twice, as far as exact values show it."""
    seen: dict[Hashable, Formula] = {}
    for index, item in enumerate(items):
        key = _key(item)
        seen.setdefault(("inexact", index) if key is None else key, item)
    return list(seen.values())


_MAX_INEXACT = 40


def compare_unordered(
    some: Sequence[Formula], others: Sequence[Formula], compare: Compare
) -> Comparison:
    """Compare as multisets: exact items by their values in linear time, the rest in pairs."""
    if len(some) != len(others):
        return "different" if _are_distinct(max(some, others, key=len), compare) else "unknown"
    keys = [(_key(item), item) for item in some]
    other_keys = [(_key(item), item) for item in others]
    counts = Counter(key for key, _ in keys if key is not None)
    left = [item for key, item in other_keys if key is None or not _taken(counts, key)]
    counts = Counter(key for key, _ in other_keys if key is not None)
    right = [item for key, item in keys if key is None or not _taken(counts, key)]
    if not left and not right:
        return "equal"
    if len(left) > _MAX_INEXACT:
        return "different" if _all_exact(some) and _all_exact(others) else "unknown"
    return _matched(left, right, compare)


_MAX_DISTINCT = 12


def _are_distinct(items: Sequence[Formula], compare: Compare) -> bool:
    """Say whether no two items can be the same: then fewer of them are not the same set."""
    keys = {_key(item) for item in items}
    if None not in keys:
        return len(keys) == len(items)
    pairs = itertools.combinations(items, 2)
    return len(items) <= _MAX_DISTINCT and all(compare(a, b) == "different" for a, b in pairs)


def _taken(counts: Counter[Hashable], key: Hashable) -> bool:
    if not counts[key]:
        return False
    counts[key] -= 1
    return True


def _all_exact(items: Sequence[Formula]) -> bool:
    return all(_key(item) is not None for item in items)


def _matched(left: list[Formula], right: list[Formula], compare: Compare) -> Comparison:
    """Match each with an equal one; one that differs from all on the other side decides."""
    rows = [[compare(one, other) for other in right] for one in left]
    columns = list(zip(*rows, strict=True))
    if any(set(line) == {"different"} for line in (*rows, *columns)):
        return "different"
    free = set(range(len(right)))
    for row in rows:
        found = next((index for index in sorted(free) if row[index] == "equal"), None)
        if found is None:
            return "unknown"
        free.discard(found)
    return "equal"


def _key(item: Formula) -> Hashable | None:
    """Return what decides equality of exact numbers and of tuples of them, or nothing."""
    if isinstance(item, Group) and item.kind in {"tuple", "list"} and item.open:
        keys = tuple(_key(each) for each in item.items)
        return None if None in keys else (item.open, item.close, keys)
    if isinstance(item, Group):
        return None
    try:
        return exact_value(item)
    except TooLargeError:
        return None
