"""How relations behave in a graph: counted once, and what is drawn from their facts."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random
from typing import Literal

import numpy as np

from stepsmith.transforms.graph.index import Ints, Longs
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge

__all__ = ["Habits"]

End = Literal["head", "tail"]

_FUNCTIONAL = 1.5
"""Mean tails a head: below it a relation is taken to have one tail a head (98 of the 237 relations
of FB15k-237)."""
_SAMPLE = 200
"""Facts of a relation that are looked at to see how it stands to others."""
_MANY = 0.2
"""Relations that share more of their heads than this are said of the same things."""
_RARE = 0.01
"""Relations that share more of their pairs may say the same, or follow from each other."""


_SHORT = 2**31
"""Facts: fewer are counted in 32 bits."""


class Habits:
    """What the facts of a graph show of its relations. Numbers are those of the graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        # Each is asked for every fact that is tried, and reads the whole of the graph.
        self._places = cache(self._find_places)
        self.functional = cache(self._is_functional)
        """Say whether a head of the relation has one tail as a rule."""
        self.shares_heads = cache(self._share_heads)
        """Say whether many heads of the first relation are heads of the second, too."""
        self.shares_pairs = cache(self._share_pairs)
        """Say whether two relations are seen on the same pairs, the second perhaps turned round."""

    def size(self, relation: int) -> int:
        """Count the facts of a relation."""
        return len(self._places(relation))

    def sample(self, relation: int) -> list[Edge]:
        """Return some facts of the relation, evenly spaced: all, where they are few."""
        places = self._places(relation)
        spaced = np.linspace(0, len(places) - 1, min(_SAMPLE, len(places))).astype(np.int64)
        return [self._edge(int(place)) for place in places[spaced]]

    def draw(self, relation: int, rng: Random) -> Edge:
        """Draw a fact of the relation, each alike: a tail comes as often as facts have it."""
        places = self._places(relation)
        return self._edge(int(places[rng.randrange(len(places))]))

    def draws(self, relation: int, rng: Random, *, tries: int) -> Iterator[Edge]:
        """Draw so many facts of the relation, one at a time, and yield each that is new."""
        seen: set[Edge] = set()
        for _ in range(tries):
            edge = self.draw(relation, rng)
            if edge not in seen:
                seen.add(edge)
                yield edge

    def like(self, gold: Edge, ends: Sequence[End], rng: Random, *, tries: int) -> list[Edge]:
        """Draw so many facts of a fact's relation; those come first whose `ends` are as common.

        What a question is made of is not drawn as the facts are: hubs are left out, and rare nodes
        come first. An end as common as the one that it replaces does not give itself away.
        """
        common = [self._commonness(getattr(gold, end)) for end in ends]

        def distance(edge: Edge) -> float:
            pairs = zip(ends, common, strict=True)
            return sum(abs(self._commonness(getattr(edge, end)) - one) for end, one in pairs)

        return sorted(self.draws(gold.relation, rng, tries=tries), key=distance)

    def _commonness(self, node: int) -> float:
        return math.log1p(self._graph.out_degree(node) + self._graph.in_degree(node))

    def chance(self, edge: Edge) -> float:
        """Say how many such facts are expected where heads and tails are joined at random.

        The more tails the head has and the more heads the tail, the likelier it is that this fact
        is one of those that the graph lacks. What has no fact of the relation counts as having one.
        """
        head, relation, tail = edge
        size = self.size(relation)
        tails, heads = self._graph.tails(head, relation), self._graph.heads(relation, tail)
        return max(1, len(tails)) * max(1, len(heads)) / size if size else 0.0

    def _edge(self, place: int) -> Edge:
        out = self._graph.parts.out
        return Edge(bisect_right(out.ptr, place) - 1, *out.split(out.pairs[place]))

    def _find_places(self, relation: int) -> Ints | Longs:
        found = self._graph.parts.out.places_of(relation)
        if self._graph.n_facts < _SHORT:  # half the memory, where all relations are asked for
            return found.astype(np.int32)
        return found.astype(np.int64)

    def _is_functional(self, relation: int) -> bool:
        if self._graph.relation_info(relation).functional:
            return True
        heads = len(self._graph.heads_of(relation))
        return heads > 0 and self.size(relation) / heads < _FUNCTIONAL

    def _share_heads(self, first: int, second: int) -> bool:
        heads = self._graph.heads_of(first)
        common = np.intersect1d(heads, self._graph.heads_of(second), assume_unique=True)
        return len(common) > _MANY * len(heads)

    def _share_pairs(self, first: int, second: int, *, turned: bool) -> bool:
        return max(self._shared(first, second, turned), self._shared(second, first, turned)) > _RARE

    def _shared(self, one: int, other: int, turned: bool) -> float:  # noqa: FBT001 - passed on
        """Return in what share of facts of one relation the other joins the same two, too."""
        edges = self.sample(one)
        if not edges:
            return 0.0
        ends = [(tail, other, head) if turned else (head, other, tail) for head, _, tail in edges]
        return float(self._graph.exists_many(np.array(ends)).mean())
