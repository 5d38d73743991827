"""Paths are those that trying all of them finds, in the order that is promised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.paths import (
    answers,
    is_hub,
    shortest_hops,
    simple_paths,
    walk,
)
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from tests.graph import brute

NODES = st.integers(0, 6).map("n{}".format)
GRAPHS = st.lists(
    st.builds(Fact, NODES, st.sampled_from(["r", "s", "t"]), NODES), min_size=1, max_size=25
).map(Graph.of)

CHAIN = Graph.of(
    [
        Fact("a", "r", "b"),
        Fact("a", "s", "b"),
        Fact("b", "r", "c"),
        Fact("a", "r", "c"),
        Fact("b", "r", "a"),
        Fact("b", "r", "b"),
        Fact("c", "r", "d"),
    ]
)


def test_paths_come_shortest_first_and_then_in_the_order_of_their_edges() -> None:
    assert simple_paths(CHAIN, 0, 2, max_hops=3) == (
        (Edge(0, 0, 2),),
        (Edge(0, 0, 1), Edge(1, 0, 2)),
        (Edge(0, 1, 1), Edge(1, 0, 2)),
    )


def test_the_limit_keeps_the_first_of_that_order() -> None:
    every = simple_paths(CHAIN, 0, 3, max_hops=5, limit=None)
    assert len(every) == 3
    for limit in range(4):
        assert simple_paths(CHAIN, 0, 3, max_hops=5, limit=limit) == every[:limit]


def test_a_path_ends_where_it_first_meets_the_end_and_leads_nowhere_from_itself() -> None:
    assert simple_paths(CHAIN, 0, 1, max_hops=5) == ((Edge(0, 0, 1),), (Edge(0, 1, 1),))
    assert simple_paths(CHAIN, 1, 1, max_hops=5) == ()
    assert simple_paths(CHAIN, 3, 0, max_hops=5) == ()


def test_a_hub_may_begin_or_end_a_path_and_not_stand_between() -> None:
    facts = [Fact("hub", "r", f"leaf{number}") for number in range(5)]
    graph = Graph.of([*facts, Fact("leaf0", "s", "hub"), Fact("leaf1", "r", "end")])
    hub, leaf, end = (graph.node(key) or 0 for key in ("hub", "leaf0", "end"))
    assert is_hub(graph, hub, 4)
    assert not is_hub(graph, hub, 5)
    assert len(simple_paths(graph, hub, end, max_hops=3, hub_cap=4)) == 1
    assert len(simple_paths(graph, leaf, hub, max_hops=3, hub_cap=4)) == 1
    assert simple_paths(graph, leaf, end, max_hops=3, hub_cap=4) == ()
    assert len(simple_paths(graph, leaf, end, max_hops=3, hub_cap=5)) == 1


@given(
    graph=GRAPHS,
    ends=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    max_hops=st.integers(0, 5),
    min_hops=st.integers(1, 3),
    hub_cap=st.sampled_from([None, 1, 2, 4]),
)
def test_all_paths_are_found_and_no_others(
    graph: Graph, ends: tuple[int, int], max_hops: int, min_hops: int, hub_cap: int | None
) -> None:
    start, end = (node % graph.n_nodes for node in ends)
    bounds = {"max_hops": max_hops, "min_hops": min_hops}
    found = simple_paths(graph, start, end, limit=None, hub_cap=hub_cap, **bounds)
    edges = list(graph.edges())
    assert list(found) == brute.simple_paths(edges, start, end, hub_cap=hub_cap, **bounds)


@given(graph=GRAPHS, start=st.integers(0, 6), along=st.lists(st.integers(0, 2), max_size=4))
def test_a_walk_reaches_what_following_each_fact_reaches(
    graph: Graph, start: int, along: list[int]
) -> None:
    relations = [relation % graph.n_relations for relation in along]
    edges = list(graph.edges())
    reached = walk(graph, start % graph.n_nodes, relations)
    assert list(reached) == sorted(brute.walk(edges, start % graph.n_nodes, relations))
    everywhere = range(graph.n_nodes)
    union = {node for one in everywhere for node in walk(graph, one, relations)}
    assert answers(graph, everywhere, relations) == tuple(sorted(union))


def test_a_walk_goes_on_from_no_hub_but_its_start() -> None:
    facts = [Fact("hub", "r", f"leaf{number}") for number in range(3)]
    graph = Graph.of([*facts, Fact("leaf0", "r", "hub")])
    hub, leaf = (graph.node(key) or 0 for key in ("hub", "leaf0"))
    assert walk(graph, leaf, (0,), hub_cap=2) == (hub,)
    assert walk(graph, leaf, (0, 0), hub_cap=2) == ()
    assert len(walk(graph, leaf, (0, 0), hub_cap=3)) == 3
    assert walk(graph, hub, (0, 0), hub_cap=2) == (hub,)


@given(
    graph=GRAPHS,
    start=st.integers(0, 6),
    ends=st.sets(st.integers(0, 6), max_size=3),
    max_hops=st.integers(0, 5),
)
def test_the_shortest_way_is_as_long_as_a_search_in_rings_says(
    graph: Graph, start: int, ends: set[int], max_hops: int
) -> None:
    start %= graph.n_nodes
    known = {end % graph.n_nodes for end in ends}
    edges = list(graph.edges())
    expected = brute.shortest_hops(edges, start, known, max_hops)
    assert shortest_hops(graph, start, known, max_hops) == expected


@pytest.mark.parametrize("max_hops", [1, 2, 3, 4])
def test_paths_in_a_larger_graph_are_those_that_trying_all_finds(max_hops: int) -> None:
    numbers = range(40)
    facts = [
        Fact(f"n{one:02}", f"r{one % 3}", f"n{(one * step) % 40:02}")
        for one in numbers
        for step in (3, 7, 11)
    ]
    graph = Graph.of(facts)
    edges = list(graph.edges())
    for start, end in ((1, 21), (2, 18), (5, 35), (39, 0)):
        found = simple_paths(graph, start, end, max_hops=max_hops, limit=None)
        assert list(found) == brute.simple_paths(edges, start, end, max_hops=max_hops)
