"""Summing up a run: every count, the engine where there was one, and what to type next."""

import dataclasses
from typing import Any

import msgspec
import pytest

from stepsmith.pipelines.counts import Counts
from stepsmith.pipelines.manifest import FileEntry, Manifest
from stepsmith.pipelines.summary import summary
from stepsmith.schemas.recipe import Component, Recipe, Verifiers
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.meter import EngineUsage

JOB = Job(
    recipe=Recipe(
        name="sums",
        source=Component(kind="jsonl"),
        policy=Component(kind="simulated"),
        strategy=Component(kind="sample"),
        verify=Verifiers(outcome="math.answer"),
        label=Component(kind="first_error"),
    ),
    root="out/my sums",
    digest="0",
    version="1",
)
COUNTS = Counts(
    planned=60,
    done=57,
    failed=1,
    skipped=2,
    rows=1240,
    kept=1200,
    steps=5000,
    rollouts=9000,
    tokens=66000,
    outcomes={"invalid": 900, "undecided": 40, "valid": 300},
    correct={"right": 3000, "unknown": 1500, "wrong": 500},
    with_value=4000,
    first_errors=500,
    undecided={"math.answer/no answer": 3, "reply/truncated": 37},
)
USAGE = EngineUsage(elapsed_s=130.0, busy_s=124.8, n_requests=90, n_tokens=66000)


def manifest(engine: object = None, counts: Counts = COUNTS, **run: object) -> Manifest:
    return Manifest(
        name="sums",
        recipe_digest="0",
        code_version="1",
        counts=counts,
        files=(
            FileEntry(path="errors/source-0.parquet", rows=1, bytes=40_000, sha256=""),
            FileEntry(path="trajectories/train-0.parquet", rows=640, bytes=1_000_000, sha256=""),
            FileEntry(path="trajectories/train-1.parquet", rows=600, bytes=234_567, sha256=""),
        ),
        run={"engine": engine, **run},
    )


EXPECTED = """\
sums: 1,240 labelled solutions
  problems      60 planned = 57 done + 1 failed + 2 without a row
  rows          1,240, 1,200 of them kept; 9,000 rollouts
  outcomes      300 valid, 900 invalid, 40 undecided
  steps         5,000: 3,000 right, 500 wrong, 1,500 unknown
  values        4,000 steps have one
  first errors  known in 500 rows
  undecided     37 reply/truncated
                3 math.answer/no answer
  engine        508 tokens/s, 96% busy over 130 s (66,000 tokens)
  trajectories  out/my sums/trajectories/*-of-*.parquet (1,240 rows, 2 files, 1.2 MB)
  errors        out/my sums/errors/*-of-*.parquet (1 row, 1 file, 0.0 MB)

Next:
  stepsmith show 'out/my sums'
  stepsmith export 'out/my sums' --format trl --output sums.jsonl
  datasets.load_dataset("parquet", data_files='out/my sums/trajectories/*-of-*.parquet')"""


def test_everything_is_counted_and_the_next_commands_can_be_pasted() -> None:
    assert summary(JOB, manifest(dataclasses.asdict(USAGE))) == EXPECTED


def test_a_manifest_that_was_read_back_gives_the_same() -> None:
    made = manifest(dataclasses.asdict(USAGE))
    read = msgspec.json.decode(msgspec.json.encode(made), type=Manifest)
    assert summary(JOB, read) == EXPECTED


@pytest.mark.parametrize("engine", [None, dataclasses.asdict(EngineUsage())])
def test_an_engine_that_was_not_asked_is_not_reported(engine: Any) -> None:
    lines = summary(JOB, manifest(engine)).splitlines()
    expected = [line for line in EXPECTED.splitlines() if not line.startswith("  engine")]
    assert lines == expected


def test_trees_and_pairs_are_counted_where_a_search_made_some() -> None:
    counts = dataclasses.replace(COUNTS, nodes=1, pairs=2400)
    made = manifest(counts=counts)
    tree = FileEntry(path="trees/train-0.parquet", rows=1, bytes=50_000, sha256="")
    pairs = FileEntry(path="pairs/train-0.parquet", rows=2400, bytes=1_000_000, sha256="")
    lines = summary(JOB, dataclasses.replace(made, files=(*made.files, tree, pairs))).splitlines()
    assert "  searches      1 tree node, 2,400 pairs" in lines
    assert "  trees         out/my sums/trees/*-of-*.parquet (1 row, 1 file, 0.1 MB)" in lines
    assert "  pairs         out/my sums/pairs/*-of-*.parquet (2,400 rows, 1 file, 1.0 MB)" in lines


def test_edited_programs_are_counted_with_the_share_that_the_tests_let_through() -> None:
    made = manifest(
        counts=dataclasses.replace(
            COUNTS,
            mutations={
                "mutation/error": 250,
                "mutation/pass": 250,
                "mutation/timeout": 1000,
                "mutation/unjudgeable": 3,
                "mutation/wrong_answer": 1000,
                "refactoring/pass": 99,
                "refactoring/wrong_answer": 1,
                "teacher.mutation/sandbox_error": 2,
                "teacher.refactoring/pass": 4,
            },
        )
    )
    lines = [line for line in summary(JOB, made).splitlines() if "sandbox_error" in line]
    none = "0 unjudgeable, 0 tests_error, 0 sandbox_error"
    assert lines == [
        f"  mutations     2,503: 2,250 killed (90.0%), 250 survived (10.0%), 3{none[1:]}",
        f"  refactorings  100: 1 failed (1.0%), 99 passed (99.0%), {none}",
        "  teacher's     2: 0 unjudgeable, 0 tests_error, 2 sandbox_error",
        f"  teacher's     4: 0 failed (0.0%), 4 passed (100.0%), {none}",
    ]


def test_a_run_without_rows_can_be_summed_up() -> None:
    text = summary(JOB, Manifest(**{**_fields(manifest(counts=Counts())), "files": (), "run": {}}))
    assert text.startswith("sums: 0 labelled solutions\n  problems      0 planned = 0 done")
    assert "undecided     " not in text


def _fields(made: Manifest) -> dict[str, Any]:
    return {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
