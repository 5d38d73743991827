"""Measures of whole chains against every path of the question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.verify.graph.chain import judge_chain
from stepsmith.transforms.verify.graph.measures import (
    ChainMeasures,
    best_path,
    measure_chain,
    ordered_coverage,
)
from tests.verify.graph.questions import question

OPEN = question()
CLOSED = question(world="closed")
FIRST = "The place of birth of Ada is London."
LIVED = "The residence of Ada is London."
SECOND = "London is the capital of the UK."
THIRD = "The UK borders Ireland."


def measures(*steps: str, closed: bool = False) -> ChainMeasures:
    asked = CLOSED if closed else OPEN
    return measure_chain(asked, judge_chain(asked, steps))


def test_a_whole_path_covers_all_and_reaches_the_answer() -> None:
    assert measures("We begin.", FIRST, SECOND, THIRD) == ChainMeasures(
        coverage=1.0,
        path=0,
        precision=1.0,
        used=3,
        starts=True,
        ends=True,
        first_wrong=None,
        classes=("no fact", "supported", "supported", "supported"),
    )


def test_the_path_that_is_covered_best_is_named() -> None:
    assert measures(LIVED, SECOND, THIRD).path == 1
    assert measures(LIVED, SECOND).coverage == 2 / 3


def test_a_skipped_hop_leaves_the_answer_unreached() -> None:
    found = measures(FIRST, THIRD)
    assert (found.coverage, found.first_wrong, found.ends) == (1 / 3, 1, False)
    assert found.precision == 1 / 2


def test_swapped_hops_cover_less_than_they_assert() -> None:
    found = measures(FIRST, THIRD, SECOND)
    assert (found.coverage, found.first_wrong, found.used) == (2 / 3, 1, 2)


def test_an_early_stop_reaches_no_answer() -> None:
    found = measures(FIRST, SECOND)
    assert (found.starts, found.ends, found.first_wrong) == (True, False, None)


def test_a_repeated_hop_counts_once() -> None:
    assert measures(FIRST, FIRST, SECOND, THIRD).used == 3


def test_the_first_wrong_step_depends_on_the_world() -> None:
    steps = (FIRST, "London is the capital of France.", "Ada | not residence | London")
    assert measures(*steps).first_wrong == 2
    assert measures(*steps, closed=True).first_wrong == 1


def test_a_chain_without_a_fact_has_no_precision() -> None:
    found = measures("Ada, London, UK, Ireland")
    assert found == ChainMeasures(
        coverage=0.0,
        path=None,
        precision=None,
        used=0,
        starts=False,
        ends=False,
        first_wrong=None,
        classes=("no fact",),
    )


EDGES = [Edge(at, 0, at + 1) for at in range(4)]


@pytest.mark.parametrize(
    ("used", "expected"),
    [([0, 1, 2, 3], 1), ([3, 2, 1, 0], 1 / 4), ([0, 2, 1, 3], 3 / 4), ([], 0), ([0, 0, 0], 1 / 4)],
)
def test_coverage_is_ordered(used: list[int], expected: float) -> None:
    assert ordered_coverage([EDGES[at] for at in used], tuple(EDGES)) == expected


@given(used=st.lists(st.sampled_from(EDGES)), path=st.lists(st.sampled_from(EDGES), min_size=1))
def test_coverage_is_that_of_the_textbook(used: list[Edge], path: list[Edge]) -> None:
    def longest(one: int, other: int) -> int:
        if one == len(used) or other == len(path):
            return 0
        if used[one] == path[other]:
            return 1 + longest(one + 1, other + 1)
        return max(longest(one + 1, other), longest(one, other + 1))

    short, path[:] = used[:6], path[:6]
    used[:] = short
    assert ordered_coverage(used, tuple(path)) == longest(0, 0) / len(path)


def test_of_equally_covered_paths_the_shortest_is_taken() -> None:
    long, short = tuple(EDGES), tuple(EDGES[:2])
    assert best_path(EDGES[:2], [long, short]) == (1.0, 1)
    assert best_path([], [long, short]) == (0.0, None)
    assert best_path(EDGES, []) == (0.0, None)
