"""Decimals as they are printed: what they may be rounded from, and what they are exactly."""

import dataclasses
from fractions import Fraction

from stepsmith.transforms.formula import TooLargeError, exact_value, rounds_to
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Number

__all__ = ["exact_key", "is_printed_from", "rounds"]

_TEN = Number(Fraction(10))
_MANY_DIGITS = 10**11


@dataclasses.dataclass(frozen=True, slots=True)
class Printed:
    """A decimal, and what one more in its last printed place would add."""

    value: Fraction
    unit: Fraction


def exact_key(formula: Formula) -> Fraction | tuple[object, ...] | None:
    """Return what two formulas have in common only if they are exactly equal, where that is known.

    For a value its fraction, for a tuple those of its elements.
    """
    if isinstance(formula, Group):
        keys = [exact_key(each) for each in formula.items]
        if formula.kind != "tuple" or None in keys:
            return None
        return (formula.kind, *keys)
    try:
        return exact_value(formula)
    except TooLargeError:
        return None


def is_printed_from(one: Formula, value: Formula) -> bool:
    """Say whether a decimal has so many digits that it was computed from the value itself."""
    decimal = _printed(one)
    if decimal is None or abs(decimal.value / decimal.unit) < _MANY_DIGITS:
        return False
    return _printed(value) is None and _is_near(decimal, value)


def rounds(one: Formula, other: Formula) -> bool:
    """Say whether one is a decimal that the other gives at the decimals that it prints."""
    first, second = _printed(one), _printed(other)
    if first is not None and (second is None or second.unit < first.unit):
        return _is_near(first, other)
    return (
        second is not None
        and (first is None or first.unit < second.unit)
        and (_is_near(second, one))
    )


def _printed(formula: Formula) -> Printed | None:
    if isinstance(formula, Number):
        return Printed(formula.value, Fraction(1, 10**formula.places)) if formula.places else None
    if not isinstance(formula, Apply):
        return None
    first = _printed(formula.arguments[0])
    if first is None:
        return None
    if formula.name == "neg":
        return Printed(-first.value, first.unit)
    scale = _power_of_ten(formula)
    return None if scale is None else Printed(first.value * scale, first.unit * scale)


def _power_of_ten(formula: Apply) -> Fraction | None:
    """Return the second factor of a product of two, if it is a power of ten."""
    if formula.name != "*" or len(formula.arguments) != 2:  # noqa: PLR2004
        return None
    power = formula.arguments[1]
    if not isinstance(power, Apply) or power.name != "^" or power.arguments[0] != _TEN:
        return None
    scale = exact_key(power)
    return scale if isinstance(scale, Fraction) else None


def _is_near(decimal: Printed, value: Formula) -> bool:
    """Say whether the value gives the decimal, rounded at its last place or cut off there."""
    scaled = Apply("*", (value, Number(1 / decimal.unit)))
    return rounds_to(Number(decimal.value / decimal.unit), scaled)
