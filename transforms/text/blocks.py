"""Finding the blocks of Python that a reply has fenced off, by their lines alone."""

import dataclasses
import re
from collections.abc import Iterator

__all__ = ["CodeBlock", "code_blocks", "code_of"]

_OPENS = re.compile(r"^```[ \t]*(?:python3?|py)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_CLOSES = re.compile(r"^```[ \t]*$", re.MULTILINE)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class CodeBlock:
    """The half-open span of a block in a text, its fences and their line ends included.

    `closed`: its closing fence is there.
    """

    start: int
    end: int
    code: str
    closed: bool


def code_blocks(text: str) -> Iterator[CodeBlock]:
    """Yield the blocks that begin with three backticks and `python` (or `py`), in order.

    A fence stands at the start of its line and has that line to itself. A block that is not closed
    goes on to the end of the text.
    """
    position = 0
    while (opening := _OPENS.search(text, position)) is not None:
        inside = _after_line(text, opening.end())
        closing = _CLOSES.search(text, inside)
        if closing is None:
            yield CodeBlock(start=opening.start(), end=len(text), code=text[inside:], closed=False)
            return
        position = _after_line(text, closing.end())
        code = text[inside : closing.start()]
        yield CodeBlock(start=opening.start(), end=position, code=code, closed=True)


def code_of(text: str) -> str:
    """Return the code in a step that is one block, its fences taken off."""
    block = next(code_blocks(text), None)
    return text if block is None else block.code


def _after_line(text: str, end: int) -> int:
    """Return where the next line begins, for the end of a line without its line feed."""
    return min(end + 1, len(text))
