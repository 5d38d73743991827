"""The command line as a process: what it prints where, and what it does when nobody reads on."""

import os
import subprocess
import sys
from pathlib import Path

from tests.pipelines.runs import write_recipe


def stepsmith(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stepsmith.pipelines", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_reader_that_leaves_early_is_no_error_to_report() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = stepsmith("list", "strategies", stdout=writer)
    os.close(writer)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (1, "")


def test_what_is_wrong_goes_to_standard_error_with_the_nearest_name() -> None:
    process = stepsmith("list", "strategy")
    printed, errors = process.communicate()
    assert process.returncode in {1, 2}
    assert printed == ""
    assert "strategies" in errors


def test_what_a_stage_raises_on_purpose_is_said_once_and_without_a_trace(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    output = ("--output", str(tmp_path / "out"))
    process = stepsmith(
        "run", str(recipe), *output, "--set", f"source.path={tmp_path}/problem.jsonl"
    )
    printed, errors = process.communicate()
    assert (process.returncode, printed) == (1, "")
    [line] = [line for line in errors.splitlines() if not line.startswith("starting")]
    assert line.startswith(f"stepsmith: no file matches '{tmp_path}/problem.jsonl'; did you mean")
    assert "while running" not in line


def test_a_place_that_cannot_be_written_to_is_named_without_a_trace(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    process = stepsmith("run", str(recipe), "--output", f"{recipe}/out")
    printed, errors = process.communicate()
    assert (process.returncode, printed) == (1, "")
    said = "cannot be a run's folder (Not a directory): choose another --output"
    assert errors == f"stepsmith: {recipe}/out {said}\n"


def test_help_leads_a_new_user_from_the_list_to_a_first_run() -> None:
    printed, _ = stepsmith("--help").communicate()
    steps = printed.partition("first steps:")[2].split("\n")
    assert [line.split()[1] for line in steps if line][:3] == ["list", "run", "show"]


def test_an_argument_too_many_is_named_with_the_help_that_lists_them() -> None:
    process = stepsmith("plan", "demo", "--nosuch")
    printed, errors = process.communicate()
    assert (process.returncode, printed) == (2, "")
    assert errors.endswith("unknown arguments: --nosuch; see: stepsmith plan --help\n")
