"""What a step says of several whole numbers: `5 divides 12`, `9 and 10 are coprime`."""

import math
import re
from collections.abc import Sequence
from typing import Final

from stepsmith.transforms.verify.steps.number_words import (
    NUMBER,
    SEVERAL,
    NumberClaim,
    Reader,
    begins_cleanly,
    claim,
    ends_cleanly,
    ends_list,
    numbers,
)

_APART: Final = r"(?<![\w.,^\\/*+|(-])"
_DIVISIBLE: Final = re.compile(
    rf"""(?ix) {_APART} (?P<of>{NUMBER}) \s{{1,3}} is \s (?:also\s)?+ (?:evenly\s)?+ divisible \s by
      \s{{1,3}} (?:both\s|all\sof\s)?+ (?P<by>{SEVERAL})"""
)
_DIVIDES: Final = re.compile(
    rf"""(?ix) {_APART} (?P<by>{NUMBER}) \s{{0,3}}+
      (?: \\mid(?![a-z]) | \u2223 | (?<=\s)divides(?=\s) ) \s{{0,3}}+
      (?P<of>{NUMBER}) (?:\sevenly)?+"""
)
_COPRIME: Final = re.compile(
    rf"""(?ix) {_APART} (?P<one>{NUMBER}) \s{{1,3}} and \s{{1,3}} (?P<other>{NUMBER}) \s{{1,3}} are
      (?P<not>n't|\snot)?+ \s (?:both\s)?+ (?: relatively[ -]prime | co-?prime )"""
)
_WHEN: Final = re.compile(
    rf"""(?ix) \b when \s{{1,3}} (?P<of>{NUMBER}) \s{{1,3}} is \s divided \s by \s{{1,3}}
      (?P<by>{NUMBER}) \s{{0,3}}+ ,?+ \s{{1,3}} the \s remainder \s is \s{{1,3}}
      (?P<value>{NUMBER})"""
)


def _divisible(found: re.Match[str]) -> NumberClaim | None:
    """Judge a list of divisors to its end: `divisible by 3, 4 and 5`."""
    [of], text = numbers(found["of"]), found.string
    if not begins_cleanly(text, found.start()) or not ends_list(text, found.end()):
        return None
    left = {by: of % by for by in numbers(found["by"]) if by}
    wrong = next((by for by, rest in left.items() if rest), None)
    computed = "" if wrong is None else f"{of} divided by {wrong} leaves {left[wrong]}"
    return claim(found, computed, truth=wrong is None)


def _divides(found: re.Match[str]) -> NumberClaim | None:
    """Judge `5 divides 12`; that 12 divides 4 is said by some of twelve fourths."""
    [by], [of] = numbers(found["by"]), numbers(found["of"])
    text = found.string
    if not by or not begins_cleanly(text, found.start()) or not ends_cleanly(text, found.end()):
        return None
    holds = of % by == 0
    if not holds and of and by % of == 0:
        return None
    return claim(found, f"{of} divided by {by} leaves {of % by}", truth=holds)


def _coprime(found: re.Match[str]) -> NumberClaim | None:
    one, other = numbers(found["one"])[0], numbers(found["other"])[0]
    text = found.string
    if not begins_cleanly(text, found.start()) or not ends_cleanly(text, found.end()):
        return None
    common = math.gcd(one, other)
    said = f"{one} and {other} have the common divisor {common}"
    return claim(found, said, truth=(common == 1) is (found["not"] is None))


def _when(found: re.Match[str]) -> NumberClaim | None:
    [of], [by], [value] = numbers(found["of"]), numbers(found["by"]), numbers(found["value"])
    if not by or not ends_cleanly(found.string, found.end()):
        return None
    return claim(found, f"it is {of % by}", truth=of % by == value)


RELATION_READERS: Final[Sequence[Reader]] = (
    (_DIVISIBLE, _divisible),
    (_DIVIDES, _divides),
    (_COPRIME, _coprime),
    (_WHEN, _when),
)
