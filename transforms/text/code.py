"""Cutting a program into its statements, by its characters alone.

A program being judged need not parse, and a prefix of one seldom does: the cut looks only at
strings, comments, brackets and line ends, so it is total, linear, and a prefix of whole pieces
is cut as it was in the whole.
"""

import itertools
import math
import re
from collections.abc import Iterator
from functools import partial

from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.text.segment import Segment, segmenter

__all__ = ["bare_code", "is_closed", "logical_lines", "statement", "statement_starts"]


@segmenter("statement")
def statement(*, max_pieces: int | None = None) -> Segment:
    """One piece a statement of Python, with the comments, decorators or `else:` above it."""
    if max_pieces is not None and max_pieces < 1:
        msg = f"max_pieces = {max_pieces}: a text has at least one piece"
        raise RecipeError(msg)
    return partial(_segment, max_pieces=max_pieces)


def statement_starts(source: str) -> tuple[int, ...]:
    """Return where each statement's piece begins, in order; the first is 0, of "" there is none.

    A compound statement's piece is its header: its body's statements are pieces of their own.
    Several statements on one line are one piece. `try:`, `else:` and `finally:` say nothing alone
    and belong to the statement below them.
    """
    return tuple(_starts(source)) if source else ()


def bare_code(source: str) -> str:
    """Return the code with each string as `""` and without its comments."""
    kinds = {"string": '""', "comment": ""}
    return "".join(kinds.get(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(source))


def logical_lines(source: str) -> tuple[tuple[int, int], ...]:
    """Return where the logical lines that say something begin and end, without their line ends.

    A line whose brackets or quotes do not close ends with the text. Comments may stand inside.
    """
    found: list[tuple[int, int]] = []
    begin, depth, said = 0, 0, False
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "newline" and depth == 0:
            if said:
                found.append((begin, match.start()))
            begin, said = match.end(), False
        elif kind not in {"newline", "space", "comment"}:
            said = True
            depth = max(0, depth + (kind == "open") - (kind == "close"))
    return (*found, (begin, len(source))) if said else tuple(found)


def is_closed(source: str) -> bool:
    """Say whether every bracket and quote closes, and no backslash goes on to a next line."""
    depth, last = 0, ""
    for match in _TOKEN.finditer(source):
        last, kind = match[0], match.lastgroup
        depth = max(0, depth + (kind == "open") - (kind == "close"))
        if kind == "string" and not _CLOSED.fullmatch(last):
            return False
    return depth == 0 and not last.startswith("\\")


def _segment(text: str, *, max_pieces: int | None) -> tuple[str, ...]:
    starts = statement_starts(text)
    if max_pieces is not None and starts:
        starts = starts[:: math.ceil(len(starts) / max_pieces)]
    return tuple(text[start:end] for start, end in itertools.pairwise([*starts, len(text)]))


# Whatever is not closed runs on: to the end of its line, and between triple quotes to the end of
# the text. Nothing is given back once taken, so that hostile text costs no more than other text.
_TOKEN = re.compile(
    r'''
      (?P<string> """ (?: [^\\"]++ | \\. | "(?!"") )*+ (?: """ | \\?\Z )
                | \'\'\' (?: [^\\']++ | \\. | '(?!\'\') )*+ (?: \'\'\' | \\?\Z )
                | " (?: [^\\"\r\n]++ | \\(?:\r\n|.) )*+ "?
                | ' (?: [^\\'\r\n]++ | \\(?:\r\n|.) )*+ '? )
    | (?P<comment> \#[^\r\n]*+ )
    | (?P<newline> \r\n | \r | \n )
    | (?P<space>   [^\S\r\n]++ | \\(?:\r\n|\r|\n) )
    | (?P<open>    [(\[{] )
    | (?P<close>   [)\]}] )
    | (?P<word>    [^\s"'\#\\()\[\]{}]++ )
    | (?P<other>   . )
    ''',
    re.VERBOSE | re.DOTALL,
)
# A string token that ends as it began.
_CLOSED = re.compile(
    r"""(?s: \"{3} (?: [^\\"]++ | \\. | "(?!"") )*+ \"{3} | " (?: [^\\"]++ | \\. )*+ "
           | \'{3} (?: [^\\']++ | \\. | '(?!\'\') )*+ \'{3} | ' (?: [^\\']++ | \\. )*+ ' )""",
    re.VERBOSE,
)
# What stands first and alone on a logical line that has nothing to say without the next one.
_LEADING = re.compile(r"\s*+(?:(?:try|else|finally)\s*+:|@)")
_BARE = re.compile(r"\s*+(?:try|else|finally)\s*+:\s*+(?:#[^\r\n]*+\s*+)?\Z")


def _starts(source: str) -> Iterator[int]:
    yield 0
    begin, depth, said, open_piece = 0, 0, False, False
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "newline" and depth == 0:
            if said:
                open_piece = open_piece or not _waits(source, begin, match.end())
            begin, said = match.end(), False
        elif kind in {"newline", "space", "comment"}:
            if kind == "comment" and open_piece and not said and depth == 0:
                yield begin
                open_piece = False
        else:
            if open_piece and not said:
                yield begin
                open_piece = False
            said = True
            depth = max(0, depth + (kind == "open") - (kind == "close"))


def _waits(source: str, begin: int, end: int) -> bool:
    """Say whether the logical line is a decorator or a bare `else:`: the next one belongs to it."""
    leading = _LEADING.match(source, begin, end)
    if leading is None:
        return False
    return source[leading.end() - 1] == "@" or _BARE.match(source, begin, end) is not None
