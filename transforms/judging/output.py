"""What a program printed beside what it should have: compared outside, whitespace as declared."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

from stepsmith.transforms.judging.compare import Difference, show

Whitespace = Literal["exact", "trailing", "tokens"]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class OutputComparison:
    """When printed text counts as what was expected.

    "trailing" ignores space at the ends of lines and empty lines at the end; "tokens" compares the
    words alone, and then the tolerances hold for words that are numbers. With `zero_exit` a
    program that printed the right thing and ended with another status failed nevertheless.
    """

    whitespace: Whitespace = "trailing"
    rel_tol: float = 0.0
    abs_tol: float = 0.0
    zero_exit: bool = True


def output_difference(
    expected: str, got: bytes, how: OutputComparison | None = None
) -> Difference | None:
    """Compare printed text; the path names the line or the word, counted from 1."""
    how = how or OutputComparison()
    text = got.decode("utf-8", "surrogateescape")  # what is no UTF-8 equals nothing
    if how.whitespace == "tokens":
        return _first("word", expected.split(), text.split(), how)
    if how.whitespace == "exact":
        return _first("line", expected.split("\n"), text.split("\n"), how)
    return _first("line", _lines(expected), _lines(text), how)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _first(
    what: str, expected: Sequence[str], got: Sequence[str], how: OutputComparison
) -> Difference | None:
    for index, (left, right) in enumerate(zip(expected, got, strict=False), 1):
        if left != right and not (what == "word" and _close(left, right, how)):
            return Difference(path=f"{what} {index}", expected=show(left), got=show(right))
    if len(expected) == len(got):
        return None
    at = min(len(expected), len(got))
    return Difference(
        path=f"{what} {at + 1}",
        expected=show(expected[at]) if at < len(expected) else "nothing more",
        got=show(got[at]) if at < len(got) else "nothing more",
    )


def _close(expected: str, got: str, how: OutputComparison) -> bool:
    if not (how.rel_tol or how.abs_tol) or not got.isascii() or "_" in got:
        return False  # Python reads `1_0` and the digits of all scripts as numbers
    try:
        left, right = float(expected), float(got)
    except ValueError:
        return False
    return math.isclose(left, right, rel_tol=how.rel_tol, abs_tol=how.abs_tol)
