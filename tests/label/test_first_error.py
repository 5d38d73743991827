"""Labels: the hard rule of Math-Shepherd, a tool's word above it, and silence where it is due."""

import dataclasses

import pytest

from stepsmith.schemas import (
    LabelledTrajectory,
    Problem,
    Step,
    StepKind,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.label.first_error import first_error

VALID = Verdict(outcome="valid", verifier="tool")
INVALID = Verdict(outcome="invalid", verifier="tool", evidence="no")
UNDECIDED = Verdict(outcome="undecided", verifier="tool", evidence="nothing to check")


def labelled(
    values: list[float | None], verdicts: dict[int, Verdict] | None = None, **options: float
) -> tuple[list[bool | None], int | None]:
    labels = tuple(
        StepLabel(
            value=value,
            n_rollouts=4,
            verdicts=((verdicts or {}).get(index, UNDECIDED),),
        )
        for index, value in enumerate(values)
    )
    [done] = first_error([row(labels)], **options)
    return [label.correct for label in done.labels], done.first_error


def row(labels: tuple[StepLabel, ...], **fields: object) -> LabelledTrajectory:
    steps = tuple(Step(text=f"{index}\n") for index in range(len(labels)))
    return LabelledTrajectory(
        problem=Problem(id="p", prompt="?"),
        trajectory=Trajectory(id="t", problem_id="p", steps=steps, **fields),  # type: ignore[arg-type]
        outcome=Verdict(outcome="invalid", verifier="math.answer", evidence="no"),
        labels=labels,
    )


@pytest.mark.parametrize(
    ("values", "correct", "error"),
    [
        ([0.5, 0.25, 1.0], [True, True, True], None),
        ([0.5, 0.0, 0.0], [True, False, None], 1),
        ([0.0, 0.5, 0.5], [False, None, None], 0),
        ([0.5, None, 0.5], [True, None, True], None),
        ([None, None, None], [None, None, None], None),
    ],
)
def test_steps_are_right_until_the_value_first_falls_to_zero(
    values: list[float | None], correct: list[bool | None], error: int | None
) -> None:
    assert labelled(values) == (correct, error)


def test_an_error_that_may_lie_in_a_gap_blames_no_step() -> None:
    assert labelled([0.5, None, 0.0, 0.0]) == ([True, None, None, None], None)


def test_a_refuted_step_is_wrong_whatever_its_value() -> None:
    assert labelled([1.0, 1.0, 1.0], {1: INVALID}) == ([True, False, None], 1)


def test_after_the_first_error_only_a_tool_speaks() -> None:
    assert labelled([0.5, 0.0, 0.0, 0.0], {2: VALID, 3: INVALID}) == (
        [True, False, True, False],
        1,
    )


def test_a_confirmed_step_from_which_nothing_is_reached_stays_unlabelled() -> None:
    assert labelled([0.5, 0.0, 0.0], {1: VALID}) == ([True, None, None], None)
    [done] = first_error([row((StepLabel(value=0.0, verdicts=(VALID,)),))])
    [label] = done.labels
    assert label.source == "conflict"


def test_the_threshold_moves_the_line() -> None:
    assert labelled([0.5, 0.25, 0.1], threshold=0.25) == ([True, False, None], 1)


def test_labels_say_where_they_come_from() -> None:
    labels = (
        StepLabel(value=0.5, n_rollouts=4),
        StepLabel(value=0.5, n_rollouts=4, verdicts=(UNDECIDED, VALID)),
        StepLabel(value=0.0),
    )
    [done] = first_error([row(labels)])
    assert [label.source for label in done.labels] == ["monte_carlo", "tool", "outcome"]


def test_nothing_is_lost() -> None:
    labels = (StepLabel(value=0.5, n_rollouts=4, n_correct=2, verdicts=(INVALID, VALID)),)
    [done] = first_error([row(labels)])
    assert done.labels[0].verdicts == (INVALID, VALID)
    assert (done.labels[0].value, done.labels[0].n_rollouts, done.labels[0].n_correct) == (
        0.5,
        4,
        2,
    )


@pytest.mark.parametrize(
    ("values", "verdicts", "correct"),
    [
        ([0.5, None, 0.0, 0.0], {3: INVALID}, [True, None, None, False]),
        ([0.5, 0.0, 0.0], {1: VALID, 2: INVALID}, [True, None, False]),
    ],
)
def test_behind_an_error_that_is_not_located_a_refuted_step_is_not_the_first_wrong_one(
    values: list[float | None], verdicts: dict[int, Verdict], correct: list[bool | None]
) -> None:
    assert labelled(values, verdicts) == (correct, None)


def test_a_row_that_the_strategy_drops_without_a_reason_is_not_kept() -> None:
    [done] = first_error([dataclasses.replace(row((StepLabel(value=1.0),)), keep=False)])
    assert not done.keep


@pytest.mark.parametrize(("reason", "drop"), [("length", "truncated"), ("empty", "empty")])
def test_cut_and_blank_replies_are_kept_as_rows_that_are_not_for_training(
    reason: str, drop: str
) -> None:
    [done] = first_error([row((), finish_reason=reason)])
    assert (done.keep, done.drop_reason) == (False, drop)


def test_no_step_is_no_label() -> None:
    [done] = first_error([row(())])
    assert done.first_error is None


def test_no_probability_of_another_rule_stands_beside_this_ones_error() -> None:
    labels = (StepLabel(value=1.0, n_rollouts=4), StepLabel(value=0.0, n_rollouts=4))
    found = dataclasses.replace(row(labels), first_error=0, first_error_prob=0.9)
    [done] = first_error([found])
    assert (done.first_error, done.first_error_prob) == (1, None)


@pytest.mark.parametrize("value", [None, 0.5, 0.0])
def test_an_observation_is_no_gap_in_which_an_error_may_lie_and_has_no_label(
    value: float | None,
) -> None:
    kinds: tuple[StepKind, ...] = ("think", "code", "observation", "answer")
    values = (0.5, 0.5, value, 0.0)
    made = row(tuple(StepLabel(value=value, n_rollouts=4) for value in values))
    steps = tuple(
        dataclasses.replace(step, kind=kind)
        for step, kind in zip(made.trajectory.steps, kinds, strict=True)
    )
    trajectory = dataclasses.replace(made.trajectory, steps=steps)
    [done] = first_error([dataclasses.replace(made, trajectory=trajectory)])
    assert [label.correct for label in done.labels] == [True, True, None, False]
    assert done.first_error == 3


@pytest.mark.parametrize("reason", ["length", "empty"])
def test_a_verdict_on_the_step_in_which_a_reply_was_cut_is_none(reason: str) -> None:
    labels = (StepLabel(value=0.5, n_rollouts=4), StepLabel(verdicts=(INVALID,)))
    [done] = first_error([row(labels, finish_reason=reason)])
    assert [label.correct for label in done.labels] == [True, None]
    assert (done.labels[1].source, done.first_error) == (None, None)


def test_a_verdict_on_a_step_that_was_there_before_a_reply_was_cut_counts() -> None:
    labels = (StepLabel(value=0.5, n_rollouts=4), StepLabel(verdicts=(INVALID,)))
    [done] = first_error([row(labels, finish_reason="length", branch_step=2)])
    assert ([label.correct for label in done.labels], done.first_error) == ([True, False], 1)


def counted(n_correct: int, n_undecided: int = 0, **fields: float) -> StepLabel:
    return StepLabel(n_rollouts=4, n_correct=n_correct, n_undecided=n_undecided, **fields)  # type: ignore[arg-type]


def test_what_was_counted_decides_and_not_what_a_strategy_makes_of_it() -> None:
    # Credit for the end alone, as without pooling; and a guess where nothing ended right.
    [done] = first_error([row((counted(1, value=0.0), counted(0, value=0.4)))])
    assert [label.correct for label in done.labels] == [True, False]
    assert [label.value for label in done.labels] == [0.0, 0.4]


def test_where_nothing_could_be_judged_a_value_is_no_label() -> None:
    labels = (counted(0, 4, value=0.0), StepLabel(value=0.0))
    unanswered = Verdict(outcome="undecided", verifier="math.answer", evidence="no answer")
    [done] = first_error([dataclasses.replace(row(labels), outcome=unanswered)])
    assert [label.correct for label in done.labels] == [None, None]
    assert ([label.source for label in done.labels], done.first_error) == ([None, None], None)


def test_no_probability_of_another_rule_stands_beside_this_ones_labels() -> None:
    [done] = first_error([row((counted(0, value=0.0, correct_prob=0.9),))])
    assert (done.labels[0].correct, done.labels[0].correct_prob) == (False, None)
