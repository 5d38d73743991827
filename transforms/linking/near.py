"""Names that are nearly right: a fallback for slips of the pen, with a stated score.

The score is 1 minus the edits (insert, delete, change, swap two neighbours) over the longer length.
A name is taken for another only from `THRESHOLD` on, which is one edit in seven characters, by two
edits at most, only if no other name is as near, and never where their digits differ or they begin
with opposites: `type 1` is no slip for `type 2`, nor `hypo...` for `hyper...`.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from stepsmith.transforms.graph.names import surface
from stepsmith.transforms.graph.store import Graph

THRESHOLD = 0.85
_OPPOSITES = (("hyper", "hypo"), ("inter", "intra"), ("macro", "micro"), ("brady", "tachy"))
_MOST_EDITS = 2
_SHORTEST = 6
_LONGEST = 80
_MOST_NODES = 200_000
"""Characters of a name that is repaired; nodes of a graph in which names are, at 7 ms each."""


class Near(NamedTuple):
    """The nearest text, and how near it is."""

    text: str
    score: float


def nearest(text: str, choices: Iterable[str]) -> Near | None:
    """Return the one choice that `text` is a slip for, if there is one and only one."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not _SHORTEST <= len(text) <= _LONGEST:
        return None
    found = process.extract(
        text, choices, scorer=OSA.normalized_similarity, score_cutoff=THRESHOLD, limit=3
    )
    same = [(one, score) for one, score, _ in found if not _differ(one, text)]
    if not same or (len(same) > 1 and same[0][1] == same[1][1]):
        return None
    return Near(*same[0])


class Repairs:
    """Repairs names of one step, so many of them: each look-up goes through all the names."""

    def __init__(self, graph: Graph, *, most: int = 16) -> None:
        self._graph = graph
        self._left = most if graph.n_nodes <= _MOST_NODES else 0

    def near(self, text: str) -> tuple[tuple[int, ...], float] | None:
        """Return the nodes whose name `text` is a slip for, and the score.

        Names of a graph with more than 200,000 nodes are not repaired.
        """
        if self._left <= 0:
            return None
        self._left -= 1
        found = _nearest_of(self._graph, surface(text))
        return None if found is None else (self._graph.find(found.text), found.score)


@lru_cache(maxsize=1024)
def _nearest_of(graph: Graph, text: str) -> Near | None:
    return nearest(text, _surfaces(graph))


@lru_cache(maxsize=16)
def _surfaces(graph: Graph) -> tuple[str, ...]:
    return tuple(text for text, _ in graph.names_index.surfaces())


def _differ(one: str, other: str) -> bool:
    """Say whether few letters make another thing of two names."""
    from rapidfuzz.distance import OSA

    if OSA.distance(one, other, score_cutoff=_MOST_EDITS) > _MOST_EDITS:
        return True
    opposite = any(
        (left in one) != (left in other) and (right in one) != (right in other)
        for left, right in _OPPOSITES
    )
    return opposite or _digits(one) != _digits(other)


def _digits(text: str) -> list[str]:
    return [character for character in text if character.isdigit()]
