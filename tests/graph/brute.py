"""What a graph must answer, by going through all its facts."""

from collections.abc import Iterator, Sequence

from stepsmith.transforms.graph.triples import Edge, Path


def simple_paths(
    edges: Sequence[Edge],
    start: int,
    end: int,
    *,
    max_hops: int,
    min_hops: int = 1,
    hub_cap: int | None = None,
) -> list[Path]:
    """Return every path, sorted by length and then by edges."""
    hubs = {
        node
        for node in range(_count(edges))
        if hub_cap is not None and _most(edges, node) > hub_cap
    }

    def extend(path: Path, node: int) -> Iterator[Path]:
        for edge in edges:
            if edge.head != node or edge.tail in (start, *(one.tail for one in path)):
                continue
            longer = (*path, edge)
            if edge.tail == end:
                yield longer
            elif len(longer) < max_hops and edge.tail not in hubs:
                yield from extend(longer, edge.tail)

    found = extend((), start) if start != end else ()
    long_enough = (path for path in found if min_hops <= len(path) <= max_hops)
    return sorted(long_enough, key=lambda path: (len(path), path))


def _count(edges: Sequence[Edge]) -> int:
    return max(max(edge.head, edge.tail) for edge in edges) + 1


def _most(edges: Sequence[Edge], node: int) -> int:
    return max(sum(edge.head == node for edge in edges), sum(edge.tail == node for edge in edges))


def walk(edges: Sequence[Edge], start: int, relations: Sequence[int]) -> set[int]:
    """Return where a walk along the relations may end."""
    nodes = {start}
    for relation in relations:
        nodes = {edge.tail for edge in edges if edge.relation == relation and edge.head in nodes}
    return nodes


def shortest_hops(edges: Sequence[Edge], start: int, ends: set[int], max_hops: int) -> int | None:
    """Return the least number of hops to any of `ends`."""
    nodes = {start}
    for hops in range(max_hops + 1):
        if nodes & ends:
            return hops
        nodes = {edge.tail for edge in edges if edge.head in nodes}
    return None
