"""What each command's exit status says, as `docs/cli.md` has it."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from stepsmith.pipelines import cli
from stepsmith.pipelines.option_values import amount, count, natural, positive, share
from tests.graph.made import made_folder
from tests.pipelines.finished_run import finished_run
from tests.pipelines.runs import write_recipe

DONE, FAILED, NOT_UNDERSTOOD = 0, 1, 2

# FOLDER holds a recipe sums.toml, a run `rows` of no rows, and a graph `graph`.
TABLE = [
    (DONE, "run FOLDER/sums.toml --output FOLDER/out --quiet"),
    (FAILED, "run nosuch"),
    (FAILED, "run FOLDER/sums.toml --set nosuch=1"),
    (FAILED, "run FOLDER/sums.toml --output FOLDER/none --retry-failed"),
    (NOT_UNDERSTOOD, "run"),
    (NOT_UNDERSTOOD, "run FOLDER/sums.toml --nosuch"),
    (NOT_UNDERSTOOD, "run FOLDER/sums.toml another"),
    (NOT_UNDERSTOOD, "run FOLDER/sums.toml --workers 0"),
    (NOT_UNDERSTOOD, "run FOLDER/sums.toml --fresh --retry-failed"),
    (DONE, "plan FOLDER/sums.toml --output FOLDER/planned"),
    (FAILED, "plan nosuch"),
    (FAILED, "plan FOLDER/sums.toml --actions 2"),
    (NOT_UNDERSTOOD, "plan FOLDER/sums.toml --nosuch"),
    (NOT_UNDERSTOOD, "plan FOLDER/sums.toml --probe 3 --steps 4"),
    (NOT_UNDERSTOOD, "plan FOLDER/sums.toml --step-success 1.5"),
    (NOT_UNDERSTOOD, "plan FOLDER/sums.toml --tokens-per-s 0"),
    (FAILED, "relabel FOLDER/none"),
    (NOT_UNDERSTOOD, "relabel FOLDER/none --nosuch"),
    (NOT_UNDERSTOOD, "relabel FOLDER/none --workers -1"),
    (DONE, "list strategies"),
    (NOT_UNDERSTOOD, "list nosuch"),
    (DONE, "explain math.arithmetic 2+2=5"),
    (FAILED, "explain nosuch 2+2=5"),
    (NOT_UNDERSTOOD, "explain math.arithmetic"),
    (DONE, "show FOLDER/rows"),
    (FAILED, "show FOLDER/none"),
    (NOT_UNDERSTOOD, "show FOLDER/rows -n 0"),
    (DONE, "export FOLDER/rows --format trl --output FOLDER/rows.jsonl"),
    (FAILED, "export FOLDER/rows --format nosuch --output FOLDER/rows.jsonl"),
    (FAILED, "export FOLDER/none --format trl --output FOLDER/rows.jsonl"),
    (NOT_UNDERSTOOD, "export FOLDER/rows"),
    (FAILED, "audit FOLDER/none"),
    (NOT_UNDERSTOOD, "audit FOLDER/rows --limit 0"),
    (FAILED, "dependence FOLDER/none"),
    (FAILED, "dependence FOLDER/rows"),
    (NOT_UNDERSTOOD, "dependence FOLDER/rows --max-control 2"),
    (NOT_UNDERSTOOD, "dependence FOLDER/rows --folds 1"),
    (DONE, "sandbox check --backend unsafe --minimum unsafe"),
    (FAILED, "sandbox check --image nosuch"),
    (NOT_UNDERSTOOD, "sandbox check --level nosuch"),
    (NOT_UNDERSTOOD, "sandbox"),
    (DONE, "graph info FOLDER/graph"),
    (DONE, "graph check FOLDER/graph"),
    (FAILED, "graph info FOLDER/none"),
    (FAILED, "graph build FOLDER/none --format tsv --output FOLDER/built"),
    (NOT_UNDERSTOOD, "graph paths FOLDER/graph a b --max-hops 0"),
    (NOT_UNDERSTOOD, "graph build --format tsv --output FOLDER/built --max-rejected -1"),
    (NOT_UNDERSTOOD, "nosuch"),
    (NOT_UNDERSTOOD, "run FOLDER/sums.toml --direct_num_workers x"),  # an option of Beam's
    (DONE, "--version"),
    (DONE, "plan --help"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("status")
    write_recipe(made, problems=2)
    finished_run(made / "rows", [])
    made_folder(made / "graph")
    return made


def status_of(arguments: Sequence[str]) -> object:
    try:
        return cli.main(arguments)
    except SystemExit as stopped:
        return stopped.code


@pytest.mark.parametrize(("status", "line"), TABLE)
def test_the_status_says_whether_it_was_done_failed_or_not_understood(
    folder: Path, status: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(line.replace("FOLDER", str(folder)).split()) == status
    said = capsys.readouterr().err
    assert "Traceback" not in said
    if status == FAILED:
        assert said.startswith("stepsmith: ")
        assert "Errno" not in said


def test_every_command_is_in_the_table_failed_and_not_understood() -> None:
    there = {(line.split()[0], status) for status, line in TABLE}
    assert {name for name, status in there if status == NOT_UNDERSTOOD} >= set(cli._COMMANDS)
    # What `list` takes is known before it does anything.
    assert {name for name, status in there if status == FAILED} == {*cli._COMMANDS} - {"list"}


@pytest.mark.parametrize(
    ("read", "written", "why"),
    [
        (count, "0", "0 is less than 1"),
        (count, "1.5", "'1.5' is no whole number"),
        (natural, "-1", "-1 is less than 0"),
        (amount, "-0.5", "-0.5 is less than 0"),
        (amount, "nan", "'nan' is no number"),
        (positive, "0", "0 is not more than 0"),
        (share, "1.01", "1.01 is more than 1"),
        (share, "inf", "'inf' is no number"),
    ],
)
def test_a_number_that_cannot_be_meant_is_bad_usage(
    read: Callable[[str], float], written: str, why: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(written)
    assert str(refused.value) == why
