"""Exporting a finished run: the file, what was left out, and errors that help."""

import json
import re
from pathlib import Path

import datasets
import pytest

from stepsmith.pipelines.dataset import files_at
from stepsmith.pipelines.export import export
from stepsmith.schemas import RecipeError, UnknownNameError, UserError
from stepsmith.transforms.files import LocalFiles
from tests.format.solutions import pair, solution
from tests.pipelines.finished_run import finished_run


@pytest.fixture
def run(tmp_path: Path) -> str:
    rows = [
        solution((True, False, None), id="a/solve#0"),
        solution((True, True, True), id="a/solve#1", outcome="valid"),
        solution((None, True, True), id="b/solve#0", values=(0.5, 0.25, 1.0)),
        solution((True, True, None), id="c/solve#0", drop_reason="truncated"),
        solution((None, None, None), id="c/solve#1", drop_reason="truncated"),
    ]
    return finished_run(tmp_path / "run", rows)


def test_json_lines_hold_the_rows_and_the_summary_counts_the_rest(run: str, tmp_path: Path) -> None:
    output = str(tmp_path / "out" / "rows.jsonl")
    assert export(run, "trl", output, []) == (
        f"{output}: 2 of 5 rows written as trl\n"
        "  2 left out: truncated\n"
        "  1 left out: the first step has no label"
    )
    rows = [json.loads(line) for line in Path(output).read_text().splitlines()]
    assert [row["labels"] for row in rows] == [[True, False], [True, True, True]]
    assert list(rows[0]) == ["prompt", "completions", "labels"]


def test_parquet_loads_with_the_columns_of_the_format(run: str, tmp_path: Path) -> None:
    output = str(tmp_path / "rows.parquet")
    assert "2 of 5 rows written as processbench" in export(run, "processbench", output, [])
    rows = datasets.Dataset.from_parquet(output, cache_dir=str(tmp_path / "cache"))
    assert rows["id"] == ["a/solve#0", "a/solve#1"]
    assert rows["label"] == [1, -1]
    assert rows.features["final_answer_correct"] == datasets.Value("bool")


@pytest.fixture
def paired(tmp_path: Path) -> str:
    pairs = [
        pair(id="a/solve/0/repair#1"),
        pair(id="b/solve/0/repair#0", prefix=""),
        pair(id="b/solve/1/repair#0", preference=0.6),
        pair("the same", "the same", id="c/solve/0/repair#0"),
    ]
    return finished_run(tmp_path / "paired", [solution()], pairs=pairs)


def test_pairs_are_read_from_a_table_of_their_own(paired: str, tmp_path: Path) -> None:
    output = str(tmp_path / "pairs.jsonl")
    said = export(paired, "preference", output, ["min_preference=0.75", 'prompt_end="\\n"'])
    assert said == (
        f"{output}: 2 of 4 pairs written as preference\n"
        "  1 left out: chosen and rejected are the same text\n"
        "  1 left out: the preference is below 0.75"
    )
    rows = [json.loads(line) for line in Path(output).read_text().splitlines()]
    assert list(rows[0]) == ["prompt", "chosen", "rejected", "preference", "kept_fraction"]
    prompt = "Add 2 and 3, then double.\n"
    assert sorted(row["prompt"] for row in rows) == [prompt, f"{prompt}2 + 3 = 5\n"]


def test_a_run_without_pairs_is_refused_with_the_strategies_that_make_them(
    run: str, tmp_path: Path
) -> None:
    output = tmp_path / "pairs.jsonl"
    with pytest.raises(UserError, match=r"made no pairs; strategies that do: .*repair") as refused:
        export(run, "preference", str(output), [])
    named = set(str(refused.value).rpartition(": ")[2].split(", "))
    assert named >= {"bisect", "hierarchy_descent", "mcts", "mismatch_negatives", "omega", "repair"}
    assert "sample" not in named
    assert not output.exists()


def test_options_are_read_as_in_a_recipe(run: str, tmp_path: Path) -> None:
    output = str(tmp_path / "rows.jsonl")
    said = export(run, "trl", output, ["labels=value", "threshold=0.3", "nulls = 'drop'"])
    assert said.startswith(f"{output}: 1 of 5 rows written as trl\n")
    [row] = [json.loads(line) for line in Path(output).read_text().splitlines()]
    assert row["labels"] == [True, False, True]


def test_a_second_export_replaces_the_first_and_leaves_nothing_beside_it(
    run: str, tmp_path: Path
) -> None:
    output = tmp_path / "out" / "rows.jsonl"
    export(run, "trl", str(output), [])
    first = output.read_bytes()
    export(run, "trl", str(output), [])
    assert output.read_bytes() == first
    assert list(output.parent.iterdir()) == [output]


def test_no_row_at_all_is_said_and_not_hidden(tmp_path: Path) -> None:
    run = finished_run(tmp_path / "run", [solution((None, None, None))])
    output = str(tmp_path / "rows.jsonl")
    assert "0 of 1 rows written" in export(run, "trl", output, [])
    assert Path(output).read_bytes() == b""


@pytest.mark.parametrize(
    ("form", "ending", "overrides", "error", "message"),
    [
        ("tlr", "jsonl", [], UnknownNameError, "no format 'tlr'; did you mean 'trl'?"),
        ("trl", "json", [], UserError, "ends in '.json'; did you mean '.jsonl'?"),
        ("trl", "jsonl", ["null=drop"], RecipeError, "unknown option 'null'; did you mean 'nulls'"),
        ("trl", "jsonl", ["nulls=dropp"], RecipeError, "option 'nulls' was given 'dropp'"),
        ("trl", "jsonl", ["drop"], RecipeError, "--set 'drop': write key=value"),
        ("processbench", "jsonl", ["nulls=drop"], RecipeError, "unknown option 'nulls'"),
    ],
)
def test_a_mistake_is_named_with_the_nearest_right_one_before_anything_is_read(
    form: str,
    ending: str,
    overrides: list[str],
    error: type[UserError],
    message: str,
    tmp_path: Path,
) -> None:
    output = tmp_path / f"rows.{ending}"
    with pytest.raises(error, match=re.escape(message)):
        export("nowhere", form, str(output), overrides)
    assert not output.exists()


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        export(str(tmp_path), "trl", str(tmp_path / "rows.jsonl"), [])


def test_remote_places_are_read_through_beam_and_local_ones_are_not() -> None:
    from stepsmith.transforms.beam.files import BeamFiles

    assert isinstance(files_at("gs://bucket/run"), BeamFiles)
    assert isinstance(files_at("/data/run"), LocalFiles)
