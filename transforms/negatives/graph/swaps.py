"""Which relations could falsely join the two of a fact, and how often each is to.

No relation may stand in false facts more often than in the true ones that they replace. So of the
swaps that could be made of one relation for another, and of the other for the one, the surplus of
one direction is left out: detailed balance, as of Metropolis and Hastings' sampling.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.negatives.graph.truth import Truth

__all__ = ["Swaps", "swaps_of"]


class Swaps:
    """The swaps of one graph. What is counted of a relation is counted once."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._flows = cache(self._count_flows)
        self._synonymous = cache(self._say_synonymous)
        self._out = lru_cache(maxsize=10_000)(_relations_out)
        self._into = lru_cache(maxsize=10_000)(_relations_into)

    def others(self, edge: Edge) -> list[int]:
        """Return the relations, in order, that could join the same two and do not.

        Others have them to the tail, and the head, or many of its kind, to others. One that is seen
        on the same pairs as the fact's own, either way round, may follow from it.
        """
        truth, head, one = self._truth, edge.head, edge.relation
        if not truth.ordinary(edge):
            return []
        return [
            other
            for other in self._into(truth.graph, edge.tail)
            if (other in self._out(truth.graph, head) or truth.habits.shares_heads(one, other))
            and not self._synonymous(one, other)
            and truth.absent(edge._replace(relation=other)) is not None
        ]

    def kept(self, one: int, other: int) -> float:
        """Return the share to be made of the swaps of one relation for another."""
        there, back = (self._flows(a).get(b, 0.0) for a, b in ((one, other), (other, one)))
        return back / max(there, back) if back else 0.0

    def _count_flows(self, relation: int) -> Mapping[int, float]:
        """Estimate how often each other relation could stand in the place of this one.

        Each head counts one, however many tails it has: so questions are made, by drawing a
        relation of a node first and then a tail.
        """
        habits = self._truth.habits
        sample = habits.sample(relation)
        flows: dict[int, float] = {}
        for edge in sample:
            n_tails = len(self._truth.graph.tails(edge.head, relation))
            weight = habits.size(relation) / len(sample) / n_tails
            for other in self.others(edge):
                flows[other] = flows.get(other, 0.0) + weight
        return flows

    def _say_synonymous(self, one: int, other: int) -> bool:
        said = {relation for relation, _ in self._truth.readings(one)}
        shares = self._truth.habits.shares_pairs
        return other in said or any(shares(one, other, turned=turned) for turned in (False, True))


@lru_cache(maxsize=16)
def swaps_of(truth: Truth) -> Swaps:
    """Return the swaps of what is known to be true, made once."""
    return Swaps(truth)


def _relations_out(graph: Graph, node: int) -> tuple[int, ...]:
    relations, _ = graph.out_edges(node)
    return tuple(sorted(set(relations.tolist())))


def _relations_into(graph: Graph, node: int) -> tuple[int, ...]:
    relations, _ = graph.in_edges(node)
    return tuple(sorted(set(relations.tolist())))
