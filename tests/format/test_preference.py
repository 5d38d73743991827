"""Preference rows: the shared steps are prompt, the texts are exact, the rest is told apart."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Pair, RecipeError
from stepsmith.transforms.format import FORMATS, Format, LeftOut
from stepsmith.transforms.format.preference import PreferenceRow
from stepsmith.transforms.format.write import row_schema
from tests.format.solutions import pair

FORM: Format[Pair, PreferenceRow] = FORMATS.get("preference").value


def exported(record: Pair, **options: Any) -> PreferenceRow:
    made = FORM.bind(options)(record)
    assert isinstance(made, PreferenceRow)
    return made


def test_the_shared_steps_are_part_of_the_prompt() -> None:
    assert exported(pair(), prompt_end="\n") == PreferenceRow(
        prompt="Add 2 and 3, then double.\n2 + 3 = 5\n",
        chosen="5 * 2 = 10\nThe answer is 10.",
        rejected="5 * 2 = 11\nThe answer is 11.",
        preference=1.0,
        kept_fraction=10 / 38,
    )


def test_parquet_columns_are_those_of_trl_and_two_beside_them() -> None:
    texts = [pa.field(name, pa.string(), nullable=False) for name in TRL]
    numbers = [
        pa.field(name, pa.float64(), nullable=False) for name in ("preference", "kept_fraction")
    ]
    assert row_schema(PreferenceRow).equals(pa.schema([*texts, *numbers]))


TRL = ("prompt", "chosen", "rejected")


@given(texts=st.lists(st.text(max_size=5), min_size=4, max_size=4), prompt_end=st.text(max_size=3))
def test_the_trainer_reads_both_solutions_exactly(texts: list[str], prompt_end: str) -> None:
    prefix, chosen, rejected, _ = texts
    if chosen == rejected:
        return
    record = pair(chosen, rejected, prefix=prefix)
    row = exported(record, prompt_end=prompt_end)
    # The trainer tokenizes `prompt + chosen` and `prompt + rejected`, with nothing in between.
    assert row.prompt + row.chosen == record.prompt + prompt_end + prefix + chosen
    assert row.prompt + row.rejected == record.prompt + prompt_end + prefix + rejected


@pytest.mark.parametrize(
    ("prefix", "rejected", "kept"), [("", "wrong", 0.0), ("abc", "x", 0.75), ("", "", 0.0)]
)
def test_the_kept_fraction_is_of_the_rejected_solution(
    prefix: str, rejected: str, kept: float
) -> None:
    assert exported(pair("right", rejected, prefix=prefix)).kept_fraction == kept


def test_unsure_pairs_are_left_out_where_that_is_asked() -> None:
    unsure = pair(preference=0.75)
    assert exported(unsure).preference == 0.75
    assert exported(unsure, min_preference=0.75).preference == 0.75
    assert FORM.bind({"min_preference": 0.8})(unsure) == LeftOut(
        reason="the preference is below 0.8"
    )


def test_single_steps_are_left_out_where_only_solutions_are_asked_for() -> None:
    step = pair("5 * 2 = 10\n", "5 * 2 = 11\n", kind="step")
    assert exported(step).chosen == "5 * 2 = 10\n"
    assert exported(step, kind="step").chosen == "5 * 2 = 10\n"
    assert FORM.bind({"kind": "solution"})(step) == LeftOut(reason="a pair of the kind 'step'")


def test_options_are_checked() -> None:
    with pytest.raises(RecipeError, match="option 'kind' was given 'steps'"):
        FORM.bind({"kind": "steps"})
