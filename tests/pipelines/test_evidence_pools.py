"""The recipe `evidence_pools`, from a file of facts to a verdict on what was made."""

import dataclasses
import json
from pathlib import Path

import pytest

from stepsmith.pipelines.cli import main
from stepsmith.pipelines.dataset import read_dataset, read_evidence
from stepsmith.pipelines.export import export
from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import UserError
from tests.evidence.made import facts
from tests.pipelines.runs import write_recipe


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("facts") / "facts.jsonl"
    path.write_text("".join(f"{json.dumps(dataclasses.asdict(each))}\n" for each in facts()))
    return path


def make(table: Path, root: Path, *overrides: str) -> Manifest:
    given = (f"source.path={table}", "source.plain=10", "source.conditional=24", *overrides)
    job = make_job("evidence_pools", output=str(root), overrides=given)
    manifest = run(job, RunOptions(quiet=True))
    assert manifest is not None
    return manifest


@pytest.fixture(scope="module")
def made(table: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Manifest]:
    root = tmp_path_factory.mktemp("run") / "out"
    return str(root), make(table, root, "shards=3")


def test_each_example_is_a_row_of_one_labelled_step_and_one_of_the_table(
    made: tuple[str, Manifest],
) -> None:
    folder, manifest = made
    rows = {row.trajectory.id: row for row in read_dataset(folder)}
    evidence = {row.id: row for row in read_evidence(folder)}
    assert rows.keys() == evidence.keys()
    assert manifest.counts.failed == manifest.counts.skipped == 0
    for id_, row in rows.items():
        one = evidence[id_]
        assert (row.trajectory.text, [label.correct for label in row.labels]) == (
            one.claim,
            [one.label],
        )
        assert row.outcome.outcome == ("valid" if one.label else "invalid")
        assert row.first_error == (None if one.label else 0)
        assert f"Case:\n{one.case}\n\nEvidence:\n{one.evidence}\n" in row.problem.prompt
        assert row.problem.group_id == one.pair_group
        assert row.keep


def test_shards_change_no_row(made: tuple[str, Manifest], table: Path, tmp_path: Path) -> None:
    make(table, tmp_path / "one", "shards=1")

    def by_id(folder: str) -> list[object]:
        return sorted(read_evidence(folder), key=lambda row: row.id)

    assert by_id(made[0]) == by_id(str(tmp_path / "one"))
    assert {row.trajectory.id: row for row in read_dataset(made[0])} == {
        row.trajectory.id: row for row in read_dataset(str(tmp_path / "one"))
    }


def test_verification_triples_are_exported_by_block(
    made: tuple[str, Manifest], tmp_path: Path
) -> None:
    output = tmp_path / "triples.jsonl"
    export(made[0], "verification_triples", str(output), ["block=conditional"])
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    kept = [row for row in read_evidence(made[0]) if row.block == "conditional"]
    assert [(line["case"], line["evidence"], line["claim"], line["label"]) for line in lines] == [
        (row.case, row.evidence, row.claim, int(row.label)) for row in kept
    ]
    assert {line["negative_type"] for line in lines} == {None, "condition"}


def test_the_command_accepts_the_conditional_block_and_refuses_the_plain_one(
    made: tuple[str, Manifest], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    folder = made[0]
    assert main(["dependence", folder, "--block", "conditional"]) == 0
    assert "verdict: evidence-dependent" in capsys.readouterr().out
    assert main(["dependence", folder, "--block", "plain", "--folds", "3"]) == 3
    assert "evidence and claim alone predict the label" in capsys.readouterr().out
    found = json.loads(Path(folder, "evidence_dependence.json").read_bytes())
    assert found["verdict"] == "refused"
    assert main(["dependence", folder, "--block", "conditonal"]) == 1
    assert "did you mean 'conditional'" in capsys.readouterr().err


def test_a_run_without_evidence_is_refused_by_name(tmp_path: Path) -> None:
    job = make_job(
        str(write_recipe(tmp_path, problems=2)), output=str(tmp_path / "sums"), overrides=()
    )
    assert run(job, RunOptions(quiet=True)) is not None
    with pytest.raises(UserError, match="the strategy evidence_pools makes some"):
        read_evidence(str(tmp_path / "sums"))
