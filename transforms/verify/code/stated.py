"""A claim about code, and the blocks of code in a text: by their form alone, nothing is run."""

import ast
import dataclasses
import re
from typing import Literal

from stepsmith.transforms.negatives.code import ProgramError
from stepsmith.transforms.negatives.code.limits import parse_tree

__all__ = ["FENCE_LINE", "Block", "Says", "Stated", "assigned", "code_blocks", "fenced", "parses"]

Says = Literal["value", "prints", "raises"]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """One claim, at the half-open span of the step: what `expression` does, and what is expected.

    `before` is code of the step itself that runs first; for "prints" the expression may be any
    statements. With `of_any_time` nothing says when, among the changes of a variable, it holds.
    """

    start: int
    end: int
    expression: str
    says: Says
    expected: str
    before: str = ""
    of_any_time: bool = False


_FENCE = re.compile(r"^[ \t]*+(```+|~~~+)[ \t]*+(\w*+)[^\r\n`]*+\r?\n", re.MULTILINE)
FENCE_LINE = re.compile(r"^[ \t]*+(?:```+|~~~+)[ \t]*+\w*+[ \t]*+\r?$", re.MULTILINE)
_FENCE_END = re.compile(r"^[ \t]*+(?:```+|~~~+)[ \t]*+\r?$", re.MULTILINE)
_PYTHON = frozenset(["", "py", "python", "python3", "pycon"])


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A fenced block: where it stands with its fences, its language and its text."""

    start: int
    end: int
    language: str
    text: str

    @property
    def is_code(self) -> bool:
        """Whether it is Python, by what it is called and by its grammar."""
        return self.language.lower() in _PYTHON and ">>>" not in self.text and parses(self.text)


def parses(code: str) -> bool:
    """Say whether a text is Python, within limits."""
    try:
        return bool(parse_tree(code).body)
    except ProgramError:
        return False


def fenced(text: str) -> list[Block]:
    """Return the closed fenced blocks, in order."""
    found: list[Block] = []
    at = 0
    while opened := _FENCE.search(text, at):
        closed = _FENCE_END.search(text, opened.end())
        if closed is None:
            break
        found.append(
            Block(
                start=opened.start(),
                end=closed.end(),
                language=opened[2],
                text=text[opened.end() : closed.start()],
            )
        )
        at = closed.end()
    return found


def code_blocks(text: str) -> str:
    """Join the fenced blocks of Python in a text."""
    return "\n".join(block.text for block in fenced(text) if block.is_code)


def assigned(source: str) -> str:
    """Return the expression of a line, or what it assigns."""
    try:
        [statement] = parse_tree(source).body
    except (ProgramError, ValueError):
        return ""
    match statement:
        case ast.Expr(value=value) | ast.Assign(value=value):
            return ast.get_source_segment(source, value) or ""
        case _:
            return ""
