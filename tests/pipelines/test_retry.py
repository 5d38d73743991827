"""Trying again what failed: that and nothing else is asked, and nothing else changes."""

import dataclasses
import importlib
import json
import os
import pkgutil
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stepsmith import schemas, transforms
from stepsmith.pipelines.cli import main
from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.retry import FINAL
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.pipelines.summary import summary
from stepsmith.schemas.arrow import ERRORS, ROLLOUTS, TRAJECTORIES
from stepsmith.schemas.errors import EngineError, ProblemError, RunError, UserError
from stepsmith.schemas.records import ErrorRecord, LabelledTrajectory, Rollout
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.read import read_rows
from stepsmith.transforms.sink.shards import read_footer, read_shard, write_shard
from tests.pipelines.processes import until
from tests.pipelines.runs import digests, write_recipe
from tests.pipelines.warm_runs import IN_FLIGHT, Runs, SumServer, recipe_for

ALLOWED = "max_error_rate=1"
RETRYABLE = {"NotRunError", "PlanDeadlineError", "RejectedRequestError"}
OF_SOURCES = {"RowError"}


def attempt(recipe: Path, root: Path, *overrides: str, again: bool = False) -> Manifest:
    job = make_job(str(recipe), output=str(root), overrides=overrides)
    manifest = run(job, RunOptions(quiet=True, retry_failed=again))
    assert manifest is not None
    return manifest


def questions(folder: Path, count: int) -> list[str]:
    lines = (folder / "problems.jsonl").read_text().splitlines()
    return [json.loads(line)["question"] for line in lines[:count]]


def errors(root: Path) -> list[ErrorRecord]:
    paths = sorted(root.glob("errors/search-*.parquet"))
    return [error for path in paths for error in read_shard(LocalFiles(), str(path), ERRORS)]


def rows(root: Path) -> dict[str, list[LabelledTrajectory]]:
    found: dict[str, list[LabelledTrajectory]] = {}
    for path in sorted(root.glob("trajectories/*.parquet")):
        for row in read_shard(LocalFiles(), str(path), TRAJECTORIES):
            found.setdefault(row.problem.id, []).append(row)
    return found


