"""Answers that a solution speaks of without giving them: supposed, refuted, taken back."""

import re

__all__ = ["is_aside", "is_taken_back", "may_begin_aside"]

# What stands just before "answer is 5" and says that it is not the one that is given.
_SUPPOSED = "if|suppose|assume|assuming|whether|unless|pretend"
_REFUTED = "wrong|incorrect|false|mistaken|flawed|previous|earlier"
_NOT_GIVEN = re.compile(
    rf"\b(?:(?:{_SUPPOSED}) (?:that )?(?:the|our|my|your|its)(?: \w+)?|{_REFUTED}"
    r"|student['\u2019]s|students['\u2019])\s+\Z",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    rf"\b(?:{_SUPPOSED}|{_REFUTED}|students?['\u2019]s?)\b|['\u2019]", re.IGNORECASE
)
_WORDS = ("student", *f"{_SUPPOSED}|{_REFUTED}".split("|"))
_LONGEST = 60
_TAKEN_BACK = re.compile(
    r"\b(?:wait|actually|hmm+|oops|correction|mistaken?|wrong|incorrect|scratch that"
    r"|let me (?:re\w+|double[- ]check|check|try again))\b",
    re.IGNORECASE,
)


def is_aside(text: str, start: int) -> bool:
    """Say whether the "answer" that begins at `start` is one that is supposed or refuted."""
    begin = max(0, start - _LONGEST)
    lowered = text[begin:start].lower()
    # Nearly no answer is one, and without regard to case the pattern is slow to say so.
    if lowered.isascii() and not any(word in lowered for word in _WORDS):
        return False
    return _NOT_GIVEN.search(text, begin, start) is not None


def is_taken_back(text: str, start: int, end: int) -> bool:
    """Say whether words between two answers take the first one back."""
    return _TAKEN_BACK.search(text, start, end) is not None


def may_begin_aside(text: str) -> bool:
    """Say whether the end of `text` could make an aside of an answer that follows."""
    return _BEGINS.search(text, max(0, len(text) - _LONGEST)) is not None
