"""Cutting a solution into steps without losing or adding a character.

Every segmenter keeps three promises, whatever the text: joining the pieces gives back the text, no
piece is blank (unless the whole text is), and the white space between two pieces stays with the
first of them, so that a step ends with its newline and a continuation starts cleanly.

Without `max_pieces` a cut also does not depend on what stands beyond it: the first k pieces of a
text, joined, are cut into the same k pieces, and so is the rest. For `marker` this holds as long
as the pattern does not look behind the start of its line.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from stepsmith.schemas.errors import RecipeError
from stepsmith.schemas.registry import Registry, bind_options, first_line

__all__ = ["SEGMENTERS", "Segment", "SegmentFactory", "get_segmenter", "segmenter"]

Segment = Callable[[str], tuple[str, ...]]
SegmentFactory = Callable[..., Segment]

SEGMENTERS: Registry[SegmentFactory] = Registry(
    "segmenter", package="stepsmith.transforms.text", group="stepsmith.segmenters"
)


def segmenter(name: str) -> Callable[[SegmentFactory], SegmentFactory]:
    """Register a factory of segmenters; its keyword-only parameters are the options."""

    def register(factory: SegmentFactory) -> SegmentFactory:
        SEGMENTERS.add(name, factory, module=factory.__module__, summary=first_line(factory))
        return factory

    return register


def get_segmenter(name: str, **options: object) -> Segment:
    """Return the segmenter called `name`, with its options checked."""
    factory = SEGMENTERS.get(name).value
    return bind_options(factory, options, where=f"segmenter {name!r}")()


@segmenter("line")
def line(*, max_pieces: int | None = None) -> Segment:
    """One piece a line; blank lines stay with the line before them."""
    return _segmenter(_line_ends, max_pieces)


@segmenter("blank_line")
def blank_line(*, max_pieces: int | None = None) -> Segment:
    """One piece a paragraph, that is up to one or more blank lines."""
    return _segmenter(_paragraph_ends, max_pieces)


@segmenter("marker")
def marker(
    *,
    pattern: str = r"(?im)^[ \t#*>]*step[ \t]+\d+[ \t]*\**[ \t]*[.:)-]",
    max_pieces: int | None = None,
) -> Segment:
    """One piece from each `Step k:` (or match of `pattern`) to the next; a preamble is its own."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        msg = f"pattern {pattern!r} is not a regular expression: {error}"
        raise RecipeError(msg) from None
    return _segmenter(partial(_marker_starts, compiled), max_pieces)


@segmenter("sentence")
def sentence(*, max_pieces: int | None = None) -> Segment:
    """One piece a sentence or line; decimals, `e.g.` and `1.` at its start do not end one."""
    return _segmenter(_sentence_ends, max_pieces)


Cuts = Callable[[str], Iterable[int]]
"""Where pieces may begin, in increasing order."""


def _segmenter(cuts: Cuts, max_pieces: int | None) -> Segment:
    if max_pieces is not None and max_pieces < 1:
        msg = f"max_pieces = {max_pieces}: a text has at least one piece"
        raise RecipeError(msg)
    return partial(_segment, cuts=cuts, max_pieces=max_pieces)


def _segment(text: str, *, cuts: Cuts, max_pieces: int | None) -> tuple[str, ...]:
    if not text:
        return ()
    starts = _begin_with_words(text, [0, *cuts(text), len(text)])
    if max_pieces is not None:
        # VisualPRM's rule: groups of equal size, the last may be smaller.
        starts = starts[:: math.ceil(len(starts) / max_pieces)]
    ends = [*starts[1:], len(text)]
    return tuple(text[start:end] for start, end in zip(starts, ends, strict=True))


def _begin_with_words(text: str, bounds: list[int]) -> list[int]:
    """Keep the bounds that separate words from words; blank stretches join the one before."""
    starts = [0]
    seen_words = False
    for start, end in itertools.pairwise(bounds):
        if start == end or text[start:end].isspace():
            continue
        if seen_words:
            starts.append(start)
        seen_words = True
    return starts


def _line_ends(text: str) -> Iterator[int]:
    return (match.end() for match in re.finditer(r"\n", text))


def _paragraph_ends(text: str) -> Iterator[int]:
    return (match.end() for match in re.finditer(r"\n(?:[^\S\n]*\n)+", text))


def _marker_starts(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    return (match.start() for match in pattern.finditer(text))


_STOP = re.compile(r"""[.!?]["')\]*_$]*\s+|\n""")
_WORD = re.compile(r"[A-Za-z.]+\Z")
_NUMERAL = re.compile(r"[\s#*>]*\d{1,3}")
# Never the last word of a sentence, and those that are not where a number follows.
_ABBREVIATIONS = frozenset(
    ["al", "approx", "ca", "cf", "dr", "e.g", "etc", "i.e", "mr", "mrs", "prof", "viz", "vs"]
)
_REFERENCES = frozenset(["ch", "eq", "eqs", "fig", "figs", "no", "nos", "p", "pp", "sec", "thm"])
_LONGEST_ABBREVIATION = 8


def _sentence_ends(text: str) -> Iterator[int]:
    begin = 0
    for match in _STOP.finditer(text):
        if "\n" in match[0] or _ends_sentence(text, begin, match):
            begin = match.end()
            yield begin


def _ends_sentence(text: str, begin: int, stop: re.Match[str]) -> bool:
    """Say whether the stop ends the sentence that began at `begin`."""
    position = stop.start()
    following = text[stop.end() : stop.end() + 1]
    if following.islower():
        return False
    if text[position] != ".":
        return True
    if position - begin <= _LONGEST_ABBREVIATION and _NUMERAL.fullmatch(text, begin, position):
        return False
    # A little more than the longest one, so that a longer word is not taken for its own ending.
    word = _WORD.search(text[max(begin, position - _LONGEST_ABBREVIATION) : position])
    if word is None:
        return True
    known = _ABBREVIATIONS | _REFERENCES if following.isdigit() else _ABBREVIATIONS
    return word[0].lower() not in known
