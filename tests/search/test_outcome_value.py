"""OVM by hand: exact means over shared prefixes; duplicates are one row and count as draws."""

import statistics
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from benchmarks.worlds.tree import TreeWorld, rate_nodes
from benchmarks.worlds.walk import PROBLEM as WORLD_PROBLEM
from benchmarks.worlds.walk import Walk
from stepsmith.schemas import StepLabel
from stepsmith.transforms.search import SearchResult
from stepsmith.transforms.search.outcome_value import outcome_value
from tests.search.golden import check_golden
from tests.search.scripts import PROBLEM, lines, search

WORLD = TreeWorld(depth=3, success=0.6, variants=2)


def run(texts: Sequence[str], **options: Any) -> SearchResult:
    plan = outcome_value(PROBLEM, Random(0), solutions=len(texts), **options)
    return search(plan, lambda ask, index: texts[index], pieces=lines)


def values(result: SearchResult) -> list[list[float | None]]:
    return [[label.value for label in row.labels] for row in result.rows]


def test_a_prefix_is_worth_the_mean_outcome_of_all_solutions_that_begin_with_it() -> None:
    result = run(["a\nright", "a\nwrong", "a\nb\nwrong", "c\nright"])
    assert values(result) == [[1 / 3, 1.0], [1 / 3, 0.0], [1 / 3, 0.0, 0.0], [1.0, 1.0]]
    assert result.rows[0].labels[0] == StepLabel(
        value=1 / 3, n_rollouts=3, n_correct=1, n_undecided=0, n_distinct=3
    )


def test_without_pooling_every_step_bears_its_own_end_and_the_counts_stay() -> None:
    result = run(["a\nright", "a\nwrong"], pool=False)
    assert values(result) == [[1.0, 1.0], [0.0, 0.0]]
    assert [row.labels[0].n_correct for row in result.rows] == [1, 1]
    assert [row.labels[0].n_rollouts for row in result.rows] == [2, 2]


@pytest.mark.parametrize("unjudged", ["a\nno end", "a\ncut..."])
def test_an_undecided_end_is_counted_and_in_no_mean(unjudged: str) -> None:
    result = run(["a\nright", unjudged])
    [_, row] = result.rows
    assert row.outcome.outcome == "undecided"
    assert (row.labels[0].value, row.labels[0].n_undecided) == (1.0, 1)
    assert row.labels[-1].value is None
    assert values(run(["a\nright", unjudged], pool=False))[1] == [None, None]


def test_a_blank_reply_is_a_row_without_a_value() -> None:
    result = run(["", "right"])
    assert values(result) == [[], [1.0]]
    assert (result.nodes[0].n_rollouts, result.nodes[0].n_undecided) == (2, 1)


def test_of_equal_solutions_one_is_a_row_that_says_how_often_it_came() -> None:
    result = run(["a\nright", "b\nright", "a\nright"])
    assert [row.trajectory.sample_index for row in result.rows] == [None, None]
    assert [row.trajectory.id for row in result.rows] == ["p/solve#0", "p/solve#1"]
    assert [row.labels[-1].n_rollouts for row in result.rows] == [2, 1]


def test_a_cut_solution_is_not_equal_to_the_one_that_ended_there() -> None:
    texts = ["a\nx...", "a\nx... right"]
    assert len(run(texts).rows) == 2


def test_a_solution_that_ends_where_another_goes_on_keeps_its_own_end() -> None:
    result = run(["a\nwrong\n", "a\nwrong\nright"])
    assert values(result) == [[0.5, 0.0], [0.5, 1.0, 1.0]]


@pytest.mark.parametrize("pool", [True, False])
def test_labels_of_distinct_solutions_do_not_depend_on_whether_duplicates_are_rows(
    pool: bool,
) -> None:
    def search_world(*, duplicates: bool) -> SearchResult:
        plan = outcome_value(
            WORLD_PROBLEM, Random(0), solutions=200, pool=pool, duplicates=duplicates
        )
        return Walk(world=WORLD, seed=5).run(plan)

    once, every = search_world(duplicates=False), search_world(duplicates=True)
    assert len(every.rows) == 200 > len(once.rows)
    by_text = {row.trajectory.text: row.labels for row in once.rows}
    assert len(by_text) == len(once.rows)
    assert all(by_text[row.trajectory.text] == row.labels for row in every.rows)
    assert once.nodes == every.nodes


def test_nodes_are_the_prefix_tree_and_its_draws_add_up() -> None:
    result = run(["a\nright", "a\nwrong", "c\nright", "a\nright"])
    assert [(node.text, node.visits, node.value, node.outcome) for node in result.nodes] == [
        ("", 4, 0.75, None),
        ("a\n", 3, 2 / 3, None),
        ("right", 2, 1.0, "valid"),
        ("wrong", 1, 0.0, "invalid"),
        ("c\n", 1, 1.0, None),
        ("right", 1, 1.0, "valid"),
    ]
    rows = {row.trajectory.id for row in result.rows}
    assert {node.trajectory_id for node in result.nodes[1:]} <= rows


def test_pooled_values_come_near_the_exact_ones() -> None:
    found = Walk(world=WORLD, seed=2).run(outcome_value(WORLD_PROBLEM, Random(0), solutions=600))
    rated = [one for one in rate_nodes(WORLD, found.nodes) if one.node.visits >= 100]
    errors = [abs((one.node.value or 0.0) - one.truth) for one in rated]
    assert len(errors) > 3
    assert statistics.mean(errors) <= 0.05


def test_the_prefix_tree_of_a_few_solutions_stays_as_it_is() -> None:
    check_golden(
        "outcome_value",
        Walk(world=WORLD, seed=1).run(outcome_value(WORLD_PROBLEM, Random(0), solutions=8)),
    )
