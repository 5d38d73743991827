"""Stretches of a text, as positions: what is around an answer comes off in linear time."""

import re
from collections import deque
from collections.abc import Iterable

__all__ = ["Span", "last_match", "outside", "says_more", "trim", "unwrap"]

Span = tuple[int, int]
"""A half-open range of characters."""


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the last match; keeps one at a time."""
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)


_WRAPPERS = (
    ("**", "**"),
    ("__", "__"),
    ("*", "*"),
    ("`", "`"),
    ("$$", "$$"),
    ("$", "$"),
    (r"\(", r"\)"),
    (r"\[", r"\]"),
)
_OPENINGS = frozenset(left[0] for left, _ in _WRAPPERS)
_STOPS = frozenset(".,;")


def unwrap(text: str, start: int, end: int) -> Span | None:
    """Take off white space, emphasis, math delimiters and the sentence's own full stop.

    Works on positions, not on slices, so that a megabyte of asterisks takes linear time.
    """
    while (trimmed := trim(text, start, end)) is not None:
        start, end = trimmed
        for left, right in _WRAPPERS if text[start] in _OPENINGS else ():
            if _is_wrapped(text, trimmed, left, right):
                start, end = start + len(left), end - len(right)
                break
        else:
            end = _strip_marks(text, start, end)
            if end == trimmed[1]:
                return trimmed
    return None


def _strip_marks(text: str, start: int, end: int) -> int:
    while start < end and text[end - 1] in _STOPS:
        end -= 1
    # Emphasis whose opening stands before the answer, as in `**Answer: 73**`.
    if text.endswith(("**", "__"), start, end):
        return end - 2
    return end - 1 if text.endswith("*", start, end) else end


def _is_wrapped(text: str, span: Span, left: str, right: str) -> bool:
    start, end = span
    inner, outer = start + len(left), end - len(right)
    return (
        inner <= outer
        and text.startswith(left, start)
        and text.startswith(right, outer)
        and (left != "$" or text.find("$", inner, outer) < 0)
    )


def trim(text: str, start: int, end: int) -> Span | None:
    """Shrink the span past white space at both ends; nothing where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def outside(text: str, spans: Iterable[Span]) -> list[str]:
    """Return the pieces of a text before, between and after spans that are in order."""
    kept: list[str] = []
    position = 0
    for start, end in spans:
        kept.append(text[position:start])
        position = max(position, end)
    return [*kept, text[position:]]


def says_more(text: str, spans: Iterable[Span]) -> bool:
    """Say whether any letter or digit stands outside of all the spans, in whatever order."""
    return any(map(str.isalnum, "".join(outside(text, sorted(spans)))))
