"""The tree world says of itself what it does, and compares a search with the truth as it should."""

from random import Random

import pytest

from benchmarks.worlds.tree import (
    Rated,
    TreeWorld,
    rank_correlation,
    rate_nodes,
    sibling_scores,
)
from stepsmith.schemas import Node

WORLD = TreeWorld(depth=3, success=0.7, variants=2)


@pytest.mark.parametrize("prefix", [[], ["0 1\n"], ["0 1\n", "1 0\n"], ["0 1 broken\n"]])
@pytest.mark.parametrize("variants", [2, None])
def test_continuations_end_right_as_often_as_the_world_says(
    prefix: list[str], variants: int | None
) -> None:
    world = TreeWorld(depth=3, success=0.7, variants=variants)
    rng = Random(1)
    ends = [world.write(prefix, rng)[-1].endswith(" right\n") for _ in range(4_000)]
    assert sum(ends) / 4_000 == pytest.approx(world.value(prefix), abs=0.03)


def test_a_finished_solution_has_its_own_value_and_nothing_to_write() -> None:
    assert WORLD.value(["0 1\n", "1 0\n", "2 1 right\n"]) == 1.0
    assert WORLD.value(["0 1\n", "1 0\n", "2 1 broken wrong\n"]) == 0.0
    assert WORLD.write(["0 1\n", "1 0\n", "2 1 right\n"], Random(0)) == []


def test_few_variants_meet_again_and_fresh_ones_never_do() -> None:
    rng = Random(2)
    fresh = TreeWorld(depth=3, success=0.7)
    assert len({tuple(WORLD.write([], rng)) for _ in range(200)}) < 60
    assert len({tuple(fresh.write([], rng)) for _ in range(200)}) == 200


def node(name: str, parent: str | None, text: str, value: float | None, visits: int = 2) -> Node:
    return Node(id=name, problem_id="p", parent_id=parent, text=text, value=value, visits=visits)


def rated() -> list[Rated]:
    nodes = [
        node("root", None, "", 0.0),
        node("a", "root", "0 1\n", 0.5),
        node("b", "root", "0 0\n", 0.0),
        node("c", "root", "0 1 broken\n", 0.0),
        node("d", "root", "0 0 broken\n", None, visits=0),
        node("e", "c", "1 0\n", 1.0),
        node("f", "a", "1 0\n", 0.75, visits=1),
    ]
    return rate_nodes(WORLD, nodes)


def test_every_node_stands_beside_the_exact_value_of_its_prefix() -> None:
    truths = {one.node.id: one.truth for one in rated()}
    s = 0.7
    assert truths == pytest.approx(
        {"root": s**3, "a": s**2, "b": s**2, "c": 0.0, "d": 0.0, "e": 0.0, "f": s}
    )


def test_right_children_are_compared_with_broken_siblings_that_were_visited() -> None:
    assert sorted(sibling_scores(rated())) == [0.5, 1.0]


def test_the_rank_correlation_shares_ranks_and_leaves_out_the_root_and_single_visits() -> None:
    # a, b, c, e: values rank 3, 1.5, 1.5, 4 and truths 3.5, 3.5, 1.5, 1.5.
    assert rank_correlation(rated()) == pytest.approx(-1 / (4.5 * 4) ** 0.5)
    assert rank_correlation(rated()[:2]) is None
