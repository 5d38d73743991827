"""Whether one edge is true, false, or neither by what a graph holds and declares.

Sound, given that the graph's facts and declarations are: a fact is true, also read through a
declared inverse or a declared symmetry; a curated negative is false; another tail of a declared
functional relation is false. Assumed, and said so in the evidence: a fact turned round is false
where the relation is held both ways by no pair of nodes (`is_one_way`). In a closed world
everything else is false as well, in an open one nothing more is known.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from stepsmith.transforms.graph.payload import World
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.verify.graph.evidence import Truth

_FEWEST = 10
_MAX_HEADS = 400
_MAX_TAILS = 25
"""Facts that must show a relation to be one-way, and how many are looked at."""


class Known(NamedTuple):
    """What is known of an edge: `stored` is the fact by which it is true, maybe its inverse.

    `absent` is what is false only because a closed world holds no such fact.
    """

    truth: Truth
    why: str
    stored: Edge | None = None
    absent: bool = False


def truth_of(graph: Graph, edge: Edge, world: World) -> Known:
    """Say what is known of an edge."""
    stored = stored_fact(graph, edge)
    refuted = _refuted(graph, edge)
    if stored is not None and refuted == _CURATED:
        return Known("unknown", "the graph holds it, and its denial", stored)
    if stored is not None:
        return Known("true", "in the graph" if stored == edge else "by its inverse", stored)
    if refuted is not None:
        return Known("false", refuted)
    if world == "closed":
        return Known("false", "not in the graph, and its world is closed", absent=True)
    return Known("unknown", "not in the graph, and its world is open", absent=True)


_CURATED = "a curated false fact"


def _refuted(graph: Graph, edge: Edge) -> str | None:
    if any(graph.is_negative(*each) for each in same_facts(graph, edge)):
        return _CURATED
    head, relation, tail = edge
    info = graph.relation_info(relation)
    # Where the graph holds several, its declaration is in error there.
    if info.functional and len(graph.tails(head, relation)) == 1:
        return "the relation is functional, and the head has another tail"
    inverse = _inverses(graph).get(relation)
    if inverse is not None:
        one_head = graph.relation_info(inverse).functional
        if one_head and len(graph.tails(tail, inverse)) == 1:
            return "the inverse relation is functional, and the tail has another head"
    turned = head != tail and graph.exists(tail, relation, head)
    if turned and not info.symmetric and is_one_way(graph, relation):
        return "the graph holds it the other way round, and the relation is one-way"
    return None


def stored_fact(graph: Graph, edge: Edge) -> Edge | None:
    """Return the fact by which an edge is true: itself, or what symmetry or an inverse allows."""
    return next((each for each in same_facts(graph, edge) if graph.exists(*each)), None)


def same_facts(graph: Graph, edge: Edge) -> Iterator[Edge]:
    """Yield the edges that say the same: itself, then what symmetry or an inverse allows."""
    head, relation, tail = edge
    yield edge
    if graph.relation_info(relation).symmetric:
        yield Edge(tail, relation, head)
    inverse = _inverses(graph).get(relation)
    if inverse is not None:
        yield Edge(tail, inverse, head)


def reads_both_ways(graph: Graph, relation: int) -> bool:
    """Say whether the graph declares that a fact of a relation may be told from its tail."""
    return graph.relation_info(relation).symmetric or relation in _inverses(graph)


@lru_cache(maxsize=64)
def _inverses(graph: Graph) -> dict[int, int]:
    """Return the inverse of each relation that has one, whichever of the two declares it."""
    found: dict[int, int] = {}
    for number in range(graph.n_relations):
        declared = graph.relation_info(number).inverse
        other = None if declared is None else graph.relation(declared)
        if other is not None:
            found[number] = other
            found.setdefault(other, number)
    return found


@lru_cache(maxsize=65_536)
def is_one_way(graph: Graph, relation: int) -> bool:
    """Say whether at least ten facts of a relation were looked at, and none holds both ways.

    That is an assumption about what is not in the graph: a symmetric relation that is neither
    declared so nor stored in both directions looks one-way.
    """
    heads = graph.heads_of(relation)
    seen = 0
    for head in heads[:: max(1, len(heads) // _MAX_HEADS)].tolist():
        for tail in graph.tails(head, relation)[:_MAX_TAILS].tolist():
            if tail != head and graph.exists(tail, relation, head):
                return False
            seen += 1
    return seen >= _FEWEST
