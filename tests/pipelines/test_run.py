"""A whole run: the same rows whatever the runner, the shards and the window; errors kept."""

import json
import os
import re
from pathlib import Path

import pytest
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from stepsmith.pipelines.cli import main
from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import OPTIONS, RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory
from stepsmith.schemas.errors import RecipeError, RunError, UserError
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


def test_what_a_killed_process_left_half_written_is_gone_when_the_run_ends(
    recipe: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (out / "status").mkdir(parents=True)
    (out / "rollouts").mkdir()
    for name in ("tmpabcd1234.tmp", "rollouts/tmpabcd1234.tmp", "status/tmp-host-7.tmp"):
        (out / name).write_bytes(b"half")
    finished(recipe, out)
    assert not list(out.rglob("*.tmp"))


def test_a_journal_that_outlived_its_finished_shard_is_gone_after_the_next_run(
    recipe: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    finished(recipe, out)
    before = digests(out)
    left_over = out / "journal/00001-of-00004.journal"
    left_over.write_bytes(b"the replies of the finished shard")
    (out / "_SUCCESS").unlink()
    finished(recipe, out)
    assert digests(out) == before
    assert not list((out / "journal").iterdir())


def test_a_folder_may_have_any_name(recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out [1]*?"
    manifest = finished(recipe, out)
    assert sum(1 for _ in read_trajectories(LocalFiles(), str(out))) == manifest.counts.rows
    (out / "_SUCCESS").unlink()
    assert finished(recipe, out).files == manifest.files


def test_what_was_half_written_is_gone_too_when_a_run_fails(recipe: Path, tmp_path: Path) -> None:
    left_over = tmp_path / "out/searched/tmpabcd1234.tmp"
    left_over.parent.mkdir(parents=True)
    left_over.write_bytes(b"half")
    # No shard can be written: its folder's name is taken.
    (tmp_path / "out/trajectories").write_bytes(b"")
    with pytest.raises(Exception, match="trajectories"):
        finished(recipe, tmp_path / "out")
    assert not left_over.exists()


def test_a_pool_of_two_processes_writes_the_same_bytes(recipe: Path, tmp_path: Path) -> None:
    one = finished(recipe, tmp_path / "one")
    two = finished(recipe, tmp_path / "two", workers=2)
    assert digests(tmp_path / "two") == digests(tmp_path / "one")
    # The last that each of them said of itself is counted.
    assert two.run["engine"]["n_samples"] == one.run["engine"]["n_samples"] == one.counts.rollouts
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
    with pytest.raises(
        RunError,
        match=r"(?s)2 of 12 problems failed and the recipe allows 0.0%.*"
        r"\nThe first: .*problems.jsonl, line 4: \w+: ",
    ):
        finished(recipe, tmp_path / "out")
    assert not (tmp_path / "out/_SUCCESS").exists()
    counts = finished(recipe, tmp_path / "out", "max_error_rate=0.2").counts
    assert (counts.planned, counts.done, counts.failed) == (12, 10, 2)


def test_a_source_without_a_problem_is_an_error_and_can_be_filled(
    recipe: Path, tmp_path: Path
) -> None:
    problems = tmp_path / "problems.jsonl"
    lines = problems.read_text()
    problems.write_text("")
    with pytest.raises(RunError, match=r"the source \(jsonl\) gave no problem; .*problems.jsonl"):
        finished(recipe, tmp_path / "out")
    assert not (tmp_path / "out/_SUCCESS").exists()
    problems.write_text(lines)
    assert finished(recipe, tmp_path / "out").counts.done == 12


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
    ("arguments", "message"),
    [
        (("--outptu", "x"), r"unknown argument '--outptu': .*; did you mean --output\?"),
        (("--retry-faild",), r"did you mean --retry-failed\?"),
        (("--experimnts=x",), r"did you mean --experiments or "),
        (("other.toml",), r"unknown argument 'other.toml': neither an option of this command nor"),
        (("--runner=DataflowRunner", "--fressh"), r"did you mean --fresh\?"),
    ],
)
def test_what_is_no_option_is_refused_with_the_nearest_one(
    recipe: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[])
    with pytest.raises(UserError, match=message):
        run(job, RunOptions(beam_args=arguments))
    assert not (tmp_path / "out").exists()


def test_the_options_that_are_suggested_are_those_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    named = set(re.findall(r"(?m)^  (--[a-z-]+)", capsys.readouterr().out))
    assert named == set(OPTIONS)


def test_a_folder_in_the_place_of_a_recipe_is_refused_with_the_recipes_in_it(
    recipe: Path, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match=f"is a folder; .* in it: {recipe}$"):
        make_job(str(tmp_path), output=None, overrides=[])


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
