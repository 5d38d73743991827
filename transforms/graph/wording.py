"""Facts as text: sentences in several forms, their negations, and machine lines.

    aspirin treats pain.                        It is not true that aspirin treats pain.
    pain is what aspirin treats.                aspirin | treats | pain

No two relations of a graph are given the same words, so that a sentence says one fact. Which of
its forms is written is a number (`variant`), never chance; `variant_of` draws one from anything.
"""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from random import Random

from stepsmith.schemas.errors import UserError, suggest
from stepsmith.transforms.graph.phrasing import Form, Phrase, candidates, forms_of, phrase_of, spell
from stepsmith.transforms.graph.relations import Relation, text_of
from stepsmith.transforms.graph.store import Graph

SEPARATOR = " | "
"""Between the three parts of a machine line."""


@dataclasses.dataclass(frozen=True)
class Wording:
    """How the relations of one graph are said. `relations` are all of them, by key."""

    relations: Mapping[str, Relation]

    @classmethod
    def of(cls, relations: Iterable[Relation]) -> "Wording":
        """Return the wording of these relations; the order does not matter."""
        return cls({each.key: each for each in sorted(relations, key=lambda each: each.key)})

    def phrase(self, relation: str) -> Phrase:
        """Return the relation's own phrase; raises `UserError` for one that the graph lacks."""
        try:
            return self._phrases[relation]
        except KeyError:
            msg = f"no relation {relation!r} in this graph; {suggest(relation, self.relations)}"
            raise UserError(msg) from None

    def words(self, relation: str) -> str:
        """Return what a machine line calls the relation: its phrase, unlike any other's."""
        return self.phrase(relation).text

    def phrases(self, relation: str) -> tuple[Phrase, ...]:
        """Return every phrase that reads from head to tail: its own, then the declared ones."""
        own = self.phrase(relation)
        declared = (phrase_of(spell(text)) for text in self.relations[relation].phrases)
        return tuple(dict.fromkeys((own, *declared)))

    def inverse_phrases(self, relation: str) -> tuple[Phrase, ...]:
        """Return the declared phrases that read from tail to head."""
        self.phrase(relation)
        declared = self.relations[relation].inverse_phrases
        return tuple(dict.fromkeys(phrase_of(spell(text)) for text in declared))

    def forms(self, relation: str, *, negated: bool = False) -> tuple[Form, ...]:
        """Return every way to write a fact of this relation, at least six, the plainest first."""
        straight = (forms_of(each, negated=negated) for each in self.phrases(relation))
        inverse = (
            forms_of(each, negated=negated, inverse=True) for each in self.inverse_phrases(relation)
        )
        return tuple(form for forms in (*straight, *inverse) for form in forms)

    def sentence(
        self, head: str, relation: str, tail: str, *, variant: int = 0, negated: bool = False
    ) -> str:
        """Write one fact, or its negation. `head` and `tail` are names; any `variant` will do."""
        forms = self.forms(relation, negated=negated)
        return forms[variant % len(forms)].write(head, tail)

    def line(self, head: str, relation: str, tail: str) -> str:
        """Write one fact as a machine line: `head | relation | tail`."""
        return SEPARATOR.join((head, self.words(relation), tail))

    @cached_property
    def _phrases(self) -> Mapping[str, Phrase]:
        offered = {key: _offered(each) for key, each in self.relations.items()}
        return _distinct(offered)


def variant_of(*parts: object) -> int:
    """Draw a variant, at least 0, from what it is for; the same parts give the same one."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")


def random_of(*parts: object) -> Random:
    """Return a generator that is seeded by what it is for."""
    return Random(variant_of(*parts))  # noqa: S311 - it draws variants, no secrets


def _offered(relation: Relation) -> tuple[Phrase, ...]:
    """Return a relation's possible phrases, the one to be preferred first."""
    from_key = candidates(relation.key)
    text = spell(relation.text)
    if text and text.replace(".", "") not in {*from_key, spell(text_of(relation.key))}:
        from_key = (text,)  # somebody wrote it, and did not read it off the key
    return tuple(map(phrase_of, from_key))


def _distinct(offered: Mapping[str, tuple[Phrase, ...]]) -> dict[str, Phrase]:
    """Give each relation the shortest phrase that nobody else has."""
    chosen = dict.fromkeys(offered, 0)
    while True:
        taken = Counter(offered[key][at].text for key, at in chosen.items())
        longer = [
            key
            for key, at in chosen.items()
            if taken[offered[key][at].text] > 1 and at + 1 < len(offered[key])
        ]
        if not longer:
            break
        for key in longer:
            chosen[key] += 1
    phrases = {key: offered[key][at] for key, at in chosen.items()}
    return {
        key: phrase if taken[phrase.text] == 1 else _keyed(key, phrase)
        for key, phrase in phrases.items()
    }


def _keyed(key: str, phrase: Phrase) -> Phrase:
    """Add the key, which is unlike any other, to a phrase that two relations share."""
    return dataclasses.replace(phrase, text=f"{phrase.text} [{key}]")


def spoken_name(graph: Graph, node: int) -> str:
    """Return what a node is called in a text: its main name, or its key as words."""
    names = graph.names(node)
    return names[0] if names else graph.key(node).replace("_", " ")


@lru_cache(maxsize=16)
def wording_of(graph: Graph) -> Wording:
    """Return the wording of a graph's relations, made once a graph."""
    return Wording.of(map(graph.relation_info, range(graph.n_relations)))
