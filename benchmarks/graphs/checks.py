"""Whether a graph answers as a plain search through all its facts does."""

from collections import defaultdict
from collections.abc import Iterator
from random import Random

from benchmarks.graphs.world import World, make_ends, make_lookups, make_world
from stepsmith.transforms.graph.build import make_parts
from stepsmith.transforms.graph.paths import is_hub, simple_paths, walk
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Path

_SMALL = World(facts=1_500, nodes=300, relations=5)
_CAPS = {
    1: (None, 10, 40),
    2: (None, 10, 40),
    3: (None, 10, 40),
    4: (5, 10, 20),
    5: (5, 8, 10),
}
"""By the longest path: without a cap, trying all of five hops would take hours."""


def small_graph(seed: int) -> Graph:
    """Make a graph with hubs in which every path can be found by trying all."""
    parts, _ = make_parts(make_world(_SMALL, seed=seed))
    return Graph(parts)


def mismatched_lookups(graph: Graph, count: int, random: Random) -> int:
    """Count the questions of one fact, of all tails and of a walk that are answered wrong."""
    edges = set(graph.edges())
    tails: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for head, relation, tail in edges:
        tails[head, relation].add(tail)
    lookups = make_lookups(graph, count, random)
    wrong = int(
        (graph.exists_many(lookups) != [tuple(row) in edges for row in lookups.tolist()]).sum()
    )
    for head, relation, tail in lookups.tolist():
        wrong += graph.exists(head, relation, tail) != ((head, relation, tail) in edges)
        wrong += set(graph.tails(head, relation).tolist()) != tails[head, relation]
        second = random.randrange(graph.n_relations)
        reached = {end for middle in tails[head, relation] for end in tails[middle, second]}
        wrong += set(walk(graph, head, (relation, second))) != reached
    return wrong


def mismatched_paths(count: int, random: Random) -> int:
    """Count the questions of all paths between two nodes that are answered wrong."""
    wrong = 0
    for at in range(count):
        if not at % 100:
            graph = small_graph(at)
            onward = _onward(graph)
        hops = 1 + at % 5
        hub_cap = _CAPS[hops][at % 3]
        [(start, end)] = make_ends(graph, hops, 1, random)
        found = simple_paths(graph, start, end, max_hops=hops, limit=None, hub_cap=hub_cap)
        hubs = {node for node in range(graph.n_nodes) if hub_cap and is_hub(graph, node, hub_cap)}
        paths = _extend(onward, hubs, (), start, end, hops)
        wrong += list(found) != sorted(paths, key=lambda path: (len(path), path))
    return wrong


def _onward(graph: Graph) -> defaultdict[int, list[Edge]]:
    onward: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in graph.edges():
        onward[edge.head].append(edge)
    return onward


def _extend(
    onward: defaultdict[int, list[Edge]],
    hubs: set[int],
    path: Path,
    node: int,
    end: int,
    hops: int,
) -> Iterator[Path]:
    passed = {node, *(edge.head for edge in path)}
    for edge in onward[node]:
        if edge.tail == end:
            yield (*path, edge)
        elif hops > 1 and edge.tail not in passed and edge.tail not in hubs:
            yield from _extend(onward, hubs, (*path, edge), edge.tail, end, hops - 1)
