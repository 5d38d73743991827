"""Sets of real numbers as sorted, disjoint intervals: one form for each set.

An end is a fraction, exact where the formula is rational and otherwise to 128 binary places, with
infinity as a float. Two irrational ends that agree so far are taken for equal.
"""

import dataclasses
import math
from collections.abc import Iterable
from fractions import Fraction

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.exact import exact_value
from stepsmith.transforms.formula.field import UnsupportedError
from stepsmith.transforms.formula.precise import real_value
from stepsmith.transforms.formula.tree import Formula, Group, symbols
from stepsmith.transforms.formula.values import infinity_sign

__all__ = ["Interval", "RealSet", "complement_of", "end_of", "intersect", "real_set", "unite"]

End = Fraction | float


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `low` to `high`; the offsets are 0 where the end belongs to it and 1, -1 where not."""

    low: End
    low_offset: int
    high: End
    high_offset: int

    def is_empty(self) -> bool:
        """Say whether no number lies in it."""
        return (self.low, self.low_offset) > (self.high, self.high_offset)


RealSet = tuple[Interval, ...]


def end_of(formula: Formula) -> End | None:
    """Return the number that a formula stands for, or nothing."""
    if sign := infinity_sign(formula):
        return sign * math.inf
    try:
        exact = exact_value(formula)
        return real_value(formula) if exact is None and not symbols(formula) else exact
    except (TooLargeError, UnsupportedError):
        return None


def real_set(formula: Formula) -> RealSet | None:
    """Return the set that intervals, braces, unions and intersections write, or nothing."""
    if not isinstance(formula, Group):
        return None
    if formula.kind in {"union", "intersection"}:
        sets = [real_set(item) for item in formula.items]
        known = [each for each in sets if each is not None]
        if len(known) < len(sets):
            return None
        if formula.kind == "union":
            return unite(interval for each in known for interval in each)
        total = known[0]
        for each in known[1:]:
            total = intersect(total, each)
        return total
    if formula.kind == "set":
        ends = [end_of(item) for item in formula.items]
        points = [Interval(end, 0, end, 0) for end in ends if isinstance(end, Fraction)]
        return unite(points) if len(points) == len(ends) else None
    return _interval(formula)


def _interval(group: Group) -> RealSet | None:
    if len(group.items) != 2 or not group.open:  # noqa: PLR2004
        return None
    low, high = map(end_of, group.items)
    if low is None or high is None:
        return None
    interval = Interval(low, int(group.open == "("), high, -int(group.close == ")"))
    return None if interval.is_empty() else (interval,)  # `(3, 1)` is a point, not a set


def unite(intervals: Iterable[Interval]) -> RealSet:
    """Return the union, sorted, with intervals that touch merged and empty ones left out."""
    merged: list[Interval] = []
    for each in sorted(interval for interval in intervals if not interval.is_empty()):
        if merged and _touch(merged[-1], each):
            last = merged[-1]
            high, offset = max((last.high, last.high_offset), (each.high, each.high_offset))
            merged[-1] = Interval(last.low, last.low_offset, high, offset)
        else:
            merged.append(each)
    return tuple(merged)


def _touch(before: Interval, after: Interval) -> bool:
    if after.low != before.high:
        return after.low < before.high
    return after.low_offset == 0 or before.high_offset == 0


def intersect(one: RealSet, other: RealSet) -> RealSet:
    """Return what both sets hold."""
    return unite(
        Interval(
            *max((a.low, a.low_offset), (b.low, b.low_offset)),
            *min((a.high, a.high_offset), (b.high, b.high_offset)),
        )
        for a in one
        for b in other
    )


def complement_of(point: End) -> RealSet:
    """Return all real numbers but one."""
    return (Interval(-math.inf, 1, point, -1), Interval(point, 1, math.inf, -1))
