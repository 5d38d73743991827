"""Three-hop paths of a graph, and the nine ways to spoil one; each knows its first wrong step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from benchmarks.chains.texts import Statement
from stepsmith.transforms.graph.paths import HUB_CAP, simple_paths, walk
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.graph.wording import spoken_name
from stepsmith.transforms.verify.graph.question import Question

HOPS = 3
_TRIES = 50


def sample_paths(graph: Graph, size: int, rng: Random) -> list[tuple[Edge, ...]]:
    """Draw simple paths of three hops that pass no hub, from starts drawn evenly.

    No two nodes of a path are called the same: no text could tell where such a path is.
    """
    found: dict[tuple[Edge, ...], None] = {}
    while len(found) < size:
        path = _walk(graph, rng.randrange(graph.n_nodes), rng)
        if path is not None and _is_told_apart(graph, path):
            found[path] = None
    return list(found)


def _walk(graph: Graph, start: int, rng: Random) -> tuple[Edge, ...] | None:
    path: list[Edge] = []
    seen = {start}
    node = start
    for _ in range(HOPS):
        relations, tails = graph.out_edges(node)
        if not len(tails):
            return None
        at = rng.randrange(len(tails))
        tail = int(tails[at])
        hub = max(graph.out_degree(tail), graph.in_degree(tail)) > HUB_CAP
        if tail in seen or hub:
            return None
        path.append(Edge(node, int(relations[at]), tail))
        seen.add(tail)
        node = tail
    return tuple(path)


def question_of(graph: Graph, path: Sequence[Edge], *, closed: bool) -> Question:
    """Ask for what the path's relations lead to, with every path of as many hops to its end."""
    start, end = path[0].head, path[-1].tail
    found = simple_paths(graph, start, end, max_hops=len(path), limit=51)
    paths = tuple(dict.fromkeys((tuple(path), *found[:50])))
    return Question(
        graph=graph,
        world="closed" if closed else "open",
        given=frozenset((start,)),
        answers=frozenset((end, *walk(graph, start, [edge.relation for edge in path]))),
        paths=paths,
        complete=len(found) <= 50,  # noqa: PLR2004 -- the cap
        options=(),
        on_path=frozenset(edge for one in paths for edge in one),
    )


def _is_told_apart(graph: Graph, path: Sequence[Edge]) -> bool:
    nodes = [path[0].head, *(edge.tail for edge in path)]
    return len({spoken_name(graph, node).casefold() for node in nodes}) == len(nodes)


Spoiled = tuple[list[Statement], int]
"""The statements, and the index of the first wrong one."""
Spoil = Callable[[Graph, Sequence[Edge], Random], Spoiled | None]


def stated(path: Sequence[Edge]) -> list[Statement]:
    """Assert every hop of a path."""
    return [Statement(edge) for edge in path]


def reversed_fact(graph: Graph, path: Sequence[Edge], rng: Random) -> Spoiled | None:
    """Turn one fact round, where that is no fact."""
    at = rng.randrange(len(path))
    head, relation, tail = path[at]
    if graph.exists(tail, relation, head):
        return None
    return _with(path, at, Edge(tail, relation, head)), at


def out_of_order(graph: Graph, path: Sequence[Edge], rng: Random) -> Spoiled | None:
    """Swap two neighbours."""
    del graph
    at = rng.randrange(len(path) - 1)
    edges = list(path)
    edges[at], edges[at + 1] = edges[at + 1], edges[at]
    return stated(edges), at


def negated(graph: Graph, path: Sequence[Edge], rng: Random) -> Spoiled | None:
    """Deny one fact."""
    del graph
    at = rng.randrange(len(path))
    statements = stated(path)
    statements[at] = Statement(path[at], denied=True)
    return statements, at


def wrong_tail(graph: Graph, path: Sequence[Edge], rng: Random) -> Spoiled | None:
    """Name another tail of the relation, which is not called as a right one is."""
    at = rng.randrange(len(path))
    head, relation, _ = path[at]
    others = graph.tails_of(relation)
    for _ in range(_TRIES):
        tail = int(others[rng.randrange(len(others))])
        same = graph.find(spoken_name(graph, tail))
        if head not in same and not any(graph.exists(head, relation, one) for one in same):
            return _with(path, at, Edge(head, relation, tail)), at
    return None


def broken_chain(graph: Graph, path: Sequence[Edge], rng: Random) -> Spoiled | None:
    """Put a true fact about something else in the middle."""
    nodes = {node for edge in path for node in (edge.head, edge.tail)}
    named = {spoken_name(graph, node).casefold() for node in nodes}
    for _ in range(_TRIES):
        head = rng.randrange(graph.n_nodes)
        relations, tails = graph.out_edges(head)
        if not len(tails):
            continue
        at = rng.randrange(len(tails))
        tail = int(tails[at])
        if not {spoken_name(graph, one).casefold() for one in (head, tail)} & named:
            return _with(path, 1, Edge(head, int(relations[at]), tail)), 1
    return None


def wrong_relation(graph: Graph, path: Sequence[Edge], rng: Random) -> Spoiled | None:
    """Name another relation that the head has as a head and the tail as a tail."""
    at = rng.randrange(len(path))
    head, _, tail = path[at]
    heads = {int(one) for one in graph.out_edges(head)[0]}
    both = sorted(heads & {int(one) for one in graph.in_edges(tail)[0]})
    others = [one for one in both if not graph.exists(head, one, tail)]
    if not others:
        return None
    return _with(path, at, Edge(head, rng.choice(others), tail)), at


def missing_hop(graph: Graph, path: Sequence[Edge], rng: Random) -> Spoiled | None:
    """Leave out the middle hop."""
    del graph, rng
    return stated([*path[:1], *path[2:]]), 1


SPOILED: Mapping[str, Spoil] = {
    "reversed": reversed_fact,
    "order": out_of_order,
    "negated": negated,
    "wrong_tail": wrong_tail,
    "broken": broken_chain,
    "wrong_relation": wrong_relation,
    "missing_hop": missing_hop,
}
"""Seven of the nine: the other two list the names of a path and say nothing."""


def spoiled(graph: Graph, path: Sequence[Edge], rng: Random) -> Iterator[tuple[str, Spoiled]]:
    """Yield each corruption that the path allows; one that picks a hop tries some."""
    for kind, spoil in SPOILED.items():
        tries = (spoil(graph, path, rng) for _ in range(6))
        found = next((each for each in tries if each is not None), None)
        if found is not None:
            yield kind, found


def _with(path: Sequence[Edge], at: int, edge: Edge) -> list[Statement]:
    return stated([*path[:at], edge, *path[at + 1 :]])
