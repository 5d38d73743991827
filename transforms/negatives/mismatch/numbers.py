"""The numbers that a text states, and those of a step that its problem does not give."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

__all__ = ["foreign", "numbers", "skeleton", "within_reach"]

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|(?<!\w)\.\d+")
_MARK = re.compile(
    r"^[^\w\n]{0,8}(?:step[ \t]{1,3}\d{1,3}\b|\(?\d{1,3}[.)][ \t])", re.IGNORECASE | re.MULTILINE
)
"""What counts a line: `Step 2`, `3.` or `(4)`. It says nothing of the problem."""
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_WORDS: dict[str, Fraction] = {
    word: Fraction(value)
    for value, words in {
        "0": "zero",
        "1": "one once",
        "2": "two twice double",
        "3": "three triple thrice",
        "4": "four",
        "5": "five",
        "6": "six",
        "7": "seven",
        "8": "eight",
        "9": "nine",
        "10": "ten",
        "11": "eleven",
        "12": "twelve dozen",
        "13": "thirteen",
        "14": "fourteen",
        "15": "fifteen",
        "16": "sixteen",
        "17": "seventeen",
        "18": "eighteen",
        "19": "nineteen",
        "20": "twenty",
        "30": "thirty",
        "40": "forty",
        "50": "fifty",
        "60": "sixty",
        "70": "seventy",
        "80": "eighty",
        "90": "ninety",
        "100": "hundred",
        "1000": "thousand",
        "1000000": "million",
        "1000000000": "billion",
        "1/2": "half",
        "1/3": "third",
        "1/4": "quarter",
    }.items()
    for word in words.split()
}
_MEASURES = """
    0 1 2 3 4 5 6 7 8 9 10 11 12 14 15 16 20 24 25 28 29 30 31 36 45 48 50 52 60 90 100 120 144 168
    180 270 360 365 366 500 1000 1440 1760 2000 3600 5280 10000 100000 1000000
    0.01 0.1 0.25 0.5 0.75 1.5 1.6 1.609 2.2 2.54 3.14 3.1416 3.14159
    """
_EVERYDAY = frozenset(map(Fraction, _MEASURES.split()))
"""Numbers that a step may bring along by itself: days of a month, feet of a mile, per cent, pi."""

_MOST = 120
"""Numbers of which every two are taken together; of more it is not said what they lead to."""


def numbers(text: str) -> tuple[Fraction, ...]:
    """Return the numbers that are written in figures, in their order; a line's own is none."""
    return tuple(
        Fraction(found.replace(",", "")) for found in _NUMBER.findall(_MARK.sub(" ", text))
    )


def skeleton(text: str) -> str:
    """Return a text with its figures taken out: what is said, but of how many."""
    return _NUMBER.sub("#", " ".join(_MARK.sub(" ", text).split()))


def within_reach(texts: Iterable[str]) -> frozenset[Fraction] | None:
    """Return all numbers that texts state, and those that one operation makes of two of them.

    Words for numbers count, and per cent as shares. Wide on purpose: what is not in it is surely
    not given. Nothing where they state too many numbers to tell.
    """
    return _reach(tuple(texts))


@lru_cache(maxsize=64)
def _reach(texts: tuple[str, ...]) -> frozenset[Fraction] | None:
    # Each of a problem's partners is held against the same texts.
    stated: set[Fraction] = set()
    for text in texts:
        stated |= {*numbers(text), *_spoken(text)}
    if len(stated) > _MOST:
        return None
    stated |= {value / 100 for value in stated}
    reach = set(stated)
    for one, other in itertools.product(stated, stated):
        reach |= {one + other, abs(one - other), one * other}
        reach |= {one / other} if other else set()
    reach |= {1 - value for value in stated if value < 1}
    return frozenset(reach)


def foreign(step: str, reach: frozenset[Fraction] | None) -> Fraction | None:
    """Return the first number of a step that is neither within reach nor an everyday one."""
    if reach is None:
        return None
    stated = Counter(numbers(step))
    return next((each for each in stated if each not in reach and each not in _EVERYDAY), None)


def _spoken(text: str) -> set[Fraction]:
    words = {word.lower() for word in _WORD.findall(text)}
    signs = {unicodedata.numeric(each) for each in text if unicodedata.category(each) == "No"}
    return {_WORDS[word] for word in words & _WORDS.keys()} | {
        Fraction(value).limit_denominator(1_000) for value in signs
    }
