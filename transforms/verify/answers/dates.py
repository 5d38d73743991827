"""The calendar: names of months and days, and dates in digits, whose signs compute nothing."""

import re
from collections.abc import Set as AbstractSet

from stepsmith.transforms.verify.answers.text import without_commands

__all__ = ["MONTHS", "compare_dates", "in_full", "is_in_digits"]

_IN_DIGITS = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4})")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_IN_FULL = {name[:3]: name for name in (*MONTHS, *_DAYS)}
_IN_WORDS = re.compile(
    r"(?:([a-z]{3,9})\.? (\d{1,2})|(\d{1,2})(?: of)? ([a-z]{3,9})\.?),? (\d{4})", re.IGNORECASE
)
_LAST_MONTH = 12
_LAST_DAY = 31
Date = tuple[int, int, int]


def in_full(word: str) -> str:
    """Return the name of a month or a day that may be cut short, as in `sept`, or the word."""
    name = _IN_FULL.get(word[:3], "")
    return name if word in {name, name[:3], name[:4]} else word


def compare_dates(one: str, other: str) -> bool | None:
    """Compare two dates of which one is in digits; nothing where they may or may not be one day.

    Of `3/4/2021`, who writes it knows whether March or April comes first.
    """
    first, second = _dates(one), _dates(other)
    if not first or not second:
        return None
    if first.isdisjoint(second):
        return False
    return True if len(first) == len(second) == 1 else None


def is_in_digits(text: str) -> bool:
    """Say whether an answer looks like a date in digits."""
    return _IN_DIGITS.fullmatch(text) is not None


def _dates(text: str) -> AbstractSet[Date]:
    """Return the days, as year, month and day, that an answer may mean."""
    found = _IN_DIGITS.fullmatch(text)
    if found is None:
        return _in_words(text)
    if found[1]:
        dates = {(int(found[1]), int(found[2]), int(found[3]))}
    else:
        one, other, year = int(found[4]), int(found[5]), int(found[6])
        dates = {(year, one, other), (year, other, one)}
    return {each for each in dates if each[1] <= _LAST_MONTH and each[2] <= _LAST_DAY}


def _in_words(text: str) -> AbstractSet[Date]:
    found = _IN_WORDS.fullmatch(" ".join(without_commands(text).split()))
    if found is None:
        return set()
    name = in_full((found[1] or found[4]).lower())
    if name not in MONTHS:
        return set()
    return {(int(found[5]), MONTHS.index(name) + 1, int(found[2] or found[3]))}
