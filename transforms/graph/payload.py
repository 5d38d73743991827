"""What a problem of a graph carries: the graph or its facts, the answers, and every path to them.

A verifier sees a claim and nothing else, so whatever it needs stands here: the folder of the store
and its digest, or the facts themselves where a row brings its own. A store with another digest is
refused: a step is never judged against a graph that the question was not made from.
"""

import dataclasses
from functools import lru_cache
from typing import Literal

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.records import Problem
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact

World = Literal["open", "closed"]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One offered answer of a multiple-choice question: its letter, and the node's key."""

    letter: str
    key: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class GraphPayload:
    """A question over a graph. Nodes and relations stand as their keys.

    `graph` is the store's folder; without one, `facts`, `negatives`, `names` and `relations` are
    the graph. Beside a folder, `names` and `relations` say what the question calls its own. In a
    `closed` world a fact that is not there is false. `paths[0]` is the path that the question was
    made from; the others are every simple path of at most `max_hops` from a start to an answer,
    which is all of them where `complete`.
    """

    graph: str = ""
    digest: str = ""
    facts: tuple[Fact, ...] = ()
    negatives: tuple[Fact, ...] = ()
    names: dict[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict[str, tuple[str, ...]]
    )
    relations: tuple[Relation, ...] = ()
    world: World = "open"
    starts: tuple[str, ...] = ()
    relation_path: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    paths: tuple[tuple[Fact, ...], ...] = ()
    max_hops: int = 0
    complete: bool = True
    options: tuple[Option, ...] = ()

    def encode(self) -> str:
        """Return the payload as JSON; the same payload gives the same text."""
        return msgspec.json.encode(self, order="deterministic").decode()


def read_graph_payload(problem: Problem) -> GraphPayload:
    """Read a problem's payload; raises `GraphError` where it is none of a graph's."""
    try:
        return problem.read_payload(GraphPayload)
    except msgspec.DecodeError as error:
        msg = f"problem {problem.id!r} is no question over a graph: {error}"
        raise GraphError(msg) from None


def open_graph(payload: GraphPayload) -> Graph:
    """Return the payload's graph, opened once a process.

    Raises `GraphError` for a folder that cannot be opened, for a store with another digest than
    the question's, and for a payload that has neither a folder nor facts.
    """
    if payload.graph:
        return _open_folder(payload.graph, payload.digest)
    if not payload.facts:
        msg = "the payload names no graph and brings no facts: one of `graph` and `facts` is needed"
        raise GraphError(msg)
    inline = GraphPayload(
        facts=payload.facts,
        negatives=payload.negatives,
        names=payload.names,
        relations=payload.relations,
    )
    graph = _open_inline(inline.encode())
    _check_digest(graph, payload.digest, "the facts of the payload")
    return graph


@lru_cache(maxsize=64)
def _open_inline(text: str) -> Graph:
    # By its text: a payload holds a dictionary, and so is no key.
    payload = msgspec.json.decode(text, type=known(GraphPayload))
    return Graph.of(
        payload.facts,
        negatives=payload.negatives,
        names=payload.names,
        relations=payload.relations,
    )


@lru_cache(maxsize=16)
def _open_folder(folder: str, digest: str) -> Graph:
    graph = Graph.open(folder)
    _check_digest(graph, digest, folder)
    return graph


def _check_digest(graph: Graph, digest: str, where: str) -> None:
    if digest and graph.digest != digest:
        msg = (
            f"{where} holds another graph than the one that the question was made from: its digest"
            f" is {graph.digest}, not {digest}; build the store from the same triples, names and"
            " relations, or make the questions again"
        )
        raise GraphError(msg)
