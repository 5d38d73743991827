"""Names and phrases of relations in one line of text, before anything is made of them."""

import dataclasses
from collections.abc import Iterator
from functools import cached_property

from stepsmith.transforms.graph.names import Folded, Names, fold
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.linking.near import Repairs
from stepsmith.transforms.linking.phrases import Reading, phrases_of
from stepsmith.transforms.linking.whole import Mention, Part, Raw, whole_name
from stepsmith.transforms.linking.words import COPULAS, HAVING, HEDGES, STOPS, Word, words_of

_BREAKING = frozenset(",;:()[]\u2013\u2014")
_PURPOSE = frozenset(("to", "for", "as", "in"))
"""Words that make `used` a word for a purpose: `is used to treat`."""
_MOST_NODES = 8
"""Nodes of one name whose spelling is looked at."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A phrase of a relation, by the words [`first`, `last`) that it covers."""

    first: int
    last: int
    readings: tuple[Reading, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a step: its words, the names among them and the phrases of relations.

    `parts` are names that stand there as parts of longer ones, which are unknown.
    """

    text: str
    folded: Folded
    words: tuple[Word, ...]
    mentions: tuple[Mention, ...]
    said: tuple[Said, ...]
    parts: tuple[Part, ...] = ()

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Return where the words [`first`, `last`) stand in the line as it was written."""
        offsets = self.folded.offsets
        return offsets[self.words[first].start], offsets[self.words[last - 1].end - 1] + 1

    @cached_property
    def _ends(self) -> dict[int, int]:
        return {each.last: each.end for each in self.mentions}

    def between(self, at: int) -> str:
        """Return what stands between word `at` and the word before it, or before the first."""
        start = self._ends.get(at, self.words[at - 1].end) if at else 0
        end = self.words[at].start if at < len(self.words) else len(self.folded.text)
        return self.folded.text[start:end]

    @cached_property
    def breaks(self) -> frozenset[int]:
        """The words that a mark stands before, such as a comma or a dash."""
        return frozenset(at for at in range(1, len(self.words)) if _breaks(self.between(at)))


def _breaks(between: str) -> bool:
    return between != " " and (not _BREAKING.isdisjoint(between) or "-" in between.split())


def read_line(graph: Graph, text: str, repairs: Repairs) -> Line:
    """Find the names and the phrases of a line.

    A name within a longer phrase is none, and neither is a phrase within a longer name.
    """
    folded = fold(text)
    words = words_of(folded.text)
    raw = Raw(text, folded, words)
    mentions = _strong(graph, raw)
    said = list(_phrases(graph, words))
    covers = {at: each for each in mentions for at in range(each.first, each.last)}
    kept = [each for each in said if not _is_within(each, covers)]
    known = {*covers, *(at for each in kept for at in range(each.first, each.last))}
    kept_names = [whole_name(raw, repairs, known, each, strict=bool(kept)) for each in mentions]
    phrase_at = {at: each for each in kept for at in range(each.first, each.last)}
    return Line(
        text=text,
        folded=folded,
        words=tuple(words),
        mentions=tuple(
            each
            for each in kept_names
            if isinstance(each, Mention) and not _is_within(each, phrase_at)
        ),
        said=tuple(kept),
        parts=tuple(each for each in kept_names if isinstance(each, Part)),
    )


def _is_within(one: Mention | Said, covers: dict[int, Mention] | dict[int, Said]) -> bool:
    """Say whether something of the other kind overlaps it and is longer."""
    length = one.last - one.first
    others = (covers.get(at) for at in range(one.first, one.last))
    return any(other is not None and other.last - other.first > length for other in others)


def _phrases(graph: Graph, words: list[Word]) -> Iterator[Said]:
    phrases = phrases_of(graph)
    at = 0
    while at < len(words):
        found = phrases.longest(words, at)
        after = words[at + 1].text if at + 1 < len(words) else ""
        if found is None or (words[at].text == "used" and after in _PURPOSE):
            at += 1
            continue
        end, readings = found
        yield Said(first=at, last=end, readings=readings)
        at = end


def _strong(graph: Graph, raw: Raw) -> list[Mention]:
    """Find the names; where some are written as names are, small words are none: `others`."""
    mentions = list(_mentions(graph, raw))
    weak = [each for each in mentions if _is_weak(graph, raw, each)]
    return mentions if len(weak) == len(mentions) else [one for one in mentions if one not in weak]


def _is_weak(graph: Graph, raw: Raw, mention: Mention) -> bool:
    """Say whether a name of one word stands there in small letters, and is not written so."""
    if mention.last - mention.first > 1:
        return False
    if not raw.letter(mention.first).islower():
        return False
    return all(_is_proper(graph, node) for node in mention.nodes[:_MOST_NODES])


def _is_proper(graph: Graph, node: int) -> bool:
    return all(name[:1].isupper() for name in _called(graph, node))


def _called(graph: Graph, node: int) -> tuple[str, ...]:
    return graph.names(node) or (graph.key(node),)


def _mentions(graph: Graph, raw: Raw) -> Iterator[Mention]:
    _, folded, words = raw
    names = graph.names_index
    at = 0
    while at < len(words):
        capital = raw.letter(at).isupper()
        found = _longest(graph, folded.text, words[at], capital=capital)
        if found is None:
            at += 1
            continue
        end, nodes = found
        last = at + 1
        while last < len(words) and words[last].start < end:
            last += 1
        if _runs_on(names, raw, range(at + 1, last), end):
            at += 1  # the longer of two names that overlap is looked for from its own first word
            continue
        if not _says_nothing(graph, raw, range(at, last)):
            yield Mention(first=at, last=last, end=end, nodes=nodes)
        at = last


def _runs_on(names: Names, raw: Raw, within: range, end: int) -> bool:
    """Say whether a longer name begins within a name and ends behind it."""
    start = raw.words[within.start - 1].start
    found = (names.longest(raw.folded.text, raw.words[at].start) for at in within)
    return any(
        other is not None and other[0] > end and other[0] - raw.words[at].start > end - start
        for at, other in zip(within, found, strict=True)
    )


def _says_nothing(graph: Graph, raw: Raw, words: range) -> bool:
    """Say whether the words are small ones, or one letter, and no name as they stand here."""
    if len(words) == 1:
        return _is_small(raw, words.start) or _is_letter(graph, raw, words.start)
    small = all(raw.words[at].text in STOPS for at in words)
    return small and words.start > 0 and raw.letter(words.start).islower()


def _longest(
    graph: Graph, folded: str, word: Word, *, capital: bool
) -> tuple[int, tuple[int, ...]] | None:
    """Find the longest name that begins at a word, or at the mark right before it."""
    names = graph.names_index
    start = word.start
    if start and not folded[start - 1].isspace():
        found = names.longest(folded, start - 1)
        if found is not None and found[0] > word.start:
            return found
    return names.longest(folded, start) or _inflected(graph, folded, word, capital=capital)


def _inflected(
    graph: Graph, folded: str, word: Word, *, capital: bool
) -> tuple[int, tuple[int, ...]] | None:
    """Find a name that is written without its article here, or as a plural of one word.

    A proper name has none: `Williams` is no `William`.
    """
    names = graph.names_index
    titled = f"the {folded[word.start : word.start + 100]}"
    found = names.longest(titled, 0) if capital else None
    if found is not None and found[0] > len("the "):
        return found[0] - len("the ") + word.start, found[1]
    if word.text.endswith("s") and len(word.text) > 3:  # noqa: PLR2004 -- "is", "was", "has"
        plural = names.find(word.text[:-1])
        nodes = tuple(each for each in plural if not (capital and _is_proper(graph, each)))
        return (word.end, nodes) if nodes else None
    return None


def _is_letter(graph: Graph, raw: Raw, at: int) -> bool:
    """Say whether a word is one letter: a placeholder or an option's, unless it is a key."""
    return len(raw.words[at].text) == 1 and graph.node(raw.letter(at)) is None


def _is_small(raw: Raw, at: int) -> bool:
    """Say whether a word is one of the small ones, and is not written as a name."""
    if raw.words[at].text not in STOPS:
        return False
    if at > 0 or raw.words[at].text not in HEDGES:
        return at == 0 or not raw.letter(at).isupper()
    after = raw.words[1].text if len(raw.words) > 1 else ""
    return after not in COPULAS | HAVING | {"s"}  # "May is ..." names the month
