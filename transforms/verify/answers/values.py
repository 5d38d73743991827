"""Compare two single values: exactly, with their units, percent signs, degrees and roundings."""

import dataclasses
from fractions import Fraction

from stepsmith.transforms.formula import compare
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Quantity, Symbol
from stepsmith.transforms.verify.answers.comparison import Comparison
from stepsmith.transforms.verify.answers.conversions import factors_of, turns
from stepsmith.transforms.verify.answers.decimals import exact_key, is_printed_from, rounds

__all__ = ["compare_values"]

_HUNDRED = Number(Fraction(100))
_DEGREE = Apply("/", (Symbol("pi"), Number(Fraction(180))))
_UNIT_LETTERS = frozenset("ghmsAJKLNVW")
_PERCENT = "percent"
_SCALES = {
    name: Number(Fraction(10**power))
    for name, power in (
        ("hundred", 2), ("thousand", 3), ("lakh", 5), ("million", 6), ("crore", 7), ("billion", 9),
        ("trillion", 12), ("quadrillion", 15),
    )
}  # fmt: skip
_UNITS = frozenset(["neg", "percent", "degree"])
_PERCENT_WORDS = frozenset(["percent", "percentage", "percentage point"])
_ONE = Fraction(1)


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """A value, read in one or two ways, and the unit that it is written with."""

    readings: tuple[Formula, ...]
    unit: str


def compare_values(one: Formula, other: Formula) -> Comparison:
    """Compare two values exactly; a unit that only one of them has is left aside."""
    first, second = _measured(one), _measured(other)
    if first.unit != second.unit and (turns(first.unit) or turns(second.unit)):
        return "unknown"
    return _compare_measured(first, second)


def _compare_measured(first: Measured, second: Measured) -> Comparison:
    pairs = [(a, b) for a in first.readings for b in second.readings]
    if first.unit and first.unit == second.unit and len(first.readings) > 1:
        pairs = pairs[:1]
    equal = [_equal(a, b) for a, b in pairs]
    # `dollars` and `dollars per hour` do not clash, nor does anything with no unit at all.
    clash = not (first.unit.startswith(second.unit) or second.unit.startswith(first.unit))
    if True in equal:
        return "converted" if clash or _is_part_of_percent(first, second) else "same"
    if any(rounds(a, b) for a, b in pairs):
        return "rounded"
    if None in equal:
        return "unknown"
    if _is_letter_unit(first, second):
        # The worker leaves units aside: `5 cm` and `5 m` would be the same to it.
        return "converted"
    if first.unit != second.unit and _may_be_converted(first, second):
        return "converted"
    return "different"


def _measured(formula: Formula) -> Measured:
    if isinstance(formula, Quantity):
        return _with_unit(formula)
    if not isinstance(formula, Apply) or formula.name not in _UNITS:
        return Measured((formula,), "")
    value = formula.arguments[0]
    if formula.name == "neg":
        inner = _measured(value)
        readings = tuple(Apply("neg", (each,)) for each in inner.readings)
        return Measured(readings, inner.unit) if inner.unit else Measured((formula,), "")
    if formula.name == "percent":
        return Measured((value, Apply("/", (value, _HUNDRED))), _PERCENT)
    return Measured((value, Apply("*", (value, _DEGREE))), "degree")


def _with_unit(formula: Quantity) -> Measured:
    if formula.unit in _PERCENT_WORDS:
        return _measured(Apply("percent", (formula.value,)))
    scale, _, rest = formula.unit.partition(" ")
    if scale in _SCALES:
        return Measured((Apply("*", (formula.value, _SCALES[scale])),), rest)
    inner = _measured(formula.value)
    unit = "" if formula.unit == "radian" else formula.unit
    both = f"{inner.unit} {unit}" if inner.unit == _PERCENT else unit
    return Measured(inner.readings, both.strip() or inner.unit)


def _equal(one: Formula, other: Formula) -> bool | None:
    compared = compare(one, other)
    if compared == "equal":
        return True
    if is_printed_from(one, other) or is_printed_from(other, one):
        return True
    return None if compared == "unknown" and not _are_unlike_powers(one, other) else False


def _are_unlike_powers(one: Formula, other: Formula) -> bool:
    """Say whether two powers of one number above one, too large to compute, surely differ."""
    first, second = _base_and_exponent(one), _base_and_exponent(other)
    if first is None or second is None or first[0] != second[0]:
        return False
    base = exact_key(first[0])
    return isinstance(base, Fraction) and base > 1 and _equal(first[1], second[1]) is False


def _base_and_exponent(formula: Formula) -> tuple[Formula, Formula] | None:
    if isinstance(formula, Apply) and formula.name == "^":
        return formula.arguments[0], formula.arguments[1]
    return (formula, Number(_ONE)) if isinstance(formula, Number) else None


def _is_letter_unit(one: Measured, other: Measured) -> bool:
    """Say whether `5m` may be five metres or five times a variable, beside `5` or `500 cm`."""
    for some, bare in ((one, other), (other, one)):
        product = some.readings[0]
        if isinstance(product, Apply) and product.name in {"*", "/"}:
            value, *letters = product.arguments
            is_unit = all(map(_is_of_unit_letters, letters))
            if is_unit and (bare.unit or compare(value, bare.readings[0]) == "equal"):
                return True
    return False


def _is_of_unit_letters(formula: Formula) -> bool:
    if isinstance(formula, Symbol):
        return formula.name in _UNIT_LETTERS
    if not isinstance(formula, Apply):
        return False
    return formula.name == "^" and _is_of_unit_letters(formula.arguments[0])


def _is_part_of_percent(one: Measured, other: Measured) -> bool:
    """Say whether `0.25%` stands beside `0.25`, which may be a quarter or a quarter per cent."""
    if {one.unit, other.unit} != {_PERCENT, ""} or one.readings[0] != other.readings[0]:
        return False
    value = exact_key(one.readings[0])
    return isinstance(value, Fraction) and 0 < abs(value) < 1


def _may_be_converted(one: Measured, other: Measured) -> bool:
    """Say whether hours may have become minutes, dollars cents, and so on."""
    first, second = exact_key(one.readings[0]), exact_key(other.readings[0])
    if not isinstance(first, Fraction) or not isinstance(second, Fraction) or not first * second:
        return False
    factors = factors_of(one.unit) | factors_of(other.unit)
    return any(first == second * factor or second == first * factor for factor in factors)
