"""Text for a terminal: made harmless, wrapped to a width, and coloured."""

import unicodedata
from collections.abc import Iterator
from typing import Literal

Style = Literal["bold", "dim", "green", "red", "yellow"]

_CODES: dict[Style, int] = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33}
_TAB = "    "


def harmless(text: str) -> str:
    """Escape every character that could move the cursor, hide text or change its direction.

    What a model wrote is shown and never obeyed. Line breaks stay; tabs become four spaces.
    """
    return "".join(map(_harmless, text))


def _harmless(character: str) -> str:
    if character == "\n" or character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return _TAB if character == "\t" else character.encode("unicode_escape").decode("ascii")


def paint(text: str, *styles: Style, color: bool) -> str:
    """Put a text between the codes of the styles; without `color` it stays as it is."""
    if not color or not styles:
        return text
    codes = ";".join(str(_CODES[style]) for style in styles)
    return f"\x1b[{codes}m{text}\x1b[0m"


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells, at spaces where there is one.

    Line breaks and the spaces within a line stay; those at a break are dropped.
    """
    return [line for written in text.split("\n") for line in _wrap_line(written, max(1, width))]


def _wrap_line(text: str, width: int) -> Iterator[str]:
    start = 0
    while (fits := _end(text, start, width)) < len(text):
        space = text.rfind(" ", start, fits + 1)
        # Not within the indentation: that would give an empty line and gain nothing.
        end = space if text[start : max(space, start)].strip() else fits
        yield text[start:end].rstrip(" ")
        start = end
        while text[start : start + 1] == " ":
            start += 1
    if start < len(text) or not text:
        yield text[start:]


def _end(text: str, start: int, width: int) -> int:
    """Return where `width` cells end; one character is taken in any case, so that it goes on."""
    used = 0
    for index in range(start, len(text)):
        used += _cells(text[index])
        if used > width:
            return max(start + 1, index)
    return len(text)


def cells(text: str) -> int:
    """Count the columns that a text takes: two for a wide character, none for a combining one."""
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
