"""The benchmark of graphs draws the same world each time, and its checks see a wrong answer."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from benchmarks.graphs import checks as graph_checks
from benchmarks.graphs.world import World, make_ends, make_lookups, make_world
from benchmarks.usage.memory import shared_mb
from stepsmith.transforms.graph.build import make_parts, write
from stepsmith.transforms.graph.paths import shortest_hops
from stepsmith.transforms.graph.store import Graph

WORLD = World(facts=2_000, nodes=400, relations=7)


def test_a_world_is_drawn_the_same_each_time_and_has_hubs() -> None:
    first, again = make_world(WORLD), make_world(WORLD)
    assert all(np.array_equal(one, two) for one, two in zip(first.true, again.true, strict=True))
    assert list(first.nodes)[:2] == ["n00000000", "n00000001"]
    graph = Graph(make_parts(first)[0])
    degrees = [graph.in_degree(node) for node in range(graph.n_nodes)]
    assert max(degrees) > 20 * (sum(degrees) / len(degrees))


def test_half_of_the_lookups_are_facts() -> None:
    graph = Graph(make_parts(make_world(WORLD))[0])
    lookups = make_lookups(graph, 1_000, Random(0))
    share = graph.exists_many(lookups).mean()
    assert lookups.shape == (1_000, 3)
    assert 0.5 <= share < 0.55


def test_ends_are_joined_by_so_many_hops() -> None:
    graph = Graph(make_parts(make_world(WORLD))[0])
    for start, end in make_ends(graph, 3, 50, Random(0)):
        assert start != end
        assert shortest_hops(graph, start, [end], 3) is not None


def test_right_answers_mismatch_nothing() -> None:
    assert graph_checks.mismatched_lookups(graph_checks.small_graph(0), 200, Random(0)) == 0
    assert graph_checks.mismatched_paths(20, Random(0)) == 0


def test_wrong_answers_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_checks, "simple_paths", lambda *_, **__: ((),))
    assert graph_checks.mismatched_paths(20, Random(0)) == 20
    graph = graph_checks.small_graph(0)
    monkeypatch.setattr(graph_checks, "walk", lambda *_: (0,))
    assert graph_checks.mismatched_lookups(graph, 200, Random(0)) > 50


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no smaps_rollup")
def test_pages_that_processes_share_count_once(tmp_path: Path) -> None:
    write(make_world(WORLD), tmp_path / "g")
    one, _ = shared_mb(tmp_path / "g", processes=1)
    two, private = shared_mb(tmp_path / "g", processes=2)
    assert private <= two < 2 * one + 1
