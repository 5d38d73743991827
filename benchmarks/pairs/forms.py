"""The forms of answers that can be written differently, and their exact values.

Computed here: never by the code that is measured.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from random import Random

Make = Callable[[str, Random], str | None]

INTEGER = re.compile(r"-?\d+")
FRACTION = re.compile(r"(-?)\\[dt]?frac\{(\d+)\}\{(\d+)\}")
RADICAL = re.compile(r"(-?\d*) ?\\sqrt\{?(\d+)\}?")
MONOMIALS = re.compile(r"-?\d*[a-z](?:\^\d)?(?: ?[-+] ?\d*[a-z](?:\^\d)?)*(?: ?[-+] ?\d+)?")
NUMBERS = re.compile(r"-?\d+(?:, ?-?\d+)+")
# One expression: digits, single letters, and commands that make no list, relation or unit of it.
EXPRESSION = re.compile(r"(?:[-+0-9a-z^{}() ]|\\(?:[dt]?frac|sqrt|pi|cdot|cos|sin|tan)(?![a-z]))+")
LETTER = re.compile(r"(?:\\text(?:bf)?\{)?\(?([A-E])\)?\}?")
BASE = re.compile(r"(\d{2,})_\{?(\d)\}?")
MATRIX = re.compile(r"\\begin\{pmatrix\}([-0-9 &\\/]*)\\end\{pmatrix\}")
WORD = re.compile(r"(?<!\\)(?<![a-z])[a-z]{2,}")


def is_expression(gold: str) -> bool:
    """Say whether an answer is one expression: no list, relation, unit or word."""
    return EXPRESSION.fullmatch(gold) is not None and WORD.search(gold) is None and gold != "-"


def numbers_in(pattern: re.Pattern[str], gold: str) -> list[str]:
    """Return the integers of an answer that has the form of `pattern` as a whole, else none."""
    found = pattern.fullmatch(gold)
    return [] if found is None else re.findall(r"-?\d+", found[0])


def value_of(gold: str) -> Fraction:
    """Return the exact value of a fraction or a decimal; any other text raises."""
    found = FRACTION.fullmatch(gold)
    if found is None:
        return Fraction(gold)
    value = Fraction(int(found[2]), int(found[3]))
    return -value if found[1] else value


def as_decimal(value: Fraction) -> str | None:
    """Write a fraction as a decimal, where at most eight places are enough."""
    scaled = value * 10**8
    if scaled.denominator != 1:
        return None
    digits = f"{abs(scaled.numerator):09d}"
    written = f"{digits[:-8]}.{digits[-8:]}".rstrip("0").rstrip(".")
    return f"-{written}" if value < 0 else written
