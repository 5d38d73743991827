"""The question of a graph problem, as its steps are judged: nodes and edges, not keys."""

import dataclasses
from functools import lru_cache

from stepsmith.schemas.records import Problem
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.payload import (
    GraphPayload,
    World,
    open_graph,
    read_graph_payload,
)
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact, Path
from stepsmith.transforms.linking import link_step

_KEPT = 256


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """An offered answer: its letter and its node."""

    letter: str
    node: int


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question over a graph. `given` are the nodes that a chain may start from.

    `paths` are those of the payload, `complete` if they are all that there are.
    """

    graph: Graph
    world: World
    given: frozenset[int]
    answers: frozenset[int]
    paths: tuple[Path, ...]
    complete: bool
    options: tuple[Option, ...]
    on_path: frozenset[Edge]


def question_of(problem: Problem) -> Question:
    """Return a problem's question; made once a process.

    Raises `GraphError` where the graph cannot be opened, is another one, or lacks what the
    question speaks of.
    """
    return _question(problem.payload, problem.prompt)


def has_graph(problem: Problem) -> bool:
    """Say whether a problem is a question over a graph at all, be it one that can be opened."""
    try:
        payload = read_graph_payload(problem)
    except GraphError:
        return False
    return bool(payload.graph or payload.facts)


@lru_cache(maxsize=_KEPT)
def _question(payload: str, prompt: str) -> Question:
    read = read_graph_payload(Problem(id="", prompt=prompt, payload=payload))
    return make_question(read, prompt=prompt)


def make_question(payload: GraphPayload, *, prompt: str = "") -> Question:
    """Look up what a payload says in its graph; raises `GraphError`.

    Where the payload has no starts, they are what the prompt names.
    """
    graph = open_graph(payload)
    given = frozenset(_node(graph, key, "start") for key in payload.starts)
    paths = tuple(tuple(_edge(graph, fact) for fact in path) for path in payload.paths)
    return Question(
        graph=graph,
        world=payload.world,
        given=given or link_step(graph, prompt).named,
        answers=frozenset(_node(graph, key, "answer") for key in payload.answers),
        paths=paths,
        complete=payload.complete,
        options=tuple(
            Option(letter=each.letter, node=_node(graph, each.key, "option"))
            for each in payload.options
        ),
        on_path=frozenset(edge for path in paths for edge in path),
    )


def _node(graph: Graph, key: str, what: str) -> int:
    node = graph.node(key)
    if node is None:
        msg = f"the question's {what} {key!r} is no node of its graph"
        raise GraphError(msg)
    return node


def _edge(graph: Graph, fact: Fact) -> Edge:
    edge = graph.edge(fact)
    if edge is None or not graph.exists(*edge):
        msg = f"the question's path holds {tuple(fact)!r}, which is no fact of its graph"
        raise GraphError(msg)
    return edge
