"""Read an answer that is one exact number, with its unit, and compare two of them."""

import dataclasses
import re
from fractions import Fraction
from typing import Literal

from stepsmith.transforms.verify.expressions import (
    COMPUTING_WORDS,
    UnreadableError,
    read_expression,
    stem,
)
from stepsmith.transforms.verify.tokens import tokenise

Comparison = Literal["same", "different", "rounded", "converted"]

_FRACTION = re.compile(r"\\[dt]?frac\s*(?:\{(-?[0-9]+)\}\s*\{([0-9]+)\}|([0-9])\s*([0-9]))")
_TEXT = re.compile(r"\\(?:text|mathrm|mbox)\s*\{([^{}]*)\}")
_SPACE = re.compile(r"\\[ ,;:!]|~")
_GROUPED = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")
_PARTS = (2, 7, 10, 12, 16, 24, 30, 52, 60, 100, 360, 365, 1000, 1440, 3600)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """A number and the words after it; with a percent sign, it may be read two ways."""

    values: tuple[Fraction, ...]
    unit: str
    places: int


def read_quantity(text: str) -> Quantity | None:
    """Read text that is nothing but one number, written out or computed, and perhaps a unit."""
    plain = _SPACE.sub(" ", _TEXT.sub(r" \1 ", _FRACTION.sub(_as_division, text)))
    tokens = tokenise(_GROUPED.sub("", plain))
    try:
        read = read_expression(tokens, 0)
        readings = [read.value]
        if read.n_percents:
            readings.append(read_expression(tokens, 0, percent=Fraction(1)).value)
    except UnreadableError:
        return None
    rest = [token for token in tokens[read.stop :] if token.text != "."]
    words = [token.text.lower() for token in rest]
    if any(token.kind != "word" for token in rest) or COMPUTING_WORDS.intersection(words):
        return None
    values = tuple(value for value in readings if value is not None)
    if not values or (words and len(words[0]) == 1):  # "2 x"
        return None
    return Quantity(values=values, unit=" ".join(map(stem, words)), places=read.places)


def _as_division(found: re.Match[str]) -> str:
    over, under = (found[1], found[2]) if found[1] else (found[3], found[4])
    return f" (({over})/{under})"


def compare_quantities(one: Quantity, other: Quantity) -> Comparison:
    """Compare two quantities exactly; a unit that only one of them names is left aside."""
    if set(one.values) & set(other.values):
        clash = one.unit and other.unit and one.unit != other.unit
        return "converted" if clash else "same"
    difference = min(abs(a - b) for a in one.values for b in other.values)
    if _coarsest_half_unit(one, other) >= difference:
        return "rounded"
    if one.unit != other.unit and _may_be_converted(one.values[0], other.values[0]):
        return "converted"
    return "different"


def _coarsest_half_unit(one: Quantity, other: Quantity) -> Fraction:
    printed = [quantity.places for quantity in (one, other) if quantity.places]
    return Fraction(1, 2 * 10 ** min(printed)) if printed else Fraction(0)


def _may_be_converted(one: Fraction, other: Fraction) -> bool:
    """Tell whether hours may have become minutes, dollars cents, and so on."""
    if not one or not other:
        return False
    return any(one == other * part or other == one * part for part in _PARTS)
