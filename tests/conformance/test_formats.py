"""What holds of every registered format, with its default options."""

import dataclasses
import io
import json
import pickle
from typing import Any, Literal

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Evidence, LabelledTrajectory, Pair, Step
from stepsmith.transforms.format import (
    FORMATS,
    Carried,
    CarriedEvidence,
    CarriedPair,
    Format,
    LeftOut,
)
from stepsmith.transforms.format.write import row_schema, to_jsonl, to_parquet
from tests.evidence.made import EXAMPLE
from tests.format.solutions import pair, solution
from tests.strategies import evidence, labelled_trajectories, pairs

Record = LabelledTrajectory | Pair | Evidence


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


@st.composite
def consistent_pairs(draw: st.DrawFn) -> Pair:
    """Draw a pair as runs make them: two texts that differ, the first one no worse."""
    drawn = draw(pairs.filter(lambda drawn: drawn.chosen != drawn.rejected))
    return dataclasses.replace(drawn, preference=draw(st.floats(0.5, 1)))


EXAMPLES: dict[type, Record] = {
    LabelledTrajectory: solution(),
    Pair: pair(),
    Evidence: EXAMPLE,
}
CONSISTENT: dict[type, st.SearchStrategy[Any]] = {
    LabelledTrajectory: consistent_rows(),
    Pair: consistent_pairs(),
    Evidence: evidence,
}


def formats(*, of: Literal["rows", "pairs", "evidence", "any"]) -> pytest.MarkDecorator:
    kinds = {
        "rows": (LabelledTrajectory,),
        "pairs": (Pair,),
        "evidence": (Evidence,),
        "any": tuple(EXAMPLES),
    }[of]
    found = [pytest.param(one.value, id=one.name) for one in FORMATS if one.value.of in kinds]
    return pytest.mark.parametrize("form", found)


@formats(of="rows")
@given(row=labelled_trajectories() | consistent_rows())
def test_reading_back_gives_the_prompt_the_steps_and_the_labels(
    form: Format[LabelledTrajectory, Any], row: LabelledTrajectory
) -> None:
    made = form(row)
    if isinstance(made, LeftOut):
        return
    carried = form.read(made)
    assert isinstance(carried, Carried)
    assert carried.prompt == row.problem.prompt
    written = [step.text for step in row.trajectory.steps[: len(carried.steps)]]
    assert list(carried.steps[:-1]) == written[:-1]
    assert written[-1] in {carried.steps[-1], carried.steps[-1] + carried.ending}
    assert len(carried.labels) == len(carried.steps)
    for given_label, label in zip(carried.labels, row.labels, strict=False):
        assert given_label in {label.correct, None}


@formats(of="rows")
@given(row=consistent_rows().filter(lambda row: row.labels and row.outcome.outcome != "undecided"))
def test_no_label_up_to_the_first_error_is_lost(
    form: Format[LabelledTrajectory, Any], row: LabelledTrajectory
) -> None:
    carried = form.read(form(row))
    assert isinstance(carried, Carried)
    expected = [label.correct for label in row.labels if label.correct is not None]
    assert [label for label in carried.labels if label is not None] == expected


@formats(of="rows")
@given(row=labelled_trajectories())
def test_a_row_that_was_not_kept_is_left_out_for_its_own_reason(
    form: Format[LabelledTrajectory, Any], row: LabelledTrajectory
) -> None:
    dropped = dataclasses.replace(row, keep=False, drop_reason="truncated")
    assert form(dropped) == LeftOut(reason="truncated")


@formats(of="pairs")
@given(drawn=consistent_pairs())
def test_reading_back_gives_both_texts_after_the_same_context(
    form: Format[Pair, Any], drawn: Pair
) -> None:
    assert form.read(form(drawn)) == CarriedPair(
        context=drawn.prompt + drawn.prefix,
        chosen=drawn.chosen,
        rejected=drawn.rejected,
        preference=drawn.preference,
    )


@formats(of="pairs")
@given(drawn=pairs)
def test_a_pair_that_prefers_nothing_is_left_out(form: Format[Pair, Any], drawn: Pair) -> None:
    same = dataclasses.replace(drawn, rejected=drawn.chosen)
    assert form(same) == LeftOut(reason="chosen and rejected are the same text")


@formats(of="evidence")
@given(drawn=evidence)
def test_reading_back_gives_case_evidence_claim_and_label(
    form: Format[Evidence, Any], drawn: Evidence
) -> None:
    assert form.read(form(drawn)) == CarriedEvidence(
        case=drawn.case, evidence=drawn.evidence, claim=drawn.claim, label=drawn.label
    )


@formats(of="any")
def test_it_exports_an_ordinary_record(form: Format[Any, Any]) -> None:
    assert isinstance(form(EXAMPLES[form.of]), form.row)


@formats(of="any")
@given(data=st.data())
def test_files_give_back_the_rows_that_were_written(
    form: Format[Any, Any], data: st.DataObject
) -> None:
    records = data.draw(st.lists(CONSISTENT[form.of], max_size=4))
    made = [one for one in map(form, records) if not isinstance(one, LeftOut)]
    lines = to_jsonl(made, form.row).decode().split("\n")
    assert lines.pop() == ""
    assert [msgspec.json.decode(line, type=form.row) for line in lines] == made
    table = pq.read_table(io.BytesIO(to_parquet(made, form.row)))
    assert table.schema.equals(row_schema(form.row))
    assert msgspec.convert(table.to_pylist(), list[form.row]) == made


@formats(of="any")
def test_a_line_of_json_has_the_columns_of_the_schema(form: Format[Any, Any]) -> None:
    line = json.loads(to_jsonl([form(EXAMPLES[form.of])], form.row))
    assert list(line) == row_schema(form.row).names


@formats(of="any")
def test_it_pickles_by_reference(form: Format[Any, Any]) -> None:
    assert pickle.loads(pickle.dumps(form)) == form


@formats(of="any")
def test_every_option_has_a_default(form: Format[Any, Any]) -> None:
    example = EXAMPLES[form.of]
    assert form.bind({})(example) == form(example)
