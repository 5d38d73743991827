"""A chain of facts that ends in an answer, and what an edit of one is."""

import dataclasses
from typing import Literal

from stepsmith.transforms.graph.triples import Edge

__all__ = ["Chain", "Continuation", "Edit", "Fault", "Hop", "Safety"]

Fault = Literal["fact", "polarity", "place", "answer", "use", "none"]
"""What is wrong with the edited step: it is false, it denies what is true, it starts where nobody
has come to, it answers with what is no answer, or (true and in its place) it is of no use. Nothing
is wrong with one that is there so that its words do not give another kind away."""

Safety = Literal["by_construction", "curated", "closed_world", "absent_functional", "absent"]
"""Why the edited step is wrong, the surest first.

`by_construction`: wherever the gold facts are true. `curated`: a person said that the fact is
false. `closed_world`: the graph holds every fact, and not this one. `absent_functional`: the graph
does not hold it, and holds another tail of this head for a relation that has one tail a head.
`absent`: the graph does not hold it, which a graph with holes in it does not settle.
"""

Continuation = Literal["kept", "followed", "ended"]
"""What comes after the edited step: the gold chain's own steps, true facts along the same relations
from where the edit leads, or nothing but the answer."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """One step of a chain: an edge that is asserted, or denied."""

    edge: Edge
    negated: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """Hops, one a step, and the node that the last step, after them, gives as the answer."""

    hops: tuple[Hop, ...]
    answer: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A chain with one error, made at `hop` of the gold chain.

    `step` is the first wrong step of the edited chain, the answer counted behind the hops. `check`
    says what was looked up and `chance` how many such facts there would be if the relation joined
    its heads and tails at random, where that was asked.
    """

    chain: Chain
    hop: int
    step: int
    fault: Fault
    safety: Safety
    check: str
    chance: float | None = None
    continuation: Continuation = "kept"

    @property
    def edge(self) -> Edge | None:
        """The edge that the first wrong step states; none where it is the answer."""
        hops = self.chain.hops
        return hops[self.step].edge if self.step < len(hops) else None
