"""How the relations of a graph are said: which words mean which relation, and from which end.

Three tiers: the wording of the graph itself, in which no two relations have the same words; what a
relation is called besides; and forms made from both (`treat`, `treated by`, `part of`). Words that
are in a higher tier mean nothing of a lower one.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress, pairwise
from typing import NamedTuple

from stepsmith.transforms.graph.phrasing import Phrase, PhraseKind, negate, phrase_of, spell
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.wording import Wording
from stepsmith.transforms.linking.near import nearest
from stepsmith.transforms.linking.words import (
    ARTICLES,
    COPULAS,
    HAVING,
    PREPOSITIONS,
    Word,
    words_of,
)

_MOST_ARTICLES = 2
_KINDS = ("type of", "kind of", "form of", "sort of", "is a", "is an")


class Reading(NamedTuple):
    """What a phrase may mean. An `inverted` one reads from the tail to the head."""

    relation: int
    inverted: bool
    kind: PhraseKind
    ends_in_of: bool


class Phrases:
    """The phrases of a graph's relations, to be found in the words of a text."""

    def __init__(self, entries: dict[str, tuple[Reading, ...]]) -> None:
        self._entries = entries
        self._texts = tuple(entries)
        self._longest: dict[str, int] = {}
        for text in entries:
            first, *rest = text.split(" ")
            self._longest[first] = max(self._longest.get(first, 0), 1 + len(rest))

    def longest(self, words: Sequence[Word], at: int) -> tuple[int, tuple[Reading, ...]] | None:
        """Return the number of the word after the longest phrase that begins at word `at`.

        An article within it is passed over: `assesses the effect of`. One behind a mark is not,
        since a new part begins with it: `for this film, the genre`.
        """
        most = self._longest.get(words[at].text, 0)
        if not most:
            return None
        around = words[at : at + most + _MOST_ARTICLES]
        ahead = [word.text for word in around]
        kept = [True, *(not _is_passed_over(*pair) for pair in pairwise(around))]
        articles = not all(kept)
        for end in range(at + len(ahead) if articles else min(at + most, len(words)), at, -1):
            texts = ahead[: end - at]
            readings = self._entries.get(" ".join(texts))
            if readings is None and articles and texts[-1] not in ARTICLES:
                readings = self._entries.get(" ".join(compress(texts, kept)))
            if readings:
                return end, readings
        return None

    def named(self, text: str) -> tuple[tuple[Reading, ...], float] | None:
        """Return what a text that is nothing but a phrase means, or nearly is one, and how near."""
        words = " ".join(word.text for word in words_of(text.casefold()))
        first, _, rest = words.partition(" ")
        core = _without_article(rest) if first in COPULAS else words
        for written in (words, core):
            if written in self._entries:
                return self._entries[written], 1.0
        near = nearest(words, self._texts)
        return None if near is None else (self._entries[near.text], near.score)


def _is_passed_over(before: Word, word: Word) -> bool:
    return word.text in ARTICLES and word.start == before.end + len(" ")


@lru_cache(maxsize=64)
def phrases_of(graph: Graph) -> Phrases:
    """Return the phrases of a graph's relations; made once."""
    relations = [graph.relation_info(number) for number in range(graph.n_relations)]
    wording = Wording.of(relations)
    tiers: list[dict[str, dict[Reading, None]]] = [{}, {}, {}]
    for number, relation in enumerate(relations):
        for tier, phrase, inverted in _said(wording, relation):
            words = " ".join(word.text for word in words_of(phrase.text.casefold()))
            if words:
                reading = Reading(number, inverted, phrase.kind, words.endswith(" of"))
                tiers[tier].setdefault(words, {})[reading] = None
    entries: dict[str, tuple[Reading, ...]] = {}
    for tier_entries in tiers:
        for words, readings in tier_entries.items():
            entries.setdefault(words, tuple(readings))
    return Phrases(entries)


def _said(wording: Wording, relation: Relation) -> Iterator[tuple[int, Phrase, bool]]:
    """Yield each phrase of a relation with its tier, and whether it reads from the tail."""
    own = wording.phrases(relation.key)
    inverse = wording.inverse_phrases(relation.key)
    called = [phrase_of(spell(text)) for text in (relation.text, relation.key) if spell(text)]
    yield from ((0, phrase, False) for phrase in own)
    yield from ((0, phrase, True) for phrase in inverse)
    yield from ((1, phrase, False) for phrase in called)
    # What a machine line may write: the key as it stands.
    yield 1, Phrase(text=relation.key, kind=own[0].kind), False
    for phrase in dict.fromkeys((*own, *called)):
        yield from ((2, form, inverted) for form, inverted in _forms(phrase))
    for phrase in inverse:
        yield from ((2, form, not inverted) for form, inverted in _forms(phrase))


def _forms(phrase: Phrase) -> Iterator[tuple[Phrase, bool]]:
    """Yield other forms of a phrase, and whether they read the other way round."""
    first, _, rest = phrase.text.partition(" ")
    if phrase.kind == "noun":
        yield Phrase(text=_other_number(phrase.text), kind="noun"), False
    elif first in COPULAS:
        core = _without_article(rest)
        yield _as_phrase(core), False
        if phrase.text == "is a kind of":
            yield from ((Phrase(text=text, kind="predicate"), False) for text in _KINDS)
    elif first in HAVING:
        yield _as_phrase(_without_article(rest)), False
        yield Phrase(text=f"have {rest}", kind="predicate"), False
    else:
        yield from _verb_forms(phrase.text)


def _verb_forms(text: str) -> Iterator[tuple[Phrase, bool]]:
    base = negate(text).removeprefix("does not ")
    if base == text or not base:
        return
    verb, _, rest = base.partition(" ")
    past = _past(verb)
    yield Phrase(text=base, kind="predicate"), False
    yield Phrase(text=f"{past} {rest}".rstrip(), kind="predicate"), False
    yield Phrase(text=f"{past} {rest} by".replace("  ", " "), kind="predicate"), True


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}ed"


def _other_number(noun: str) -> str:
    """Return the plural of a noun, or the singular of a plural."""
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun[:-1]
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def _without_article(words: str) -> str:
    first, _, rest = words.partition(" ")
    return rest if first in ARTICLES and rest else words


def _as_phrase(core: str) -> Phrase:
    kind: PhraseKind = "predicate" if _last(core.split()) in PREPOSITIONS else "noun"
    return Phrase(text=core, kind=kind)


def _last(parts: Iterable[str]) -> str:
    return next(reversed(list(parts)), "")
