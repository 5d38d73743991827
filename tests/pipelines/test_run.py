"""A whole run: the same rows whatever the runner, the shards and the window; errors kept."""

import json
import os
from pathlib import Path

import pytest
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory
from stepsmith.schemas.errors import RunError, UserError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.read import read_trajectories
from tests.pipelines.runs import digests, write_recipe


def finished(recipe: Path, root: Path, *overrides: str, workers: int = 1) -> Manifest:
    job = make_job(str(recipe), output=str(root), overrides=overrides)
    manifest = run(job, RunOptions(workers=workers, quiet=True))
    assert manifest is not None
    return manifest


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipe(tmp_path)


def test_every_problem_is_accounted_for_and_every_count_is_in_the_manifest(
    recipe: Path, tmp_path: Path
) -> None:
    manifest = finished(recipe, tmp_path / "out")
    counts = manifest.counts
    assert (counts.planned, counts.done, counts.failed, counts.skipped) == (12, 12, 0, 0)
    assert counts.rows == 24
    assert sum(counts.outcomes.values()) == 24
    assert sum(counts.correct.values()) == counts.steps
    assert {entry.path.partition("/")[0] for entry in manifest.files} == {
        "trajectories",
        "rollouts",
    }
    assert (tmp_path / "out/_SUCCESS").exists()
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert not list((tmp_path / "out/journal").iterdir())


def test_a_pool_of_two_processes_writes_the_same_bytes(recipe: Path, tmp_path: Path) -> None:
    finished(recipe, tmp_path / "one")
    finished(recipe, tmp_path / "two", workers=2)
    assert digests(tmp_path / "two") == digests(tmp_path / "one")
    processes = [path.stem.rpartition("-")[2] for path in (tmp_path / "two/status").iterdir()]
    assert len(processes) == 2
    assert str(os.getpid()) not in processes


def test_threads_off_the_main_thread_write_the_same_bytes(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(recipe, tmp_path / "one")
    monkeypatch.setattr(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 0)
    job = make_job(str(recipe), output=str(tmp_path / "threads"), overrides=[])
    threads = ("--direct_running_mode=multi_threading", "--direct_num_workers=2")
    run(job, RunOptions(quiet=True, beam_args=threads))
    assert digests(tmp_path / "threads") == digests(tmp_path / "one")


@pytest.mark.parametrize("shards", [1, 2, 5])
def test_the_shard_count_changes_no_row(recipe: Path, tmp_path: Path, shards: int) -> None:
    finished(recipe, tmp_path / "four")
    finished(recipe, tmp_path / "other", f"shards={shards}")
    assert rows(tmp_path / "other") == rows(tmp_path / "four")


def test_neither_window_nor_latency_changes_a_byte(recipe: Path, tmp_path: Path) -> None:
    finished(recipe, tmp_path / "a", "window=1")
    finished(recipe, tmp_path / "b", "window=32", "engine.latency_s=0.01")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_a_finished_run_is_not_run_again(recipe: Path, tmp_path: Path) -> None:
    first = finished(recipe, tmp_path / "out")
    assert finished(recipe, tmp_path / "out") == first


def test_another_recipe_in_the_same_place_is_refused_with_the_difference(
    recipe: Path, tmp_path: Path
) -> None:
    finished(recipe, tmp_path / "out")
    with pytest.raises(RunError, match=r'(?s)-\s+"rollouts": 3.*\+\s+"rollouts": 5.*--fresh'):
        finished(recipe, tmp_path / "out", "strategy.rollouts=5")


def test_another_shard_count_is_refused_with_the_way_out(recipe: Path, tmp_path: Path) -> None:
    finished(recipe, tmp_path / "out")
    with pytest.raises(RunError, match=r"begun with 4 shards, not 5.*--set shards=4"):
        finished(recipe, tmp_path / "out", "shards=5")


def test_fresh_begins_again_and_leaves_nothing_of_the_run_before(
    recipe: Path, tmp_path: Path
) -> None:
    finished(recipe, tmp_path / "out")
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=["shards=2"])
    run(job, RunOptions(quiet=True, fresh=True))
    assert all("of-00002" in name for name in digests(tmp_path / "out"))


def test_bad_lines_are_written_with_their_place_and_the_rest_runs(
    recipe: Path, tmp_path: Path
) -> None:
    problems = tmp_path / "problems.jsonl"
    lines = problems.read_text().splitlines()
    lines[3] = '{"question": "1 + 1 =", '
    lines[5] = json.dumps({"qestion": "1 + 1 =", "answer": "2"})
    problems.write_text("\n".join(lines))
    with pytest.raises(RunError, match=r"2 of 12 problems failed and the recipe allows 0.0%"):
        finished(recipe, tmp_path / "out")
    assert not (tmp_path / "out/_SUCCESS").exists()
    counts = finished(recipe, tmp_path / "out", "max_error_rate=0.2").counts
    assert (counts.planned, counts.done, counts.failed) == (12, 10, 2)


def test_a_search_that_raises_is_the_error_of_its_own_problem(recipe: Path, tmp_path: Path) -> None:
    problems = tmp_path / "problems.jsonl"
    with problems.open("a") as file:
        file.write(json.dumps({"question": "no sum in here", "answer": "2"}) + "\n")
    counts = finished(recipe, tmp_path / "out", "max_error_rate=0.1").counts
    assert (counts.planned, counts.done, counts.failed) == (13, 12, 1)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--runner=DaskRunner", "drops what a bundle emits at its end"),
        ("--runner=PrismRunner", "downloaded at run time"),
        ("--direct_running_mode=multi_threading", "loses elements silently"),
        ("--direct_running_mode=multi_processing", "hangs for ever"),
    ],
)
def test_what_loses_data_is_refused_with_the_reason(
    recipe: Path, tmp_path: Path, argument: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 1000)
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[])
    with pytest.raises(UserError, match=message):
        run(job, RunOptions(beam_args=(argument,)))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (RunOptions(workers=0), "--workers 0: a run has at least one"),
        (
            RunOptions(workers=2, beam_args=("--runner=DataflowRunner",)),
            "--workers is for local runs",
        ),
    ],
)
def test_workers_are_at_least_one_and_local(
    recipe: Path, tmp_path: Path, options: RunOptions, message: str
) -> None:
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[])
    with pytest.raises(UserError, match=message):
        run(job, options)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("strategy.kind=monte_carl", r"no strategy 'monte_carl'; did you mean 'monte_carlo'"),
        ("strategy.rolouts=3", r"unknown option 'rolouts'; did you mean 'rollouts'"),
        ("strategy.rollouts=many", r"option 'rollouts' was given 'many': Expected `int`"),
        ("verify.outcome=math.anwser", r"no verifier 'math.anwser'; did you mean 'math.answer'"),
        ("policy.latency_s=0.5", r"latency_s stands in \[policy\] and in \[engine\]"),
        ("shards=0", "shards = 0"),
    ],
)
def test_a_wrong_name_or_option_is_found_before_anything_runs(
    recipe: Path, tmp_path: Path, override: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        make_job(str(recipe), output=str(tmp_path / "out"), overrides=[override])


def rows(root: Path) -> set[LabelledTrajectory]:
    return set(read_trajectories(LocalFiles(), str(root)))
