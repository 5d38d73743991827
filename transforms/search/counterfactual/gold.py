"""The gold chain of a problem, read and checked against its graph."""

import itertools
from collections.abc import Mapping
from functools import lru_cache
from random import Random

from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import Problem
from stepsmith.transforms.graph.payload import open_graph, read_graph_payload
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact, Path
from stepsmith.transforms.negatives.graph import Subject, Truth

__all__ = ["letters_of", "read_subject"]


def read_subject(problem: Problem, rng: Random, *, max_chance: float) -> Subject:
    """Read what is to be edited.

    Raises `ProblemError` for a problem without a gold chain, or with one that is none: a fact that
    the graph lacks, a gap between two hops, an end that is no answer. Raises `GraphError` where the
    graph cannot be opened.
    """
    payload = read_graph_payload(problem)
    if not payload.paths or not payload.paths[0]:
        msg = "a gold chain is what is edited, and the problem has none: its payload has no paths"
        raise ProblemError(msg)
    graph = open_graph(payload)
    gold = _chain(graph, payload.paths[0])
    subject = Subject(
        truth=_truth(graph, payload.world == "closed", max_chance),
        gold=gold,
        answers=frozenset(_nodes(graph, payload.answers)),
        starts=frozenset(_nodes(graph, payload.starts)),
        rng=rng,
        options=tuple(_nodes(graph, [option.key for option in payload.options])),
    )
    if subject.end not in subject.answers:
        msg = f"the gold chain ends in {graph.key(subject.end)!r}, which is none of the answers"
        raise ProblemError(msg)
    return subject


def letters_of(problem: Problem, graph: Graph) -> Mapping[int, str]:
    """Return the letter of each node on offer; nothing in a free question."""
    options = read_graph_payload(problem).options
    nodes = _nodes(graph, [option.key for option in options])
    return {node: option.letter for node, option in zip(nodes, options, strict=True)}


@lru_cache(maxsize=16)
def _truth(graph: Graph, closed: bool, max_chance: float) -> Truth:  # noqa: FBT001 - a cache's key
    # What is counted of a graph is counted once a process, not once a problem.
    return Truth(graph, closed=closed, max_chance=max_chance)


def _chain(graph: Graph, facts: tuple[Fact, ...]) -> Path:
    edges = tuple(_edge(graph, fact) for fact in facts)
    for hop, (one, following) in enumerate(itertools.pairwise(edges)):
        if one.tail != following.head:
            msg = f"the gold chain has a gap: hop {hop} ends in {graph.key(one.tail)!r}"
            msg += f" and hop {hop + 1} begins in {graph.key(following.head)!r}"
            raise ProblemError(msg)
    return edges


def _edge(graph: Graph, fact: Fact) -> Edge:
    edge = graph.edge(fact)
    if edge is None or not graph.exists(*edge):
        msg = f"the gold chain states {' | '.join(fact)}, which the graph does not hold"
        raise ProblemError(msg)
    return edge


def _nodes(graph: Graph, keys: list[str] | tuple[str, ...]) -> list[int]:
    nodes: list[int] = []
    for key in keys:
        node = graph.node(key)
        if node is None:
            msg = f"the payload names {key!r}, which is no node of the graph"
            raise ProblemError(msg)
        nodes.append(node)
    return nodes
