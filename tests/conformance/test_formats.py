"""What holds of every registered format, with its default options."""

import dataclasses
import io
import json
import pickle
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import LabelledTrajectory, Step
from stepsmith.transforms.format import FORMATS, Format, LeftOut
from stepsmith.transforms.format.write import row_schema, to_jsonl, to_parquet
from tests.format.solutions import solution
from tests.strategies import labelled_trajectories

EVERY = pytest.mark.parametrize(
    "form", [pytest.param(entry.value, id=entry.name) for entry in FORMATS]
)


@st.composite
def consistent_rows(draw: st.DrawFn) -> LabelledTrajectory:
    """Draw a row as runs make them: a step a line, labels up to the first error, and kept."""
    row = draw(labelled_trajectories())
    error = draw(st.none() | st.integers(0, max(0, len(row.labels) - 1)))
    steps = tuple(Step(text=f"{step.text}\n") for step in row.trajectory.steps)
    labels = tuple(
        dataclasses.replace(
            label, correct=(index != error) if error is None or index <= error else None
        )
        for index, label in enumerate(row.labels)
    )
    return dataclasses.replace(
        row,
        trajectory=dataclasses.replace(row.trajectory, steps=steps),
        labels=labels,
        first_error=error if labels else None,
        keep=True,
    )


@EVERY
@given(row=labelled_trajectories() | consistent_rows())
def test_reading_back_gives_the_prompt_the_steps_and_the_labels(
    form: Format[Any], row: LabelledTrajectory
) -> None:
    made = form(row)
    if isinstance(made, LeftOut):
        return
    carried = form.read(made)
    assert carried.prompt == row.problem.prompt
    written = [step.text for step in row.trajectory.steps[: len(carried.steps)]]
    assert list(carried.steps[:-1]) == written[:-1]
    assert written[-1] in {carried.steps[-1], carried.steps[-1] + carried.ending}
    assert len(carried.labels) == len(carried.steps)
    for given_label, label in zip(carried.labels, row.labels, strict=False):
        assert given_label in {label.correct, None}


@EVERY
@given(row=consistent_rows().filter(lambda row: row.labels and row.outcome.outcome != "undecided"))
def test_no_label_up_to_the_first_error_is_lost(form: Format[Any], row: LabelledTrajectory) -> None:
    carried = form.read(form(row))
    expected = [label.correct for label in row.labels if label.correct is not None]
    assert [label for label in carried.labels if label is not None] == expected


@EVERY
@given(row=labelled_trajectories())
def test_a_row_that_was_not_kept_is_left_out_for_its_own_reason(
    form: Format[Any], row: LabelledTrajectory
) -> None:
    dropped = dataclasses.replace(row, keep=False, drop_reason="truncated")
    assert form(dropped) == LeftOut(reason="truncated")


@EVERY
def test_it_exports_an_ordinary_solution_with_a_wrong_step(form: Format[Any]) -> None:
    assert isinstance(form(solution()), form.row)


@EVERY
@given(rows=st.lists(consistent_rows(), max_size=4))
def test_files_give_back_the_rows_that_were_written(
    form: Format[Any], rows: list[LabelledTrajectory]
) -> None:
    made = [one for one in map(form, rows) if not isinstance(one, LeftOut)]
    lines = to_jsonl(made, form.row).decode().split("\n")
    assert lines.pop() == ""
    assert [msgspec.json.decode(line, type=form.row) for line in lines] == made
    table = pq.read_table(io.BytesIO(to_parquet(made, form.row)))
    assert table.schema.equals(row_schema(form.row))
    assert msgspec.convert(table.to_pylist(), list[form.row]) == made


@EVERY
def test_a_line_of_json_has_the_columns_of_the_schema(form: Format[Any]) -> None:
    line = json.loads(to_jsonl([form(solution())], form.row))
    assert list(line) == row_schema(form.row).names


@EVERY
def test_it_pickles_by_reference(form: Format[Any]) -> None:
    assert pickle.loads(pickle.dumps(form)) == form


@EVERY
def test_every_option_has_a_default(form: Format[Any]) -> None:
    assert form.bind({})(solution()) == form(solution())
