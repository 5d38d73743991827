"""The recipe `mismatch_negatives`, from two files of solved problems to rows and pairs."""

import json
from pathlib import Path

import pytest

from stepsmith.pipelines.dataset import read_dataset
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory, Pair
from stepsmith.schemas.arrow import PAIRS
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.read import read_rows
from tests.negatives.mismatch.made import MANY

Made = tuple[list[LabelledTrajectory], list[Pair], dict[str, int]]


def make(folder: Path, name: str, *overrides: str) -> Made:
    tables = []
    for domain in ("words", "algebra"):
        path = folder / f"{domain}.jsonl"
        lines = [
            {"id": one.id, "question": one.prompt, "answer": one.answer, **json.loads(one.payload)}
            for one in MANY
            if one.domain == domain
        ]
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        tables.append(f"{{kind='jsonl', path='{path}', domain='{domain}'}}")
    root = str(folder / name)
    given = (f"source.sources=[{','.join(tables)}]", *overrides)
    manifest = run(
        make_job("mismatch_negatives", output=root, overrides=given), RunOptions(quiet=True)
    )
    assert manifest is not None
    assert (manifest.counts.planned, manifest.counts.failed) == (len(MANY), 0)
    rows = sorted(read_dataset(root), key=lambda row: row.trajectory.id)
    pairs = sorted(read_rows(LocalFiles(), root, PAIRS), key=lambda pair: pair.id)
    return rows, pairs, dict(manifest.counts.correct)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("mismatch"), "whole")


def test_every_problem_s_own_solution_is_right_and_no_kept_mismatch_is(made: Made) -> None:
    rows, pairs, correct = made
    own = [row for row in rows if row.trajectory.origin == "reference"]
    assert len(own) == len(MANY)
    assert all(row.keep and row.outcome.outcome == "valid" for row in own)
    mixed = [row for row in rows if row.trajectory.origin == "counterfactual"]
    assert {row.outcome.outcome for row in mixed if row.keep} == {"invalid"}
    assert correct["wrong"] == sum(row.first_error is not None for row in mixed) > len(MANY)
    assert {pair.source for pair in pairs} == {
        "mismatch/other_domain",
        "mismatch/same_domain",
        "mismatch/same_template",
    }


def test_shards_and_parts_change_no_row(made: Made, tmp_path: Path) -> None:
    again = make(tmp_path, "again", "shards=1", "source.part_size=2")
    assert again == made
