"""A name and the unknown words beside it: `Ada` in `Ada Byron` or `pain` in `back pain` is no name.

What is made of a part would be said of the wrong thing. Beside a capitalised name only capitalised
words and numbers count, beside a name in small letters any word but an adverb.
"""

import dataclasses
from typing import NamedTuple

from stepsmith.transforms.graph.names import Folded
from stepsmith.transforms.linking.near import Repairs
from stepsmith.transforms.linking.words import DOUBTS, STOPS, Word

_BEGINNING_WORDS = """
after again although before furthermore indeed meanwhile moreover though when whereas
"""
_BEGINNING = DOUBTS | frozenset(_BEGINNING_WORDS.split())
"""Words that begin a sentence, and belong to no name."""


class Raw(NamedTuple):
    """A line as it is written, folded, and as words."""

    text: str
    folded: Folded
    words: list[Word]

    def letter(self, at: int) -> str:
        """Return the first letter of word `at` as it is written."""
        return self.text[self.folded.offsets[self.words[at].start]]

    def beside(self, at: int) -> str:
        """Return what stands between word `at` and the next one."""
        return self.folded.text[self.words[at].end : self.words[at + 1].start]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A name, by the words [`first`, `last`) that it covers; `score` is 1 for a name in full.

    `end` is where it ends in the folded text: a mark after its last word may be a part of it.
    """

    first: int
    last: int
    end: int
    nodes: tuple[int, ...]
    score: float = 1.0


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A name within a longer one that is unknown, by the words [`first`, `last`) of that."""

    first: int
    last: int


def whole_name(
    raw: Raw, repairs: Repairs, known: set[int], mention: Mention, *, strict: bool
) -> Mention | Part:
    """Return a name, the one that the whole is a slip for, or the whole that nobody knows.

    `known` are the words of all names and phrases. `strict` counts small words as parts, too.
    """
    first, last = mention.first, mention.last
    while _is_part(raw, known, last, mention, strict=strict):
        last += 1
    while first > 0 and _is_part(raw, known, first - 1, mention, strict=strict):
        first -= 1
    if (first, last) == (mention.first, mention.last):
        return mention
    end = raw.words[last - 1].end
    found = repairs.near(raw.folded.text[raw.words[first].start : end])
    if found is None:
        return Part(first=first, last=last)
    nodes, score = found
    return Mention(first=first, last=last, end=end, nodes=nodes, score=score)


def _is_part(raw: Raw, known: set[int], at: int, mention: Mention, *, strict: bool) -> bool:
    """Say whether an unknown word beside a name belongs to it."""
    if at >= len(raw.words) or at in known or raw.words[at].text in STOPS:
        return False
    between = raw.beside(at if at < mention.first else at - 1)
    if between == "-":
        return True
    letter = raw.letter(at)
    if not between.isspace():
        return False
    if letter.isdigit() or (letter.isupper() and at > 0):
        return True
    # The first word of a line is written so whatever it is.
    small = raw.letter(mention.first).islower()
    word = raw.words[at].text
    return strict and small and word not in _BEGINNING and not word.endswith("ly")
