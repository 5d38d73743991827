"""TRL's stepwise rows: booleans, exact text, and a reason for every row left out."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.format import FORMATS, Carried, Format, LeftOut
from stepsmith.transforms.format.trl import TrlRow, trl
from stepsmith.transforms.format.write import row_schema
from tests.format.solutions import solution


def as_the_trainer_joins(row: TrlRow, separator: str) -> str:
    return "".join(step + separator for step in row.completions)


def exported(**options: Any) -> TrlRow:
    made = trl(solution((True, False, True)), **options)
    assert isinstance(made, TrlRow)
    return made


def test_a_row_has_a_prompt_and_one_boolean_a_step() -> None:
    assert exported() == TrlRow(
        prompt="Add 2 and 3, then double.",
        completions=("2 + 3 = 5", "5 * 2 = 11", "The answer is 11."),
        labels=(True, False, True),
    )


def test_parquet_columns_are_those_of_trl() -> None:
    expected = pa.schema(
        [
            pa.field("prompt", pa.string(), nullable=False),
            pa.field("completions", pa.list_(pa.string()), nullable=False),
            pa.field("labels", pa.list_(pa.bool_()), nullable=False),
        ]
    )
    assert row_schema(TrlRow).equals(expected)


@given(
    lines=st.lists(st.text(max_size=5), min_size=1, max_size=4),
    separator=st.sampled_from(("\n", "\n\n", " ки\n")),
)
def test_the_trainer_reads_exactly_what_was_written(lines: list[str], separator: str) -> None:
    texts = [line + separator for line in lines]
    made = trl(solution((True,) * len(texts), texts=texts), separator=separator)
    assert isinstance(made, TrlRow)
    assert as_the_trainer_joins(made, separator) == "".join(texts)


def test_only_one_separator_is_taken_off_a_step() -> None:
    made = trl(solution((True, True), texts=("a\n\n", "b\n")))
    assert isinstance(made, TrlRow)
    assert made.completions == ("a\n", "b")


def test_the_last_step_may_lack_the_separator() -> None:
    made = trl(solution((True, True), texts=("a\n", "b")))
    assert isinstance(made, TrlRow)
    assert made.completions == ("a", "b")


def test_a_row_whose_inner_step_lacks_the_separator_is_left_out() -> None:
    made = trl(solution((True, True), texts=("One. ", "Two.")))
    assert made == LeftOut(reason="a step does not end with the separator '\\n'")


@given(texts=st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4))
def test_an_empty_separator_represents_every_text(texts: list[str]) -> None:
    made = trl(solution((True,) * len(texts), texts=texts), separator="")
    assert isinstance(made, TrlRow)
    assert list(made.completions) == texts


def test_an_empty_step_needs_a_separator_to_carry_its_label() -> None:
    row = solution((True, True), texts=("", "b"))
    assert trl(row, separator="") == LeftOut(reason="a step is empty, and so is the separator")


def test_steps_from_the_first_without_a_label_on_are_cut_off() -> None:
    made = trl(solution((True, None, False)))
    assert isinstance(made, TrlRow)
    assert (made.completions, made.labels) == (("2 + 3 = 5",), (True,))


def test_a_step_that_is_cut_off_needs_no_separator() -> None:
    made = trl(solution((True, None, None), texts=("One.", "Two.", "Three.")))
    assert isinstance(made, TrlRow)
    assert made.completions == ("One.",)


def test_a_row_that_keeps_no_step_is_left_out() -> None:
    assert trl(solution((None, True, True))) == LeftOut(reason="the first step has no label")
    assert trl(solution((), texts=())) == LeftOut(reason="no steps")


def test_rows_with_an_unlabelled_step_can_be_left_out_whole() -> None:
    made = trl(solution((True, None, False)), nulls="drop")
    assert made == LeftOut(reason="a step has no label")
    assert exported(nulls="drop") == exported()


def test_values_become_labels_by_the_hard_rule() -> None:
    row = solution((None, None, None), values=(0.75, 0.25, 0.0))
    labels = [trl(row, labels="value", threshold=threshold) for threshold in (0.0, 0.5)]
    assert [made.labels for made in labels if isinstance(made, TrlRow)] == [
        (True, True, False),
        (True, False, False),
    ]


def test_a_value_that_is_not_known_counts_as_no_label() -> None:
    made = trl(solution((True, True, True), values=(1.0, None, 1.0)), labels="value")
    assert isinstance(made, TrlRow)
    assert made.labels == (True,)


def test_bound_options_hold_in_both_directions() -> None:
    form: Format[Any, Any] = FORMATS.get("trl").value.bind({"separator": "\n\n", "nulls": "drop"})
    made = form(solution((True, True), texts=("a\n\n", "b\n\n")))
    expected = Carried(
        prompt="Add 2 and 3, then double.", steps=("a\n\n", "b"), labels=(True, True), ending="\n\n"
    )
    assert form.read(made) == expected


@pytest.mark.parametrize("label", exported().labels)
def test_labels_are_booleans_for_a_trainer_that_truncates(label: object) -> None:
    assert type(label) is bool


def test_the_prompt_can_be_set_apart_from_the_first_step() -> None:
    form: Format[Any, Any] = FORMATS.get("trl").value.bind({"prompt_end": "\n\n"})
    made = form(solution())
    assert made.prompt == "Add 2 and 3, then double.\n\n"
    assert form.read(made).prompt == "Add 2 and 3, then double."
