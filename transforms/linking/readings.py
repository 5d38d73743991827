"""One reading of a clause: a phrase of a relation, and the two units of names that it joins."""

import dataclasses
from typing import NamedTuple

from stepsmith.transforms.linking.frames import Subject
from stepsmith.transforms.linking.mentions import Said
from stepsmith.transforms.linking.phrases import Reading
from stepsmith.transforms.linking.sentences import Unit

Meaning = tuple[Reading, Subject]
Subjects = tuple[Meaning, ...]
"""What a phrase may mean, and which of its two units is then its subject."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """One reading: the phrase, its units in the order of the text, and which is the subject.

    One with a `stand_in` has one unit of its own: an earlier name stands for the other.
    """

    said: Said
    one: Unit
    two: Unit
    subjects: Subjects
    cost: float
    pronoun: bool = False
    stand_in: bool = False

    @property
    def first(self) -> int:
        """The number of its first word."""
        return min(self.said.first, self.one.first)

    @property
    def last(self) -> int:
        """The number of the word after it."""
        return max(self.said.last, self.two.last)

    @property
    def nodes(self) -> frozenset[int]:
        """All nodes that its units may be."""
        return frozenset(
            node for unit in (self.one, self.two) for item in unit.items for node in item.nodes
        )


class Place(NamedTuple):
    """Where a reading stands: its words [`first`, `last`) in its stretch [`start`, `end`).

    The stretch goes from the reading before it to the one after it, or to the sentence's ends; the
    `final` one is the last of its sentence.
    """

    start: int
    first: int
    last: int
    end: int
    final: bool
