"""Times of day, `4:30 p.m.`: what stands between the colon and the letters is no ratio."""

import re

from stepsmith.transforms.verify.answers.text import without_commands

__all__ = ["compare_clocks"]

_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?)? ?(?:([ap])\.? ?m\.?)?", re.IGNORECASE)


def compare_clocks(one: str, other: str) -> bool | None:
    """Compare two times of day; nothing where neither says which half of the day it is in.

    Where only one says it, the half is left aside, as a unit would be.
    """
    first, second = _CLOCK.fullmatch(one), _CLOCK.fullmatch(other)
    if first is None or second is None:
        first, second = (_CLOCK.fullmatch(without_commands(text)) for text in (one, other))
    if first is None or second is None or not (first[4] or second[4]):
        return None
    halves = {_half(found) for found in (first, second)}
    if len(halves - {""}) > 1:
        return False
    return _seconds(first) == _seconds(second)


def _half(found: re.Match[str]) -> str:
    """Return `a` or `p`; `16:30` and `0:30` say it without letters."""
    hour = int(found[1])
    said = "p" if hour > 12 else "" if hour else "a"  # noqa: PLR2004
    return (found[4] or said).lower()


def _seconds(found: re.Match[str]) -> int:
    return 3_600 * (int(found[1]) % 12) + 60 * int(found[2] or 0) + int(found[3] or 0)
