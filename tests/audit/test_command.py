"""The command: files, oracles and runs against labels, and what it writes."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stepsmith.pipelines.audit.command import (
    Audit,
    audit,
    half_of,
    named_verifiers,
    run_audit,
)
from stepsmith.pipelines.cli import main
from stepsmith.schemas import LabelledTrajectory, StepLabel, UserError, Verdict
from tests.audit import made
from tests.format.solutions import STEPS, solution
from tests.pipelines.finished_run import finished_run

Write = Callable[..., str]

ARITHMETIC = ("math.arithmetic",)


def _row(index: int, label: int, *steps: str) -> dict[str, Any]:
    return {"id": f"r{index}", "problem": f"problem {index}", "steps": steps, "label": label}


@pytest.fixture
def labels(write: Write) -> str:
    rows = [
        _row(0, 1, "2 + 3 = 5", "5 + 1 = 7", "done"),
        _row(1, -1, "2 + 3 = 5", "so 2 + 2 = 5"),
        _row(2, -1, "2 + 3 = 5"),
        _row(3, 9, "out of range"),
        _row(4, 0, "it is blue"),
    ]
    return write(rows)


def test_a_file_is_judged_on_its_own_labels(labels: str) -> None:
    done = run_audit(Audit(dataset=labels, verifiers=ARITHMETIC))
    [row] = done.table.rows
    assert (row.name, row.precision.hits, row.precision.of) == ("math.arithmetic", 1, 2)
    assert (row.recall.hits, row.recall.of) == (1, 2)
    assert done.against == "its own labels"
    assert "(format processbench, guessed from the fields label, problem, steps)" in done.dataset


def test_a_bad_row_is_an_error_of_the_report_and_the_rest_goes_on(labels: str) -> None:
    done = run_audit(Audit(dataset=labels, verifiers=ARITHMETIC))
    assert done.table.counts.solutions == 4
    [error] = done.errors
    assert (error.location, error.line, error.field) == (labels, 4, "label")
    assert "allowed: 0 to 0, or -1 for no error" in error.message


def test_a_form_that_fits_no_row_is_an_error_and_not_an_empty_audit(labels: str) -> None:
    with pytest.raises(
        UserError, match=r"no row of .*format gsm8k\) can be used; .*, row 1, field"
    ):
        run_audit(Audit(dataset=labels, form="gsm8k"))


def test_the_verifiers_of_steps_judge_where_none_is_named(labels: str) -> None:
    assert run_audit(Audit(dataset=labels)).table.rows[0].name == "math.arithmetic"


def test_a_limit_takes_the_first_of_the_chosen_half(labels: str) -> None:
    problems = [f"problem {index}" for index in (0, 1, 2, 4)]
    for half in ("tune", "held-back"):
        expected = sum(half_of(problem) == half for problem in problems)
        done = run_audit(Audit(dataset=labels, verifiers=ARITHMETIC, half=half))
        assert done.table.counts.solutions == expected
        assert done.half == half
    assert run_audit(Audit(dataset=labels, limit=2)).table.counts.solutions == 2


def test_the_halves_are_fixed_by_the_text_of_the_problem() -> None:
    assert half_of("problem 1") == "held-back"
    assert half_of("problem 2") == "tune"


def test_an_oracle_can_be_audited_and_arithmetic_is_perfect_on_it() -> None:
    done = run_audit(Audit(dataset="oracle:arithmetic,size=30", verifiers=ARITHMETIC))
    [row] = done.table.rows
    assert row.f1.value == row.precision.value == row.localisation.value == 1.0


@pytest.fixture
def run(tmp_path: Path) -> str:
    wrong = Verdict(outcome="invalid", verifier="math.arithmetic", version="1", evidence="10")
    holds = Verdict(outcome="valid", verifier="math.arithmetic", version="1")
    row = solution((True, False, None))
    labels = (
        StepLabel(correct=True, verdicts=(holds,)),
        StepLabel(correct=False, verdicts=(wrong,)),
        StepLabel(),
    )
    bare = solution((None, None), id="q/solve#0", texts=("1 + 1 = 3\n", "The answer is 3."))
    unknown = solution((None,), id="u/solve#0", texts=("nobody knows",))
    rows: list[LabelledTrajectory] = [dataclasses.replace(row, labels=labels), bare, unknown]
    return finished_run(tmp_path / "run", rows)


@pytest.fixture
def human(write: Write) -> str:
    prompt = solution().problem.prompt
    first = {"id": "p", "problem": prompt, "steps": [text.strip() for text in STEPS], "label": 1}
    second = {"id": "q", "problem": prompt, "steps": ["1 + 1 = 3", "The answer is 3."], "label": 0}
    return write([first, second], "human.jsonl")


def test_a_run_is_audited_by_its_own_verdicts_and_labels(run: str, human: str) -> None:
    done = run_audit(Audit(dataset=run, against=human))
    rows = {row.name: row for row in done.table.rows}
    assert list(rows) == ["math.arithmetic", "labels.correct", "labels.first_error"]
    for row in rows.values():
        assert (row.recall.hits, row.recall.of) == (1, 2)
    assert set(rows["math.arithmetic"].abstained) == {"not asked"}
    assert done.joined is not None
    assert (done.joined.candidates, done.joined.joined) == (3, 2)
    assert done.joined.unjoined == {"nobody labelled these steps of the problem": 1}


def test_a_run_is_judged_anew_by_the_verifiers_that_are_named(run: str, human: str) -> None:
    done = run_audit(Audit(dataset=run, against=human, verifiers=ARITHMETIC))
    assert done.table.rows[0].recall.hits == 2


def test_a_run_that_was_never_judged_has_rows_for_its_labels_alone(
    tmp_path: Path, human: str
) -> None:
    bare = finished_run(tmp_path / "bare", [solution()])
    rows = run_audit(Audit(dataset=bare, against=human)).table.rows
    assert [row.name for row in rows] == ["labels.correct", "labels.first_error"]


def test_a_file_of_other_labels_is_audited_as_one_more_side(write: Write, labels: str) -> None:
    claimed = write([_row(0, 0, "2 + 3 = 5", "5 + 1 = 7", "done")], "model.jsonl")
    done = run_audit(Audit(dataset=claimed, against=labels, verifiers=ARITHMETIC))
    assert [row.name for row in done.table.rows] == ["math.arithmetic", "labels.correct"]
    assert done.table.rows[0].localisation.hits == 1
    assert done.table.rows[1].localisation.hits == 0


def test_a_run_alone_says_nothing_of_what_is_true(run: str) -> None:
    with pytest.raises(UserError, match=r"is no file of labels .* for a run, say by --against"):
        run_audit(Audit(dataset=run))


def test_marks_of_one_audit_are_counted_in_the_next(labels: str, tmp_path: Path) -> None:
    first = run_audit(Audit(dataset=labels, verifiers=ARITHMETIC))
    [alarm] = [each for each in first.disagreements if each.kind == "false alarm"]
    marks = tmp_path / "marks.json"
    marks.write_text(json.dumps({"marks": [{"key": alarm.key, "mark": "tool"}]}))
    again = run_audit(Audit(dataset=labels, verifiers=ARITHMETIC, marks=str(marks)))
    assert again.table == first.table
    assert again.after_marks is not None
    assert again.after_marks.rows[0].precision.value == 1.0
    assert again.marks == {"tool": 1, "human": 0, "unclear": 0, "unmarked": 1, "unused": 0}


def test_files_are_written_and_named(labels: str, tmp_path: Path) -> None:
    paths = {"json": str(tmp_path / "out" / "a.json"), "html": str(tmp_path / "out" / "a.html")}
    said = audit(Audit(dataset=labels, verifiers=ARITHMETIC), **paths)
    assert said.endswith(f"written: {paths['json']}\nwritten: {paths['html']}")
    assert json.loads(Path(paths["json"]).read_text())["schema"] == "stepsmith-audit-1"
    assert Path(paths["html"]).read_text().startswith("<!doctype html>")


def test_the_command_prints_the_table_and_keeps_progress_off_it(
    labels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", labels, "--verifiers", "math.arithmetic", "--limit", "1"]) == 0
    assert "1 solutions: 1 with a first error" in capsys.readouterr().out


def test_the_command_takes_a_map(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write([{"q": "p", "text": "2 + 3 = 6\n2 + 2 = 4", "first": 1}])
    columns = "problem=q,steps=text,label=first,base=1"
    assert main(["audit", path, "--map", columns, "--quiet"]) == 0
    assert "1 with a first error" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--verifiers", "math.aritmetic"], "did you mean 'math.arithmetic'"),
        (["--verifiers", ","], "names no verifier"),
        (["--format", "procesbench"], "no audit format 'procesbench'; did you mean 'processbench'"),
        (["--map", "problem"], "--map: 'problem' is no option; write name=value"),
        (["--map", "problem=q,steps=s,labl=l"], "unknown option 'labl'; did you mean 'label'"),
        (["--marks", "nowhere.json"], "cannot read the marks in nowhere.json"),
        (["--against", "nowhere.jsonl"], "no file 'nowhere.jsonl'"),
    ],
)
def test_what_cannot_be_done_is_said(
    labels: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", labels, "--quiet", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_a_limit_of_none_is_bad_usage(labels: str, capsys: pytest.CaptureFixture[str]) -> None:
    for limit in ("0", "x"):
        with pytest.raises(SystemExit, match="2"):
            main(["audit", labels, "--limit", limit])
    assert "0 is less than 1" in capsys.readouterr().err


def test_verifiers_are_named_with_commas() -> None:
    assert named_verifiers(" a, b,") == ("a", "b")
    assert named_verifiers(None) == ()


def test_what_export_writes_can_be_audited(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = str(tmp_path / "exported.parquet")
    assert main(["export", run, "--format", "processbench", "--output", exported]) == 0
    assert main(["audit", exported, "--verifiers", "math.arithmetic", "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "format processbench, guessed" in out
    assert "100.0 %" in out


def test_every_made_row_is_audited_whatever_its_form(write: Write) -> None:
    for row in (made.MISTAKE, made.STEPVERIFY, made.MR_BEN, made.PROCESSBENCH, made.CHAMP):
        done = run_audit(Audit(dataset=write([row]), verifiers=ARITHMETIC))
        assert (done.table.counts.solutions, done.errors) == (1, ())
