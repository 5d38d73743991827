"""The labeler that trusts the strategy, and a tool more."""

import dataclasses

import pytest

from stepsmith.schemas import LabelledTrajectory, Problem, Step, StepLabel, Trajectory, Verdict
from stepsmith.transforms.label.given import given

VALID = Verdict(outcome="valid", verifier="tool")
INVALID = Verdict(outcome="invalid", verifier="tool", evidence="no")
UNDECIDED = Verdict(outcome="undecided", verifier="tool", evidence="nothing to check")


def row(
    correct: list[bool | None], verdicts: dict[int, Verdict] | None = None, **fields: object
) -> LabelledTrajectory:
    labels = tuple(
        StepLabel(
            correct=known, source="omega", verdicts=(UNDECIDED, (verdicts or {}).get(at, UNDECIDED))
        )
        for at, known in enumerate(correct)
    )
    steps = tuple(Step(text=f"{index}\n") for index in range(len(labels)))
    fields = {"first_error": correct.index(False) if False in correct else None, **fields}
    return LabelledTrajectory(
        problem=Problem(id="p", prompt="?"),
        trajectory=Trajectory(id="t", problem_id="p", steps=steps),
        outcome=Verdict(outcome="invalid", verifier="math.answer", evidence="no"),
        labels=labels,
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("correct", "verdicts", "expected", "error"),
    [
        ([True, None, False, None], {}, [True, None, False, None], 2),
        ([None, None], {}, [None, None], None),
        ([True, True, False, None], {1: INVALID}, [True, False, None, None], 1),
        ([True, True, True, False], {0: INVALID}, [False, None, None, None], 0),
        ([True, False, None, None], {3: VALID}, [True, False, None, True], 1),
        ([True, False, None, None], {3: INVALID}, [True, False, None, False], 1),
        ([None, None, None], {1: VALID}, [None, True, None], None),
    ],
)
def test_the_strategy_is_believed_until_a_tool_speaks(
    correct: list[bool | None],
    verdicts: dict[int, Verdict],
    expected: list[bool | None],
    error: int | None,
) -> None:
    [done] = given([row(correct, verdicts)])
    assert ([label.correct for label in done.labels], done.first_error) == (expected, error)


def test_a_confirmed_step_that_the_strategy_blames_stays_unlabelled() -> None:
    [done] = given([row([True, False, None], {1: VALID})])
    assert [label.correct for label in done.labels] == [True, None, None]
    assert (done.labels[1].source, done.first_error) == ("conflict", None)


def test_behind_a_contradiction_a_refuted_step_is_not_the_first_wrong_one() -> None:
    [done] = given([row([True, False, None], {1: VALID, 2: INVALID})])
    assert [label.correct for label in done.labels] == [True, None, False]
    assert done.first_error is None


def test_a_row_that_the_strategy_drops_without_a_reason_is_not_kept() -> None:
    [done] = given([row([True], keep=False)])
    assert not done.keep


def test_a_refutation_outweighs_a_confirmation_of_the_same_step() -> None:
    label = StepLabel(correct=True, verdicts=(VALID, INVALID))
    steps = (Step(text="a"),)
    base = row([True])
    trajectory = Trajectory(id="t", problem_id="p", steps=steps)
    [done] = given(
        [
            LabelledTrajectory(
                problem=base.problem, trajectory=trajectory, outcome=base.outcome, labels=(label,)
            )
        ]
    )
    assert done.labels[0].correct is False


def test_a_strategy_may_name_the_error_in_the_row_alone() -> None:
    [done] = given([row([None, None, None], first_error=1)])
    assert ([label.correct for label in done.labels], done.first_error) == ([None, False, None], 1)


def test_labels_say_where_they_come_from() -> None:
    [done] = given([row([True, True, False, True], {1: VALID})])
    assert [label.source for label in done.labels] == ["omega", "tool", "omega", None]


def test_the_strategys_confidence_goes_with_its_error() -> None:
    kept, lost = given(
        [
            row([True, False], first_error_prob=0.9),
            row([True, False], {0: INVALID}, first_error_prob=0.9),
        ]
    )
    assert (kept.first_error_prob, lost.first_error_prob) == (0.9, None)


def test_a_dropped_row_stays_dropped() -> None:
    dropped, kept = given([row([None], keep=False, drop_reason="all wrong"), row([None])])
    assert (dropped.keep, dropped.drop_reason) == (False, "all wrong")
    assert (kept.keep, kept.drop_reason) == (True, None)


def believed(*verdicts: Verdict | None) -> LabelledTrajectory:
    """Make a row whose strategy is sure of an error at its second step, and named no source."""
    made = row([None] * len(verdicts), first_error=1, first_error_prob=0.9)
    labels = tuple(
        StepLabel(correct_prob=prob, verdicts=() if said is None else (said,))
        for prob, said in zip((0.95, 0.05, 0.02), verdicts, strict=True)
    )
    return dataclasses.replace(made, labels=labels)


def test_what_the_strategy_holds_for_probable_stands_with_its_own_error_alone() -> None:
    [done] = given([believed(None, None, INVALID)])
    assert (done.first_error, done.first_error_prob) == (1, 0.9)
    assert [label.correct_prob for label in done.labels] == [0.95, 0.05, 0.02]
    for verdicts in ((INVALID, None, None), (None, VALID, None)):
        [done] = given([believed(*verdicts)])
        assert done.first_error_prob is None
        assert [label.correct_prob for label in done.labels] == [None] * 3


def test_a_label_has_a_source_and_what_is_none_has_not() -> None:
    [done] = given([believed(None, None, INVALID)])
    assert [label.correct for label in done.labels] == [None, False, False]
    assert [label.source for label in done.labels] == [None, "given", "tool"]


def test_of_the_step_in_which_a_reply_was_cut_nothing_is_said() -> None:
    made = row([True, False], {1: INVALID})
    cut = dataclasses.replace(made.trajectory, finish_reason="length")
    [done] = given([dataclasses.replace(made, trajectory=cut)])
    assert ([label.correct for label in done.labels], done.first_error) == ([True, None], None)
