"""What an operator sees: the gold chain, what is known, and what its edits have in common."""

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from random import Random

from stepsmith.transforms.graph.triples import Edge, Path
from stepsmith.transforms.negatives.graph.chain import Chain, Continuation, Edit, Fault, Hop
from stepsmith.transforms.negatives.graph.truth import Absence, Truth

__all__ = ["Subject"]

_WIDTH = 5
"""Tails that are tried at each hop of a continuation."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """A gold chain and its question. `options` are the nodes on offer, none in a free question.

    `tries` bounds how often an operator draws what it then may have to refuse.
    """

    truth: Truth
    gold: Path
    answers: frozenset[int]
    starts: frozenset[int]
    rng: Random
    options: tuple[int, ...] = ()
    tries: int = 40

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        """The gold chain as it is asserted."""
        return tuple(Hop(edge=edge) for edge in self.gold)

    @property
    def end(self) -> int:
        """The node that the gold chain comes to."""
        return self.gold[-1].tail

    @cached_property
    def right(self) -> frozenset[int]:
        """What would be read as an answer."""
        return self.truth.all_alike(self.answers)

    @cached_property
    def named(self) -> frozenset[int]:
        """What the question or the gold chain speaks of, under any of its names."""
        ends = (edge.tail for edge in self.gold)
        return self.truth.all_alike((*self.starts, self.gold[0].head, *ends))

    def reached(self, before: int) -> frozenset[int]:
        """Return what is given or reached by the gold chain's first `before` hops, by any name."""
        ends = (edge.tail for edge in self.gold[:before])
        return self.truth.all_alike((*self.starts, self.gold[0].head, *ends))

    def is_lost(self, edge: Edge, before: int) -> bool:
        """Say whether neither end of a fact is known after the gold chain's first hops."""
        return self.reached(before).isdisjoint(self.truth.all_alike((edge.head, edge.tail)))

    def may_end_in(self, node: int) -> bool:
        """Say whether a chain may wrongly end in this node: it is on offer, and no answer."""
        return node not in self.right and (not self.options or node in self.options)

    def edit(
        self,
        hop: int,
        hops: tuple[Hop, ...],
        absence: Absence,
        *,
        fault: Fault = "fact",
        step: int | None = None,
        answer: int | None = None,
        continuation: Continuation = "kept",
    ) -> Edit:
        """Make an edit; its first wrong step stands in the place of the hop, unless `step` says."""
        return Edit(
            chain=Chain(hops=hops, answer=self.end if answer is None else answer),
            hop=hop,
            step=hop if step is None else step,
            fault=fault,
            safety=absence.safety,
            check=absence.check,
            chance=absence.chance,
            continuation=continuation,
        )

    def replaced(self, hop: int, edge: Edge, absence: Absence) -> Edit:
        """Put a fact in the place of a hop that leads to the same node, and go on as before."""
        hops = (*self.hops[:hop], Hop(edge=edge), *self.hops[hop + 1 :])
        return self.edit(hop, hops, absence)

    def diverted(self, hop: int, edge: Edge, absence: Absence, *, fault: Fault) -> Edit | None:
        """Put a fact in the place of a hop that leads elsewhere, and go on from there if one can.

        The rest then follows the gold chain's relations to a wrong answer. Where it cannot, it is
        the gold chain's own. Nothing where the last hop would lead to an answer, or off the offer.
        """
        before = (*self.hops[:hop], Hop(edge=edge))
        if hop == len(self.gold) - 1:
            if not self.may_end_in(edge.tail):
                return None
            return self.edit(
                hop, before, absence, fault=fault, answer=edge.tail, continuation="ended"
            )
        rest = next(self._follow(edge.tail, hop + 1, {edge.tail}), None)
        if rest is None:
            return self.edit(hop, (*before, *self.hops[hop + 1 :]), absence, fault=fault)
        followed = (*before, *(Hop(edge=one) for one in rest))
        return self.edit(
            hop, followed, absence, fault=fault, answer=rest[-1].tail, continuation="followed"
        )

    def _follow(self, node: int, hop: int, seen: set[int]) -> Iterator[Path]:
        """Walk the gold chain's relations on from a node, to where a chain may wrongly end."""
        relation = self.gold[hop].relation
        tails = self.truth.graph.tails(node, relation).tolist()
        for tail in self.rng.sample(tails, min(_WIDTH, len(tails))):
            if tail in seen or tail in self.named:
                continue
            step = Edge(node, relation, tail)
            if hop == len(self.gold) - 1:
                if self.may_end_in(tail):
                    yield (step,)
                continue
            for rest in self._follow(tail, hop + 1, seen | {tail}):
                yield (step, *rest)
