"""Comparing two values at one point, with digits enough to tell.

How many are enough: more bits than the numbers in both formulas hold together, since no shorter
text can make two different values agree for so long, and more than lie between the largest and
the smallest magnitude on the way. Each value is computed twice, the second time with twice the
bits: what changes is the error of the first, from which that of the second follows.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.field import UnsupportedError
from stepsmith.transforms.formula.precise import Evaluated, evaluate
from stepsmith.transforms.formula.tree import Formula, Number, nodes

__all__ = ["Comparison", "compare_at"]

Comparison = Literal["equal", "different", "unknown"]

_FEWEST_BITS = 96
_MOST_BITS = 4_096
_MOST_WORK = 2**21  # bits times nodes: some tens of milliseconds
_MARGIN = 64
_TRIES = 3


def compare_at(
    one: Formula, other: Formula, point: Mapping[str, Fraction], *, real: bool
) -> Comparison:
    """Compare the values at `point`; with `real`, unknown where anything on the way is complex."""
    written, count = _size(one, other)
    bits = _FEWEST_BITS + written + 4 * count
    for _ in range(_TRIES):
        if bits > _MOST_BITS or bits * count > _MOST_WORK:
            return "unknown"
        try:
            left, right = evaluate(one, point, bits=bits), evaluate(other, point, bits=bits)
            if real and not (left.real and right.real):
                return "unknown"
            span = max(left.high, right.high) - min(left.low, right.low)
            if _is_far(left, right, bits - span):
                return "different"
            if span + _MARGIN > bits:
                bits = span + 2 * _MARGIN
                continue
            outcome = _judge(left, right, one, other, point, bits)
        except (UnsupportedError, TooLargeError):
            return "unknown"
        if outcome != "unknown":
            return outcome
        bits *= 2
    return "unknown"


def _size(one: Formula, other: Formula) -> tuple[int, int]:
    """Return the bits of all numbers, and the number of nodes."""
    written = count = 0
    for formula in (one, other):
        for node in nodes(formula):
            count += 1
            if isinstance(node, Number):
                written += node.value.numerator.bit_length() + node.value.denominator.bit_length()
    return written, count


def _is_far(left: Evaluated, right: Evaluated, certain_bits: int) -> bool:
    """Say whether the difference is beyond any rounding, however it was magnified."""
    if certain_bits < _MARGIN:
        return False
    high = max(left.high, right.high)
    gap = abs(left.value - right.value)
    return bool(gap > _power_of_two(high + _MARGIN - certain_bits, gap))


def _power_of_two(exponent: int, like: Any) -> Any:
    """Return a power of two in the number type of `like`, whatever its size."""
    return (like * 0 + 1) * 2**exponent if exponent >= 0 else (like * 0 + 1) / 2**-exponent


def _judge(
    left: Evaluated,
    right: Evaluated,
    one: Formula,
    other: Formula,
    point: Mapping[str, Fraction],
    bits: int,
) -> Comparison:
    """Compare with twice the bits, measured by how much they changed."""
    sharp_left = evaluate(one, point, bits=2 * bits).value
    sharp_right = evaluate(other, point, bits=2 * bits).value
    gap = abs(sharp_left - sharp_right)
    if not gap:
        return "equal"
    scale = max(abs(sharp_left), abs(sharp_right))
    changed = max(abs(left.value - sharp_left), abs(right.value - sharp_right))
    error = max(changed, scale / 2**bits)
    if gap < error * _power_of_two(_MARGIN - bits, gap):
        return "equal"
    return "different" if gap > 4 * error else "unknown"
