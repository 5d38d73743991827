"""What linking gives: the facts that a step asserts, and what of it could not be linked, and why.

An ambiguous name keeps all its nodes, an ambiguous phrase all its relations: an assertion is the
list of the edges that it may mean. Which of them it does is for whoever knows the facts to say.
"""

import dataclasses
from typing import Literal, NamedTuple

from stepsmith.transforms.graph.triples import Edge

Reason = Literal[
    "no name",
    "no relation",
    "no frame",
    "too ambiguous",
    "prose and line disagree",
    "not asserted",
    "scope of a negation",
    "too much",
]
REASONS: tuple[Reason, ...] = (
    "no name",
    "no relation",
    "no frame",
    "too ambiguous",
    "prose and line disagree",
    "not asserted",
    "scope of a negation",
    "too much",
)
"""Why something is not linked.

no name                  a relation stands there, and one of its ends is no name of a node
no relation              names stand there, and what joins them is no phrase of a relation
no frame                 names and a relation stand there, and no rule says which is the head, or
                         what stands beside them may make another fact of it
too ambiguous            it may mean more edges than are looked at
prose and line disagree  a step's prose names other entities than its machine line, or denies it
not asserted             a question, a condition, a quotation, or something that may be so
scope of a negation      something is denied or taken back, and it is not plain what
too much                 a sentence with more names and relations than are looked at
"""

Written = Literal["line", "prose"]


class Candidate(NamedTuple):
    """One edge that an assertion may mean.

    `inverted` is one that was said from its tail to its head, by an inverse phrase. `modified` is
    one of whose ends another name stands right behind: what is spoken of may be that (`oak table`).
    """

    edge: Edge
    inverted: bool = False
    modified: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Assertion:
    """One fact that a step asserts or denies: `text[start:end]`, and the edges it may mean.

    `pronoun` says that one stands for an end: the candidates are what it may refer to, and it may
    refer to something else. `score` is 1, or the similarity of the least similar name or phrase
    that was taken for one.
    """

    candidates: tuple[Candidate, ...]
    start: int
    end: int
    negated: bool = False
    written: Written = "prose"
    score: float = 1.0
    pronoun: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Unlinked:
    """Something that looks like a fact, `text[start:end]`, and why it could not be linked."""

    reason: Reason
    detail: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """All that was linked of a step, in the order of its text. `named` are all nodes it names."""

    assertions: tuple[Assertion, ...] = ()
    unlinked: tuple[Unlinked, ...] = ()
    named: frozenset[int] = frozenset()
