"""The contract of labelers: options from the signature, and a prior that is none of them."""

from collections.abc import Sequence

import pytest

from stepsmith.schemas import LabelledTrajectory, Step, Trajectory, Verdict
from stepsmith.schemas.records import FinishReason, Outcome
from stepsmith.schemas.registry import options_of
from stepsmith.transforms.label import LABELERS, Rows, fit_of, labeler
from stepsmith.transforms.label.base import CORRECT, VALUES, decisive, ungraded
from tests.label.mean_labeler import MEAN, Mean, fitted


def test_the_prior_is_no_option_of_a_recipe_and_is_taken_as_a_keyword() -> None:
    assert [option.name for option in options_of(LABELERS.get("test.fitted").value)] == ["scale"]
    assert fitted((), prior=Mean(right=0.5, refuted=0.0, problem_ids=())) == ()


def test_only_a_labeler_that_declares_a_fit_has_one() -> None:
    assert fit_of("test.fitted") is MEAN
    assert fit_of("first_error") is None


def test_a_fit_that_nobody_takes_is_refused() -> None:
    def deaf(rows: Sequence[LabelledTrajectory]) -> Rows:
        return tuple(rows)

    with pytest.raises(
        TypeError, match=r"'test\.deaf' declares a fit but takes no keyword `prior`"
    ):
        labeler("test.deaf", fit=MEAN)(deaf)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), None),
        (("undecided",), None),
        (("valid", "undecided"), 0),
        (("undecided", "valid", "valid"), 1),
        (("valid", "invalid", "invalid"), 1),
    ],
)
def test_the_first_refutation_decides_a_step_and_else_the_first_confirmation(
    outcomes: tuple[Outcome, ...], expected: int | None
) -> None:
    verdicts = [Verdict(outcome=one, verifier=str(at)) for at, one in enumerate(outcomes)]
    assert decisive(verdicts) is (None if expected is None else verdicts[expected])


def test_what_is_undecided_is_neither_right_nor_worth_anything() -> None:
    assert CORRECT == {"valid": True, "invalid": False, "undecided": None}
    assert VALUES == {"valid": 1.0, "invalid": 0.0, "undecided": None}


@pytest.mark.parametrize(
    ("finish", "branch", "expected"),
    [
        ("stop", None, {1}),
        ("given", 3, {1}),
        ("length", None, {1, 2}),
        ("empty", 2, {1, 2}),
        ("length", 3, {1}),
        ("empty", 3, {0, 1, 2}),
    ],
)
def test_what_is_neither_right_nor_wrong(
    finish: FinishReason, branch: int | None, expected: set[int]
) -> None:
    steps = (Step(text="a", kind="code"), Step(text="b", kind="observation"), Step(text="c"))
    cut = Trajectory(id="t", problem_id="p", steps=steps, finish_reason=finish, branch_step=branch)
    assert ungraded(cut) == expected