def stamps(root: Path) -> dict[str, tuple[int, int]]:
    """Tell files that were written again from those that were not touched."""
    return {
        str(path.relative_to(root)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in root.rglob("*.*")
        if path.is_file() and "status" not in path.parts
    }


def test_only_what_failed_is_asked_and_the_bytes_are_those_of_a_run_without_failures(
    server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    attempt(recipe, tmp_path / "whole")
    unbroken = server.paid()
    server.forget()

    server.refuse(questions(tmp_path, 3))
    with pytest.raises(RunError, match=r"3 of 24 .*; 3 of them may succeed .* add --retry-failed"):
        attempt(recipe, tmp_path / "out")
    failed = {error.problem_id for error in errors(tmp_path / "out")}
    assert len(failed) == 3
    paid = server.paid()
    spent = [one for one in rollouts(tmp_path / "out") if one.problem_id in failed]
    assert spent  # of a problem that failed something was paid for, and is not to be paid again
    before = rows(tmp_path / "out")
    server.forget()

    server.refuse([])
    manifest = attempt(recipe, tmp_path / "out", again=True)
    assert manifest.run["retried"] == {"problems": 3, "failed": 0}
    assert (manifest.counts.failed, manifest.counts.done) == (0, 24)
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")
    assert sorted(paid + server.paid()) == sorted(unbroken)
    assert before == {one: of for one, of in rows(tmp_path / "out").items() if one not in failed}
    assert (tmp_path / "out/_SUCCESS").exists()
    for folder in ("retry", "journal"):
        assert not list((tmp_path / "out" / folder).iterdir())


def rollouts(root: Path) -> list[Rollout]:
    paths = sorted(root.glob("rollouts/*.parquet"))
    return [one for path in paths for one in read_shard(LocalFiles(), str(path), ROLLOUTS)]


def test_shards_without_a_failure_are_not_touched(server: SumServer, tmp_path: Path) -> None:
    recipe = recipe_for(server, tmp_path)
    server.refuse(questions(tmp_path, 1))
    attempt(recipe, tmp_path / "out", ALLOWED)
    [path] = (tmp_path / "out/errors").iterdir()
    shard = path.name.removeprefix("search-")
    before = stamps(tmp_path / "out")
    server.refuse([])
    attempt(recipe, tmp_path / "out", ALLOWED, again=True)
    after = stamps(tmp_path / "out")
    changed = {name for name in after if after[name] != before.get(name)}
    again = {
        f"{table}/train-{shard}" for table in ("trajectories", "rollouts", "searched", "judged")
    }
    assert changed == again | {"plan.json", "_MANIFEST.json"}
    assert set(before) - set(after) == {f"errors/search-{shard}"}


def test_verdicts_on_other_problems_stand_though_their_shard_is_made_again(
    server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    server.refuse(questions(tmp_path, 1))
    attempt(recipe, tmp_path / "out", ALLOWED, "shards=1")
    path = str(next((tmp_path / "out/judged").iterdir()))
    judged = read_shard(LocalFiles(), path, TRAJECTORIES)
    marked = [_with_evidence(row, "as it was then") for row in judged]
    footer = read_footer(LocalFiles(), path).metadata
    write_shard(LocalFiles(), path, TRAJECTORIES, marked, footer)
    [failed] = errors(tmp_path / "out")

    server.refuse([])
    attempt(recipe, tmp_path / "out", ALLOWED, "shards=1", again=True)
    for row in read_rows(LocalFiles(), str(tmp_path / "out"), TRAJECTORIES):
        evidence = {verdict.evidence for label in row.labels for verdict in label.verdicts}
        assert (evidence == {"as it was then"}) is (row.problem.id != failed.problem_id)


def _with_evidence(row: LabelledTrajectory, evidence: str) -> LabelledTrajectory:
    labels = tuple(
        dataclasses.replace(
            label,
            verdicts=tuple(
                dataclasses.replace(verdict, evidence=evidence) for verdict in label.verdicts
            ),
        )
        for label in row.labels
    )
    return dataclasses.replace(row, labels=labels)


def test_what_fails_again_is_counted_and_may_be_tried_once_more(
    server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    server.refuse(questions(tmp_path, 3))
    attempt(recipe, tmp_path / "out", ALLOWED)
    server.refuse(questions(tmp_path, 1))
    manifest = attempt(recipe, tmp_path / "out", ALLOWED, again=True)
    assert manifest.run["retried"] == {"problems": 3, "failed": 1}
    assert (manifest.counts.failed, manifest.counts.retryable) == (1, 1)
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[ALLOWED])
    lines = summary(job, manifest).splitlines()
    assert "  retried       3: 2 succeeded, 1 failed again" in lines
    assert lines[1].endswith("= 23 done + 1 failed + 0 without a row; 1 may succeed if tried again")
    server.refuse([])
    manifest = attempt(recipe, tmp_path / "out", again=True)
    assert manifest.run["retried"] == {"problems": 1, "failed": 0}


def test_a_run_without_failures_is_left_as_it_is_and_says_so(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    attempt(recipe, tmp_path / "out")
    before = stamps(tmp_path / "out")
    manifest = attempt(recipe, tmp_path / "out", again=True)
    assert stamps(tmp_path / "out") == before
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[])
    assert "  retried       nothing: no problem failed" in summary(job, manifest).splitlines()


def test_what_another_try_cannot_change_is_not_tried(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    with (tmp_path / "problems.jsonl").open("a") as file:
        file.write('{"question": "1 + 1 =", \n')
        file.write(json.dumps({"question": "1 + 1 =", "answer": r"\frac{1}{"}) + "\n")
    attempt(recipe, tmp_path / "out", ALLOWED)
    assert [error.kind for error in errors(tmp_path / "out")] == ["GoldError"]
    before = stamps(tmp_path / "out")
    manifest = attempt(recipe, tmp_path / "out", ALLOWED, again=True)
    assert (manifest.counts.failed, manifest.counts.retryable) == (2, 0)
    assert stamps(tmp_path / "out") == before
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[ALLOWED])
    nothing = "  retried       nothing: no failure is of a kind that another try changes"
    assert nothing in summary(job, manifest).splitlines()


def test_a_deadline_that_was_too_short_can_be_set_longer(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    attempt(recipe, tmp_path / "whole")
    short = ("plan_deadline_s=0.001", "engine.latency_s=0.05", ALLOWED)
    failed = attempt(recipe, tmp_path / "out", *short).counts
    assert (failed.failed, failed.retryable) == (12, 12)
    manifest = attempt(recipe, tmp_path / "out", again=True)
    assert manifest.run["retried"] == {"problems": 12, "failed": 0}
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")


def test_a_prior_that_was_fitted_stays_so_that_no_other_label_changes(
    server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    fitted = (ALLOWED, 'label={ kind = "posterior" }')
    server.refuse(questions(tmp_path, 3))
    attempt(recipe, tmp_path / "out", *fitted)
    before, prior = rows(tmp_path / "out"), (tmp_path / "out/prior.json").read_bytes()
    server.refuse([])
    attempt(recipe, tmp_path / "out", *fitted, again=True)
    after = rows(tmp_path / "out")
    assert (tmp_path / "out/prior.json").read_bytes() == prior
    assert (len(before), len(after)) == (21, 24)
    assert {one: after[one] for one in before} == before


def test_an_engine_that_is_gone_leaves_a_retry_that_any_run_goes_on_with(
    server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    attempt(recipe, tmp_path / "whole")
    server.refuse(questions(tmp_path, 3))
    attempt(recipe, tmp_path / "out", ALLOWED)
    gone = ("engine.engine_url=http://127.0.0.1:9/v1", "engine.max_attempts=1")
    with pytest.raises(EngineError, match="gave up after 1 attempts"):
        attempt(recipe, tmp_path / "out", *gone, again=True)
    assert not (tmp_path / "out/_SUCCESS").exists()
    server.refuse([])
    manifest = attempt(recipe, tmp_path / "out")
    assert manifest.run["retried"] == {"problems": 3, "failed": 0}
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")


@pytest.mark.slow
def test_a_retry_that_is_killed_goes_on_and_pays_for_nothing_twice(
    runs: Runs, server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    runs.start(recipe, tmp_path / "whole")
    assert runs.status() == 0
    unbroken = server.paid()
    server.forget()
    server.refuse(questions(tmp_path, 12))
    runs.start(recipe, tmp_path / "out", ALLOWED)
    assert runs.status() == 0
    n_failed = len(errors(tmp_path / "out"))
    first = len(server.paid())
    server.refuse([])

    killed = 0
    for share, again in ((0.2, True), (0.5, False), (0.8, True)):
        most = first + int(share * (len(unbroken) - first))
        server.hold(most)
        child = runs.start(recipe, tmp_path / "out", ALLOWED, retry_failed=again)
        until(lambda most=most: len(server.paid()) >= most)
        os.kill(child, signal.SIGKILL)
        killed += runs.status() == -signal.SIGKILL
        assert not (tmp_path / "out/_SUCCESS").exists()
    server.hold(None)
    runs.start(recipe, tmp_path / "out", retry_failed=True)
    assert runs.status() == 0

    assert killed == 3
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")
    retried = json.loads((tmp_path / "out/_MANIFEST.json").read_text())["run"]["retried"]
    assert retried == {"problems": n_failed, "failed": 0}
    assert set(server.paid()) == set(unbroken)
    assert len(server.paid()) - len(unbroken) <= killed * IN_FLIGHT
    for folder in ("retry", "journal"):
        assert not list((tmp_path / "out" / folder).iterdir())


@pytest.mark.slow
def test_a_retry_killed_at_any_write_or_removal_has_not_begun_or_is_gone_on_with(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = write_recipe(tmp_path, problems=4)
    attempt(recipe, tmp_path / "whole", "shards=2")
    short = ("plan_deadline_s=0.001", "engine.latency_s=0.05", ALLOWED, "shards=2")
    attempt(recipe, tmp_path / "failed", *short)
    whole, failed = digests(tmp_path / "whole"), digests(tmp_path / "failed")
    shutil.copytree(tmp_path / "failed", tmp_path / "watched")
    with monkeypatch.context() as patch:
        changed = _watched(patch)
        attempt(recipe, tmp_path / "watched", "shards=2", again=True)

    for moment, again in _moments(changed):
        root = tmp_path / f"{moment}-{again}"
        shutil.copytree(tmp_path / "failed", root)
        runs.start(recipe, root, "shards=2", retry_failed=True, dies_after=moment)
        assert runs.status() == -signal.SIGKILL
        runs.start(recipe, root, ALLOWED, "shards=2", retry_failed=again)
        assert runs.status() == 0
        if again or moment > changed.index("decided.json"):
            assert _report(root)["run"]["retried"] == {"problems": 4, "failed": 0}
            assert digests(root) == whole
            assert not list((root / "retry").iterdir())
        else:
            assert _report(root) == _report(tmp_path / "failed")
            assert digests(root) == failed


def _watched(patch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are written or removed from now on."""
    changed: list[str] = []

    def watched(act: Callable[..., None]) -> Callable[..., None]:
        def watch(files: LocalFiles, path: str, *data: bytes) -> None:
            changed.append(Path(path).name)
            act(files, path, *data)

        return watch

    for name in ("write", "delete"):
        patch.setattr(LocalFiles, name, watched(getattr(LocalFiles, name)))
    return changed


def _moments(changed: list[str]) -> Iterator[tuple[int, bool]]:
    """Choose when to die, and whether the option is given again.

    A retry begins when what is decided is written, and has begun when that is removed.
    """
    begins, begun = (at for at, name in enumerate(changed) if name == "decided.json")
    ends = changed.index("_MANIFEST.json", begun)
    beginning = range(begins, begun + 2)
    yield from ((moment, again) for moment in beginning for again in (False, True))
    for moment in {*range(0, len(changed), 11), *range(ends, len(changed), 5), ends + 1, ends + 2}:
        if moment not in beginning:
            yield moment, moment % 2 == 0


def _report(root: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((root / "_MANIFEST.json").read_text())
    return report


def test_too_many_failures_end_a_retry_which_may_be_tried_once_more(
    server: SumServer, tmp_path: Path
) -> None:
    recipe = recipe_for(server, tmp_path)
    server.refuse(questions(tmp_path, 3))
    for again in (False, True, True):
        with pytest.raises(RunError, match="3 of 24 problems failed"):
            attempt(recipe, tmp_path / "out", again=again)
        assert not list((tmp_path / "out").glob("retry/*"))
    assert _report(tmp_path / "out")["run"]["retried"] == {"problems": 3, "failed": 3}
    server.refuse([])
    manifest = attempt(recipe, tmp_path / "out", again=True)
    assert manifest.run["retried"] == {"problems": 3, "failed": 0}


def test_where_there_is_no_run_there_is_nothing_to_try_again(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    with pytest.raises(UserError, match="holds no run"):
        attempt(recipe, tmp_path / "out", again=True)
    assert not (tmp_path / "out").exists()


def test_the_command_that_tries_again_can_be_pasted(
    server: SumServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipe_for(server, tmp_path)
    server.refuse(questions(tmp_path, 1))
    words = ["run", str(recipe), "--output", str(tmp_path / "my out"), "--set", ALLOWED]
    assert main([*words, "--quiet"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    expected = f"stepsmith run {recipe} --retry-failed --output '{tmp_path}/my out' --set {ALLOWED}"
    assert last.strip() == expected
    server.refuse([])
    assert main([*words, "--quiet", "--retry-failed"]) == 0
    printed = capsys.readouterr().out
    assert "  retried       1: 1 succeeded, 0 failed again" in printed.splitlines()
    assert "--retry-failed" not in printed


def test_fresh_and_another_try_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "demo", "--fresh", "--retry-failed"])
    assert "not allowed with argument" in capsys.readouterr().err


def test_every_error_of_a_problem_is_known_to_be_its_own_fault_or_worth_another_try() -> None:
    for package in (schemas, transforms):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    kinds = {kind.__name__ for kind in _kinds(ProblemError) if "stepsmith" in kind.__module__}
    assert kinds == FINAL | RETRYABLE | OF_SOURCES
    assert not FINAL & (RETRYABLE | OF_SOURCES)


def _kinds(kind: type) -> Iterator[type]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)
