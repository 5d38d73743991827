"""Where a statement about a number begins and ends among words, and the numbers it lists."""

import dataclasses
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula import TooLargeError, exact_value, read_formula
from stepsmith.transforms.formula import UnreadableError as UnreadableFormulaError
from stepsmith.transforms.formula.field import UnsupportedError

NUMBER: Final = (
    r"(?:[0-9]{1,3}(?:(?:,|\{,\}|,\\!)[0-9]{3})++(?![0-9])|[0-9]{1,18}+)(?!\.?[0-9]|[,{]{1,2}[0-9])"
)
LIST: Final = (
    rf"{NUMBER}(?:[\s]{{0,2}}(?:,\s{{0,2}}(?:and\s{{1,2}})?|\band\s{{1,2}}|&\s?){NUMBER}){{0,40}}+"
)
SEVERAL: Final = LIST.removesuffix("{0,40}+") + "{1,40}+"
"""A list of two numbers at least."""

EXPRESSION: Final = r"[-+(]{0,3}[0-9](?:[0-9+*^(){}! ×·-]|,(?=[0-9]{3}(?![0-9]))|\\(?:cdot|times|left|right)(?![A-Za-z])){0,120}+"  # noqa: E501, RUF001 -- signs that people write
"""A number, or what is computed of numbers. It may end in white space or a sign too many."""

_DIGITS: Final = re.compile(NUMBER)
_FENCES: Final = re.compile(r"\$|\\[()\[\]]|\*\*(?=\S[^*\n]{0,40}\*\*)|(?<=\S)\*\*(?![0-9(\s])")
_DASHES: Final = str.maketrans("−–", "--")  # noqa: RUF001 -- signs that people write
_GOES_BEFORE: Final = re.compile(
    r"""(?ix) (?: ^ | [\n:;] | [.!?](?=\s) | (?<![0-9\s]), | (?<![<>!≠≤≥:])=
      | \b (?: so | since | because | that | but | therefore | thus | hence | then | while | where
        | although | though | numbers? | integers? | digits | clearly | also | however | now | here
        | both | only | get | conclude | known? ) ,? ) \s*+ $"""
)
_NAMES: Final = re.compile(r"(?i)\b(?:is|are|equals|gives|becomes|get)\s++$")
_GOES_AFTER: Final = re.compile(
    r"""(?ix) \s{0,3}+ (?: $ | \n | [.;:)](?![.0-9]) | ,(?!\s?[0-9.\\…])
      | (?: and (?!\s[0-9]) | so | since | because | but | while | therefore | thus | hence | then
        | it | we | they | which | whereas | however ) \b )"""
)
_LIST_ENDS: Final = re.compile(
    r"""(?ix) \s{0,3}+ (?: $ | \n | [.;)](?![.0-9]) | ,?\s (?: so | since | because | but
      | therefore | thus | hence | which | while ) \b )"""
)
_FAR: Final = 60
_MAX_LENGTH: Final = 200
_MAX_BITS: Final = 6_000


@dataclasses.dataclass(frozen=True, slots=True)
class NumberClaim:
    """A statement at a half-open span, whether it is true, and what was computed.

    `whole` says that nothing but its truth is in question; not so where numbers are computed with,
    which may be the wrong ones.
    """

    start: int
    end: int
    truth: bool
    computed: str
    whole: bool = True


Reader = tuple[re.Pattern[str], Callable[[re.Match[str]], NumberClaim | None]]
"""What finds statements of one kind, and what judges one, if it can be read for sure."""


def claim(
    found: re.Match[str], computed: str, *, truth: bool, end: int | None = None, whole: bool = True
) -> NumberClaim:
    """Make a claim of what was found."""
    last = found.end() if end is None else end
    return NumberClaim(found.start(), last, truth, computed, whole)


def plain(text: str) -> str:
    """Blank what fences formulas and sets bold type; every character keeps its place."""
    return _FENCES.sub(lambda found: " " * len(found[0]), text.translate(_DASHES))


def numbers(written: str) -> list[int]:
    """Return the numbers of a list, in order."""
    return [int(re.sub("[^0-9]", "", found[0])) for found in _DIGITS.finditer(written)]


def begins_cleanly(text: str, start: int, *, named: bool = False) -> bool:
    """Tell whether what begins here is no part of something larger: no `f(16)`, no `5 + 16`.

    `named` says that words go on about it, as in `the sum is 16, which is even`.
    """
    before = text[max(0, start - _FAR) : start]
    if len(before) == _FAR:
        before = f"…{before}"  # the text does not begin here
    bare = before.rstrip(" ")
    if bare.endswith("("):
        return not bare[:-1] or bare[-2].isspace()
    if named and _NAMES.search(before):
        return True
    return _GOES_BEFORE.search(before) is not None


def ends_cleanly(text: str, end: int) -> bool:
    """Tell whether a statement ends here: at a stop, or at a word that begins another."""
    return _GOES_AFTER.match(text, end, end + _FAR) is not None


def ends_list(text: str, end: int) -> bool:
    """Tell whether a list ends here, and holds all that it is meant to: no `and others`."""
    return _LIST_ENDS.match(text, end, end + _FAR) is not None


def compute(written: str) -> Fraction | None:
    """Return the value of a constant; None where there is none, or more than is wanted."""
    try:
        formula = read_formula(written, max_length=_MAX_LENGTH, max_nesting=10, max_digits=60)
        return exact_value(formula, max_bits=_MAX_BITS)
    except (UnreadableFormulaError, UnsupportedError, TooLargeError, ZeroDivisionError):
        return None


def whole(written: str) -> int | None:
    """Return the value of a constant that is a whole number."""
    value = compute(written)
    return int(value) if value is not None and value.denominator == 1 else None
