"""Whether two sides agree: exactly in some reading, or at the digits that are printed."""

from typing import Final, Literal, NamedTuple

from stepsmith.transforms.verify.steps.reader import Expression
from stepsmith.transforms.verify.steps.trees import (
    PLAIN,
    Node,
    Reading,
    UnreadableError,
    Value,
    apart,
    compute,
)

Agreement = Literal["true", "otherwise", "rounded", "false", "unread"]
"""`otherwise`: the sides are equal in a reading that is not the likeliest, as in -3^2 = 9."""

_SAME: Final = 1e-9
_APPROXIMATELY: Final = 50  # one part in so many may differ
_LOOSELY: Final = 200
_COARSELY: Final = 3
_FLOAT_PLACES: Final = 11
_FLOAT_NEAR: Final = 10**14
_LOWER_SIGN: Final = Reading(plus=False)
_HUNDREDTHS: Final = 2


class Compared(NamedTuple):
    """How two expressions compare, and their likeliest values (none divides by zero)."""

    agreement: Agreement
    left: Value | None
    right: Value | None


def compare(left: Expression, right: Expression, *, approximate: bool) -> Compared:
    """Compare in all readings of both; a `≈` allows 2 %."""
    try:
        one, other = _value(left, PLAIN), _value(right, PLAIN)
    except (UnreadableError, OverflowError):
        return Compared("unread", None, None)
    if one is None or other is None:
        return Compared("false", one, other)
    try:
        if one == other:
            return Compared("true" if _both_signs_agree(left, right) else "otherwise", one, other)
        return Compared(_agreement(left, right, approximate=approximate), one, other)
    except (UnreadableError, OverflowError):
        return Compared("unread", one, other)


def _both_signs_agree(left: Expression, right: Expression) -> bool:
    """Tell whether the sides agree with the lower sign of a `±` too: 5 ± 2 is not 7."""
    if "plus" not in left.loose | right.loose:
        return True
    one, other = (_value(side, _LOWER_SIGN) for side in (left, right))
    return one is not None and other is not None and _are_same(one, other)


def _value(read: Expression, reading: Reading) -> Value | None:
    try:
        return compute(read.tree, reading)
    except ZeroDivisionError:
        return None


def _agreement(left: Expression, right: Expression, *, approximate: bool) -> Agreement:
    found: Agreement = "false"
    for left_reading in left.readings():
        one = _value(left, left_reading)
        for right_reading in right.readings():
            other = _value(right, right_reading)
            if one is None or other is None:
                continue
            if _are_same(one, other):
                is_plain = left_reading == right_reading == PLAIN
                return "true" if is_plain and _both_signs_agree(left, right) else "otherwise"
            difference, size = apart(one, other)
            near = approximate and difference * _APPROXIMATELY <= size
            places = _places(left, left_reading), _places(right, right_reading)
            if near or _is_rounded(left, right, one, other, places):
                found = "rounded"
    return found


def _are_same(one: Value, other: Value) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        difference, size = apart(one, other)
        return float(difference) <= _SAME * float(size)
    return one == other


def _is_rounded(
    left: Expression, right: Expression, one: Value, other: Value, places: tuple[int, int]
) -> bool:
    """Tell whether the sides agree up to rounding, or cutting, at the digits that are printed."""
    difference, size = apart(one, other)
    for printed, shown, value, (decimals, others) in (
        (left, one, other, places),
        (right, other, one, places[::-1]),
    ):
        unit = 10**decimals
        if printed.is_lone and decimals >= _FLOAT_PLACES and difference * _FLOAT_NEAR < size:
            return True  # as a program prints it: 0.1 + 0.2 = 0.30000000000000004
        if difference * unit >= 1 or difference * _COARSELY > size:
            continue
        ends_there = not isinstance(shown, float) and (shown * unit) % 1 == 0
        if ends_there and (printed.is_lone or not (printed.divides or printed.places)):
            is_inexact = isinstance(value, float) or (value * unit) % 1 != 0
            if is_inexact or others > decimals:
                return True
    if not (left.places or right.places) or _must_be_exact(left, right):
        return False
    # An operand with decimals may itself be rounded: 3.33 * 3 = 10.
    return difference * _LOOSELY <= size


def _places(printed: Expression, reading: Reading) -> int:
    """Return the decimal places of a value as printed: 67 % has two, unless it is read as 67."""
    tree = printed.tree
    while isinstance(tree, Node) and tree.operation == "negative":
        tree = tree.right
    is_percent = isinstance(tree, Node) and tree.operation == "%"
    return printed.places + (_HUNDREDTHS if is_percent and reading.percent else 0)


def _must_be_exact(left: Expression, right: Expression) -> bool:
    """Tell whether this only adds, to as many places as its terms have."""
    for computed, lone in ((left, right), (right, left)):
        if lone.n_numbers == 1 and not (computed.multiplies or computed.divides):
            return lone.places >= computed.places
    return False
