"""Which side of a split a question stands on, so that train and test share nothing.

Sides are drawn from keys, never from rows: a run of one side and a run of the other, whatever
their other options are, agree on every entity or pattern.
"""

import dataclasses
from collections.abc import Sequence
from typing import Literal

from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Path
from stepsmith.transforms.graph.wording import variant_of

SplitBy = Literal["none", "entity", "pattern"]
Side = Literal["train", "test"]

_GRAIN = 1_000_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Split:
    """The questions of one side. `by="none"` takes every question, on whichever side.

    By entity, each entity is of one side: a question's path and its answers are of its side
    whole, and no other path that is stored with it holds a fact between two entities of the other
    side. By pattern, each sequence of relations is of one side.
    """

    by: SplitBy = "none"
    side: Side = "train"
    test_share: float = 0.2
    seed: int = 0

    def side_of(self, *keys: str) -> Side:
        """Return the side of an entity, or of a pattern given as the keys of its relations."""
        drawn = variant_of("side", self.seed, *keys) % _GRAIN
        return "test" if drawn < self.test_share * _GRAIN else "train"

    def takes_node(self, graph: Graph, node: int) -> bool:
        """Say whether a question may name the node."""
        return self.by != "entity" or self.side_of(graph.key(node)) == self.side

    def takes_pattern(self, graph: Graph, relations: Sequence[int]) -> bool:
        """Say whether a question may have this pattern."""
        if self.by != "pattern":
            return True
        return self.side_of(*map(graph.relation_key, relations)) == self.side

    def keeps_apart(self, graph: Graph, paths: Sequence[Path]) -> bool:
        """Say whether no path holds a fact whose two ends are both of the other side."""
        if self.by != "entity":
            return True
        nodes = {node for path in paths for edge in path for node in (edge.head, edge.tail)}
        own = {node for node in nodes if self.takes_node(graph, node)}
        return all(edge.head in own or edge.tail in own for path in paths for edge in path)
