"""Monte Carlo: exact counts, nothing asked that is known, no failure turned into a label."""

from collections import Counter
from random import Random

import pytest

from stepsmith.schemas import StepLabel
from stepsmith.transforms.label.evidence import read_evidence
from stepsmith.transforms.search import Sample
from stepsmith.transforms.search.monte_carlo import monte_carlo
from tests.search.scripts import PROBLEM, lines, run

SOLUTION = "one\ntwo\nthree right"


def plan(solutions: int = 1, rollouts: int = 4):  # noqa: ANN201 - a plan
    return monte_carlo(PROBLEM, Random(0), solutions=solutions, rollouts=rollouts)


@pytest.mark.parametrize("broken_from", [0, 1, 2])
def test_values_fall_to_zero_where_the_prefix_is_broken(broken_from: int) -> None:
    def answer(ask: Sample, index: int) -> str:
        if ask.path == "solve":
            return "one\ntwo\nthree wrong" if broken_from < 3 else SOLUTION
        return "wrong" if len(ask.prefix) > broken_from else "right"

    [row] = run(plan(), answer, pieces=lines)
    values = [label.value for label in row.labels]
    assert values == [1.0] * broken_from + [0.0] * (3 - broken_from)


def test_counts_are_kept_and_undecided_rollouts_are_in_no_rate() -> None:
    replies = ["right", "wrong", "cut...", "no end"]

    def answer(ask: Sample, index: int) -> str:
        return SOLUTION if ask.path == "solve" else replies[index]

    [row] = run(plan(), answer, pieces=lines)
    expected = StepLabel(value=0.5, n_rollouts=4, n_correct=1, n_undecided=2, n_distinct=4)
    assert row.labels == (expected, expected, StepLabel(value=1.0))


def test_identical_rollouts_are_counted_each_and_told_apart() -> None:
    def answer(ask: Sample, index: int) -> str:
        return SOLUTION if ask.path == "solve" else "right"

    [row] = run(plan(), answer, pieces=lines)
    assert (row.labels[0].n_correct, row.labels[0].n_distinct) == (4, 1)


def test_a_step_whose_rollouts_are_all_undecided_has_no_value() -> None:
    def answer(ask: Sample, index: int) -> str:
        return SOLUTION if ask.path == "solve" else "cut..."

    [row] = run(plan(), answer, pieces=lines)
    assert row.labels[0] == StepLabel(
        value=None, n_rollouts=4, n_correct=0, n_undecided=4, n_distinct=1
    )


@pytest.mark.parametrize("reply", ["", "  \n", "one\ntwo..."])
def test_a_blank_or_cut_solution_gets_no_rollouts_and_no_verdict(reply: str) -> None:
    asked: list[str] = []

    def answer(ask: Sample, index: int) -> str:
        asked.append(ask.path)
        return reply

    [row] = run(plan(), answer, pieces=lines)
    assert asked == ["solve"]
    assert row.outcome.outcome == "undecided"
    assert row.outcome.verifier == "reply"
    assert all(label.value is None for label in row.labels)


def test_the_last_step_costs_nothing() -> None:
    asked: Counter[int] = Counter()

    def answer(ask: Sample, index: int) -> str:
        asked[len(ask.prefix)] += 1
        return SOLUTION if ask.path == "solve" else "right"

    run(plan(solutions=2, rollouts=4), answer, pieces=lines)
    assert asked == {0: 2, 1: 8, 2: 8}


def test_solutions_that_begin_alike_share_the_completions_of_what_they_share() -> None:
    texts = ["one\ntwo\nright", "one\nelse\nwrong", "one\ntwo\nright", "one\ncut..."]

    def answer(ask: Sample, index: int) -> str:
        if ask.path == "solve":
            return texts[index]
        return "right" if ask.path == "solve/0/0" and index == 0 else f"{ask.path} {index} wrong"

    rows = run(plan(solutions=4), answer, pieces=lines)
    shared = StepLabel(value=1 / 12, n_rollouts=12, n_correct=1, n_undecided=0, n_distinct=12)
    assert [row.labels[0] for row in rows] == [shared] * 4
    assert [row.labels[1].n_rollouts for row in rows] == [8, 4, 8, None]
    solutions, _ = read_evidence(rows)
    # All 24 completions, and the solution that was drawn again.
    assert sum(sum(solution.judged) for solution in solutions) == 24 + 1


def test_every_row_has_as_many_labels_as_steps() -> None:
    texts = ["right", "one\nright", "one\ntwo\nwrong", ""]

    def answer(ask: Sample, index: int) -> str:
        return texts[index] if ask.path == "solve" else "right"

    rows = run(plan(solutions=4), answer, pieces=lines)
    assert [len(row.labels) for row in rows] == [1, 2, 3, 0]
    assert [len(row.labels) for row in rows] == [len(row.trajectory.steps) for row in rows]
