"""Judging and labelling as stages: a prior of the whole run, the same however it is cut or cut off.

A stage that ended leaves its files and nothing else; so a run that is killed between any two is
the finished one without the files of what came after.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.label.fitted import read_prior
from stepsmith.transforms.sink.read import read_trajectories
from stepsmith.transforms.verify.run import Verification
from tests.label.mean_labeler import MEAN, Mean
from tests.pipelines.runs import digests, write_recipe

FITTED = 'label={kind="test.fitted", scale=2.0}'


def finish(recipe: Path, root: Path, *overrides: str, fresh: bool = False) -> None:
    job = make_job(str(recipe), output=str(root), overrides=[FITTED, *overrides])
    assert run(job, RunOptions(quiet=True, fresh=fresh)) is not None


def rows(root: Path) -> set[LabelledTrajectory]:
    return set(read_trajectories(LocalFiles(), str(root)))


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipe(tmp_path)


def test_the_prior_is_that_of_the_run_whatever_its_shards(recipe: Path, tmp_path: Path) -> None:
    finish(recipe, tmp_path / "one", "shards=1")
    finish(recipe, tmp_path / "five", "shards=5")
    assert rows(tmp_path / "one") == rows(tmp_path / "five")
    priors = {(tmp_path / name / "prior.json").read_bytes() for name in ("one", "five")}
    assert len(priors) == 1
    job = make_job(str(recipe), output=str(tmp_path / "one"), overrides=[FITTED])
    prior = read_prior(LocalFiles(), job.layout.prior, MEAN, digest=job.digest)
    assert isinstance(prior, Mean)
    assert {row.first_error_prob for row in rows(tmp_path / "one")} == {2 * prior.right}


STAGES = ("searched", "judged", "prior.json", "trajectories", "_MANIFEST.json", "_SUCCESS")


@pytest.mark.parametrize("done", range(1, len(STAGES) - 1))
def test_a_run_cut_off_after_any_stage_ends_with_the_same_bytes(
    recipe: Path, tmp_path: Path, done: int
) -> None:
    root = tmp_path / "out"
    finish(recipe, root)
    whole = digests(root)
    remove(root, STAGES[done:])
    finish(recipe, root)
    assert digests(root) == whole


def test_a_stage_of_which_half_is_there_does_the_other_half(recipe: Path, tmp_path: Path) -> None:
    root = tmp_path / "out"
    finish(recipe, root)
    whole = digests(root)
    remove(root, STAGES[2:])
    halves = [path for index, path in enumerate(sorted((root / "judged").iterdir())) if index % 2]
    kept = sorted(set((root / "judged").iterdir()) - set(halves))
    times = [path.stat().st_mtime_ns for path in kept]
    for path in halves:
        path.unlink()
    finish(recipe, root)
    assert digests(root) == whole
    assert [path.stat().st_mtime_ns for path in kept] == times


def test_steps_are_judged_once(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    judge = Verification.judge_steps

    def counted(self: Verification, row: LabelledTrajectory) -> LabelledTrajectory:
        judged.append(row.trajectory.id)
        return judge(self, row)

    monkeypatch.setattr(Verification, "judge_steps", counted)
    finish(recipe, tmp_path / "out")
    assert sorted(judged) == sorted(row.trajectory.id for row in rows(tmp_path / "out"))
    remove(tmp_path / "out", STAGES[2:])
    finish(recipe, tmp_path / "out")
    assert len(judged) == 24


def test_a_prior_that_is_there_is_used_again_and_a_fresh_run_fits_anew(
    recipe: Path, tmp_path: Path
) -> None:
    root = tmp_path / "out"
    finish(recipe, root)
    fitted = (root / "prior.json").read_bytes()
    there = fitted.replace(b'"right": ', b'"right": 7')
    (root / "prior.json").write_bytes(there)
    remove(root, STAGES[3:])
    finish(recipe, root)
    assert (root / "prior.json").read_bytes() == there
    finish(recipe, root, fresh=True)
    assert (root / "prior.json").read_bytes() == fitted


def test_a_labeler_without_a_fit_leaves_no_prior(recipe: Path, tmp_path: Path) -> None:
    job = make_job(str(recipe), output=str(tmp_path / "out"), overrides=[])
    run(job, RunOptions(quiet=True))
    assert not (tmp_path / "out/prior.json").exists()


def remove(root: Path, names: Sequence[str]) -> None:
    for name in names:
        place = root / name
        for path in place.iterdir() if place.is_dir() else [place]:
            path.unlink()


def test_the_posterior_is_fitted_to_the_run_whatever_its_shards_and_workers(
    recipe: Path, tmp_path: Path
) -> None:
    for name, shards, workers in (("one", 1, 1), ("five", 5, 2)):
        overrides = ['label={kind="posterior"}', f"shards={shards}"]
        job = make_job(str(recipe), output=str(tmp_path / name), overrides=overrides)
        assert run(job, RunOptions(quiet=True, workers=workers)) is not None
    assert rows(tmp_path / "one") == rows(tmp_path / "five")
    priors = {(tmp_path / name / "prior.json").read_bytes() for name in ("one", "five")}
    assert len(priors) == 1
