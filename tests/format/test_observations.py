"""Observations in exports: a part of the step before, in every format of rows."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import (
    LabelledTrajectory,
    Problem,
    Step,
    StepKind,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.format import FORMATS
from stepsmith.transforms.format.observations import fold_observations

kinds = st.lists(st.sampled_from(("think", "code", "observation", "answer")), max_size=7)


def row_of(
    *kinds: StepKind, first_error: int | None = None, correct: bool | None = True
) -> LabelledTrajectory:
    """Make a row whose every step but the observations is labelled right, up to the first error."""
    labels = [
        StepLabel(correct=None if kind == "observation" else correct, value=float(index))
        for index, kind in enumerate(kinds)
    ]
    if first_error is not None:
        labels[first_error] = StepLabel(correct=False)
    return LabelledTrajectory(
        problem=Problem(id="p", prompt="?"),
        trajectory=Trajectory(
            id="t",
            problem_id="p",
            steps=tuple(Step(text=f"{at}\n", kind=kind) for at, kind in enumerate(kinds)),
        ),
        outcome=Verdict(outcome="valid" if first_error is None else "invalid", evidence="end"),
        labels=tuple(labels),
        first_error=first_error,
    )


def test_an_observation_is_a_part_of_the_step_before_it() -> None:
    folded = fold_observations(row_of("think", "code", "observation", "answer", first_error=3))
    assert [step.text for step in folded.trajectory.steps] == ["0\n", "1\n2\n", "3\n"]
    assert [step.kind for step in folded.trajectory.steps] == ["think", "code", "answer"]
    assert [label.correct for label in folded.labels] == [True, True, False]
    assert folded.first_error == 2


def test_several_in_a_row_belong_to_the_same_step_and_a_first_one_stays() -> None:
    folded = fold_observations(row_of("observation", "code", "observation", "observation"))
    assert [step.text for step in folded.trajectory.steps] == ["0\n", "1\n2\n3\n"]
    assert [label.value for label in folded.labels] == [0.0, 1.0]


@given(kinds)
def test_no_character_is_lost_and_no_label_but_those_of_observations(
    kinds: list[StepKind],
) -> None:
    row = row_of(*kinds)
    folded = fold_observations(row)
    assert folded.trajectory.text == row.trajectory.text
    assert len(folded.labels) == len(folded.trajectory.steps)
    written = [
        label for label, kind in zip(row.labels, kinds, strict=True) if kind != "observation"
    ]
    assert [label for label in folded.labels if label.correct is not None] == written
    assert fold_observations(folded) == folded


@given(kinds.filter(lambda kinds: "observation" not in kinds))
def test_a_row_without_any_stays_as_it_is(kinds: list[StepKind]) -> None:
    row = row_of(*kinds)
    assert fold_observations(row) is row


@pytest.mark.parametrize(
    ("name", "labels"),
    [("trl", {"labels": (True, True, True)}), ("processbench", {"label": -1})],
)
def test_a_solution_with_code_is_exported_whole(name: str, labels: dict[str, object]) -> None:
    exported = FORMATS.get(name).value(row_of("think", "code", "observation", "answer"))
    fields = dataclasses.asdict(exported)
    assert {key: fields[key] for key in labels} == labels
    steps = fields.get("steps") or [f"{text}\n" for text in fields["completions"]]
    assert list(steps) == ["0\n", "1\n2\n", "3\n"]
