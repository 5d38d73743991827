"""ProcessBench rows: the index of the first error, and only where the labels decide it."""

import dataclasses

import pyarrow as pa
import pytest

from stepsmith.transforms.format import Carried, LeftOut
from stepsmith.transforms.format.processbench import ProcessBenchRow, processbench, read
from stepsmith.transforms.format.write import row_schema
from tests.format.solutions import STEPS, solution

UNKNOWN = LeftOut(reason="the first error is unknown: a step before it has no label")


def test_a_row_says_where_the_first_error_is() -> None:
    assert processbench(solution((True, False, None))) == ProcessBenchRow(
        id="p/solve#0",
        generator="small",
        problem="Add 2 and 3, then double.",
        steps=STEPS,
        final_answer_correct=False,
        label=1,
    )


@pytest.mark.parametrize("outcome", ["valid", "invalid"])
def test_a_solution_whose_steps_are_all_right_has_label_minus_one(outcome: str) -> None:
    made = processbench(solution((True, True, True), outcome=outcome))
    assert isinstance(made, ProcessBenchRow)
    assert (made.label, made.final_answer_correct) == (-1, outcome == "valid")


@pytest.mark.parametrize("correct", [(None, False, None), (True, True, None), (None, None, None)])
def test_a_row_whose_first_error_is_unknown_is_left_out(correct: tuple[bool | None, ...]) -> None:
    assert processbench(solution(correct)) == UNKNOWN


def test_a_row_whose_outcome_is_undecided_is_left_out() -> None:
    made = processbench(solution((True, True, True), outcome="undecided"))
    assert made == LeftOut(reason="the outcome is undecided")


def test_a_row_without_steps_is_left_out() -> None:
    assert processbench(solution((), texts=())) == LeftOut(reason="no steps")


@pytest.mark.parametrize("first_error", [None, 0, 2])
def test_a_row_that_contradicts_itself_is_left_out(first_error: int | None) -> None:
    row = dataclasses.replace(solution((True, False, False)), first_error=first_error)
    expected = LeftOut(reason="the first error is not the first step labelled wrong")
    assert processbench(row) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [(-1, (True, True, True)), (0, (False, None, None)), (2, (True, True, False))],
)
def test_nothing_is_read_of_the_steps_after_the_first_error(
    label: int, expected: tuple[bool | None, ...]
) -> None:
    row = ProcessBenchRow(
        id="", generator="", problem="?", steps=STEPS, final_answer_correct=False, label=label
    )
    assert read(row) == Carried(prompt="?", steps=STEPS, labels=expected)


def test_parquet_columns_are_those_of_processbench() -> None:
    kinds = {
        "id": pa.string(),
        "generator": pa.string(),
        "problem": pa.string(),
        "steps": pa.list_(pa.string()),
        "final_answer_correct": pa.bool_(),
        "label": pa.int64(),
    }
    expected = pa.schema([pa.field(name, kind, nullable=False) for name, kind in kinds.items()])
    assert row_schema(ProcessBenchRow).equals(expected)
