"""Where a prefix of a program may go on: at each such place stands a hole that ends the program.

A completion may add statements to the innermost open block and, after it, to every block around
that. What a call does before it comes to one of these places no completion can change. A hole
ends the process with a status of its own: no `except`, `finally` or `with` of the program comes
between, and a program that ends itself in this way has only said that it goes on.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence

from stepsmith.transforms.text.code import bare_code, is_closed, logical_lines

__all__ = ["HOLE_EXIT", "Prefix", "with_holes"]

HOLE_EXIT = 86
_HOLE = f'__import__("os")._exit({HOLE_EXIT})'
_INDENT = re.compile(r"[ \t]*+")
_WORD = re.compile(r"[ \t]*+(?:async[ \t]++)?([a-z]+)")
_CLAUSES = frozenset({"except", "else", "elif", "finally", "case"})
_HEADERS = _CLAUSES | {"if", "for", "while", "try", "with", "def", "class", "match"}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Prefix:
    """The whole statements of a prefix, and what they become with holes behind them."""

    code: str
    holes: str

    @property
    def source(self) -> str:
        """The prefix as a program that ends where it is not written yet."""
        return self.code + self.holes


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """One logical line: its white space in front, its first word, whether it opens a block."""

    indent: str
    word: str
    opens: bool

    @property
    def width(self) -> int:
        return len(self.indent.expandtabs(8))  # as Python counts


def with_holes(code: str, *, whole: bool) -> Prefix:
    """Cut a prefix after its last whole statement, and put holes wherever it may go on.

    What goes on is the function in which the prefix ends; with `whole` the program as well. A
    last line that is not closed, or a decorator, is left out: what it becomes is not known.
    """
    spans = list(logical_lines(code))
    while spans and _goes_on(code[slice(*spans[-1])]):
        spans.pop()
    kept = code[: spans[-1][1]] if spans else ""
    lines = [_read(code[start:end]) for start, end in spans]
    holes = "".join(f"\n{line}" for line in _holes(lines, whole=whole))
    return Prefix(code=kept, holes=f"{holes}\n")


def _goes_on(line: str) -> bool:
    return line.lstrip().startswith("@") or not is_closed(line)


def _read(line: str) -> _Line:
    indent = _INDENT.match(line)
    found = _WORD.match(line)
    word = found[1] if found else ""
    opens = word in _HEADERS and bare_code(line).rstrip().endswith(":")
    return _Line(indent=indent[0] if indent else "", word=word, opens=opens)


def _holes(lines: Sequence[_Line], *, whole: bool) -> Iterator[str]:
    """Yield lines that close every open block, the innermost first."""
    at = len(lines) - 1
    if at < 0:
        if whole:
            yield _HOLE
        return
    last = lines[at]
    if last.opens:
        is_match = last.word == "match"
        inner = last.indent + "    "
        if is_match:
            yield f"{inner}case _:"
        yield f"{inner}    {_HOLE}" if is_match else f"{inner}{_HOLE}"
    while at >= 0:
        line, header = lines[at], _enclosing(lines, at)
        if _opener(lines, at) == "try" and line.word != "finally":
            # Yet to come may be an `except` or a `finally` that changes whatever happens inside.
            yield f"{line.indent}finally:"
            yield f"{line.indent}    {_HOLE}"
        is_case = header >= 0 and lines[header].word == "match"
        if (line.width > 0 or whole) and not is_case:
            yield line.indent + _HOLE
        at = header


def _enclosing(lines: Sequence[_Line], at: int) -> int:
    """Return the line that opened the block in which a line stands; -1 where none did."""
    width = lines[at].width
    return next((i for i in range(at - 1, -1, -1) if lines[i].width < width), -1)


def _opener(lines: Sequence[_Line], at: int) -> str:
    """Return the first word of the statement that a line is, or is a clause of."""
    width = lines[at].width
    for line in reversed(lines[: at + 1]):
        if line.width < width:
            break
        if line.width == width and line.word not in _CLAUSES:
            return line.word
    return ""
