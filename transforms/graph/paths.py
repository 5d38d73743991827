"""Paths between two nodes: all simple ones of a few hops, walks along relations, shortest ones.

Paths of exactly L hops are found from both ends. `near[j]` are the nodes from which the end is j
hops away, `far[i]` those that the start reaches in i hops; the side with fewer facts to read grows
until one hop more joins the two. A node may then stand at a place of a path only if the end can be
reached from it in the hops that are left, so that hardly a step of the search leads nowhere.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stepsmith.transforms.graph.index import Ints, Longs, Pairs, Places, Side
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Path

HUB_CAP: Final = 200
"""Facts at one end of a node: with more it is a hub, which a path does not pass through."""


def simple_paths(
    graph: Graph,
    start: int,
    end: int,
    *,
    max_hops: int,
    min_hops: int = 1,
    limit: int | None = 50,
    hub_cap: int | None = HUB_CAP,
) -> tuple[Path, ...]:
    """Return the directed paths from `start` to `end` that pass no node twice.

    Shorter ones come first, those of a length in the order of their edges, and the first `limit`
    are returned. A hub, a node with more than `hub_cap` facts as head or as tail, may be the start
    or the end and nothing between.
    """
    if start == end:
        return ()
    search = _Search(graph, start, end, hub_cap)
    lengths = range(max(1, min_hops), max_hops + 1)
    return tuple(islice((path for hops in lengths for path in search.paths_of(hops)), limit))


def walk(
    graph: Graph, start: int, relations: Sequence[int], *, hub_cap: int | None = None
) -> tuple[int, ...]:
    """Return the nodes that `start` reaches along the relations, sorted; itself along none.

    A node may be passed twice. With a `hub_cap` the walk goes on from no hub but the start.
    """
    return answers(graph, (start,), relations, hub_cap=hub_cap)


def answers(
    graph: Graph, starts: Iterable[int], relations: Sequence[int], *, hub_cap: int | None = None
) -> tuple[int, ...]:
    """Return the nodes that any of `starts` reaches along the relations, sorted."""
    nodes = sorted(set(starts))
    for hop, relation in enumerate(relations):
        if hop and hub_cap is not None:
            nodes = [node for node in nodes if not is_hub(graph, node, hub_cap)]
        reached: set[int] = set()
        for node in nodes:
            reached.update(graph.tails(node, relation).tolist())
        nodes = sorted(reached)
    return tuple(nodes)


def shortest_hops(graph: Graph, start: int, ends: Iterable[int], max_hops: int) -> int | None:
    """Return how many hops lead from `start` to the nearest of `ends`; none where more do.

    No hub is left out, so that a short way through one is seen.
    """
    out, into = graph.parts.out, graph.parts.into
    far = _layer_of(out, np.array([start], np.int32))
    near = _layer_of(into, np.unique(np.fromiter(ends, np.int32)))
    for hops in range(max_hops + 1):
        if len(_common(far.nodes, near.nodes)):
            return hops
        if far.n_facts <= near.n_facts:
            far = _layer_of(out, _facts_of(out, far).reached)
        else:
            near = _layer_of(into, _facts_of(into, near).reached)
    return None


def is_hub(graph: Graph, node: int, hub_cap: int) -> bool:
    """Say whether a node has more than `hub_cap` facts as head, or as tail."""
    return graph.out_degree(node) > hub_cap or graph.in_degree(node) > hub_cap


class _Layer(NamedTuple):
    """Nodes, sorted, and where the facts stand that lead on from each."""

    nodes: Ints
    first: Places
    counts: Places
    ends: Longs
    """Those of a node end there, were they all in a row."""

    @property
    def n_facts(self) -> int:
        """Count the facts."""
        return int(self.ends[-1]) if len(self.ends) else 0


class _Facts(NamedTuple):
    """The facts that lead on from a layer, in a row, and their other ends.

    `reached` are the other ends sorted, each once.
    """

    layer: _Layer
    pairs: Pairs
    others: Ints
    reached: Ints

    def sources(self, places: Longs) -> Ints:
        """Return the nodes of the layer that the facts at these places lead on from."""
        return self.layer.nodes[self.layer.ends.searchsorted(places, side="right")]


class _Hop(NamedTuple):
    """The facts that paths may take at one place: heads, sorted, and what leads on from them."""

    heads: Sequence[int]
    pairs: Sequence[int]


class _Search:
    """What is known of the ways between two nodes; it grows with the length asked for."""

    def __init__(self, graph: Graph, start: int, end: int, hub_cap: int | None) -> None:
        self._out, self._into = graph.parts.out, graph.parts.into
        self._start = start
        self._end = end
        self._hubs = None if hub_cap is None else _hubs_of(graph, hub_cap)
        self._far = [_layer_of(self._out, np.array([start], np.int32))]
        self._near = [_layer_of(self._into, np.array([end], np.int32))]
        self._from_start: list[_Facts] = []
        self._from_end: list[_Facts] = []
        self._next: tuple[bool, _Facts] | None = None

    def paths_of(self, hops: int) -> Iterator[Path]:
        """Go through the paths of that many hops in the order of their edges."""
        while len(self._far) + len(self._near) - 1 < hops:
            self._grow()
        joined = self._joined()
        if joined:
            yield from self._extend((), self._start, joined)

    def _read(self) -> tuple[bool, _Facts]:
        """Read the facts that lead on from the outermost nodes of the smaller side."""
        if self._next is None:
            far, near = self._far[-1], self._near[-1]
            if far.n_facts <= near.n_facts:
                self._next = True, _facts_of(self._out, far)
            else:
                self._next = False, _facts_of(self._into, near)
        return self._next

    def _grow(self) -> None:
        forward, facts = self._read()
        self._next = None
        nodes = self._passable(facts.reached)
        if forward:
            self._from_start.append(facts)
            self._far.append(_layer_of(self._out, nodes))
        else:
            self._from_end.append(facts)
            self._near.append(_layer_of(self._into, nodes))

    def _passable(self, nodes: Ints) -> Ints:
        """Return those of the nodes that a path may pass through."""
        passable = nodes != self._start
        passable &= nodes != self._end
        if self._hubs is not None:
            passable &= ~self._hubs[nodes]
        found: Ints = nodes[passable]
        return found

    def _joined(self) -> list[_Hop]:
        """Return the hops of the walks that are one hop longer than both sides; none without any.

        The hop in the middle joins them, so that what lies past the larger side is never read.
        """
        forward, facts = self._read()
        met = _common(facts.reached, (self._near if forward else self._far)[-1].nodes)
        if not len(met):
            return []
        joins = _within(facts.others, met)
        sources = facts.sources(joins)
        heads, tails = (sources, met) if forward else (met, sources)
        hops = [self._hop(facts, joins, forward=forward)]
        for facts in reversed(self._from_start):
            places = _within(facts.others, heads)
            heads = facts.sources(places)
            hops.insert(0, self._hop(facts, places, forward=True))
        for facts in reversed(self._from_end):
            places = _within(facts.others, tails)
            tails = facts.sources(places)
            hops.append(self._hop(facts, places, forward=False))
        return hops

    def _hop(self, facts: _Facts, places: Longs, *, forward: bool) -> _Hop:
        sources, pairs = facts.sources(places), facts.pairs[places]
        if forward:
            return _Hop(sources.data, pairs.data)
        # Turned round: the other end becomes the head, and the source the tail.
        heads = facts.others[places]
        turned = pairs - heads + sources
        order = np.lexsort((turned, heads))
        return _Hop(heads[order].data, turned[order].data)

    def _extend(self, path: Path, node: int, hops: Sequence[_Hop]) -> Iterator[Path]:
        heads, pairs = hops[len(path)]
        passed = {node, *(edge.head for edge in path)}
        first = bisect_left(heads, node)
        for pair in pairs[first : bisect_right(heads, node, first)]:
            relation, tail = self._out.split(pair)
            if tail in passed:
                continue
            longer = (*path, Edge(node, relation, tail))
            if len(longer) == len(hops):
                yield longer
            else:
                yield from self._extend(longer, tail, hops)


@lru_cache(maxsize=16)
def _hubs_of(graph: Graph, hub_cap: int) -> NDArray[np.bool_]:
    """Say of each node whether it is a hub; made once a graph, as every search asks it."""
    hubs: NDArray[np.bool_] = np.diff(graph.parts.out.columns.ptr) > hub_cap
    hubs |= np.diff(graph.parts.into.columns.ptr) > hub_cap
    return hubs


def _layer_of(side: Side, nodes: Ints) -> _Layer:
    ptr = side.columns.ptr
    first = ptr.take(nodes)
    counts = ptr.take(nodes + 1) - first
    return _Layer(nodes, first, counts, counts.cumsum(dtype=np.int64))


def _facts_of(side: Side, layer: _Layer) -> _Facts:
    _, first, counts, ends = layer
    # The place of each fact: those of a node stand in a row.
    places = (first + counts - ends).repeat(counts)
    places += np.arange(len(places))
    pairs = side.columns.pair.take(places)
    others = (pairs & side.mask).astype(np.int32)
    return _Facts(layer, pairs, others, _distinct(others))


def _distinct(nodes: Ints) -> Ints:
    nodes = np.sort(nodes)
    new = np.empty(len(nodes), np.bool_)
    new[:1] = True
    np.not_equal(nodes[1:], nodes[:-1], out=new[1:])
    return nodes[new]


def _common(some: Ints, others: Ints) -> Ints:
    """Return the nodes that are among both; each are sorted."""
    fewer, more = (some, others) if len(some) < len(others) else (others, some)
    return fewer[_within(fewer, more)] if len(fewer) else fewer


def _within(nodes: Ints, wanted: Ints) -> Longs:
    """Return where the nodes stand that are among `wanted`: some nodes, sorted."""
    found = wanted.take(wanted.searchsorted(nodes), mode="clip") == nodes
    places: Longs = found.nonzero()[0]
    return places
