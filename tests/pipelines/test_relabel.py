"""Labelling anew: the rows of a run with those labels, without a sample, the old set untouched."""

import dataclasses
import hashlib
import json
import shlex
from pathlib import Path

import pytest

from stepsmith.pipelines.claim import read_asked
from stepsmith.pipelines.cli import main
from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.relabel import Relabelling, relabel
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas import LabelledTrajectory
from stepsmith.schemas.errors import RunError, UserError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.verify.run import Verification
from tests.label.mean_labeler import fitted
from tests.pipelines.runs import digests, write_recipe

QUIET = RunOptions(quiet=True)
FITTED = 'label={kind="test.fitted", scale=2.0}'


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipe(tmp_path)


def finish(recipe: Path, root: Path, *overrides: str) -> Manifest:
    manifest = run(make_job(str(recipe), output=str(root), overrides=overrides), QUIET)
    assert manifest is not None
    return manifest


def everything(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_new_labels_are_those_of_a_run_with_them(recipe: Path, tmp_path: Path) -> None:
    finish(recipe, tmp_path / "old")
    before = everything(tmp_path / "old")
    sampled = finish(recipe, tmp_path / "sampled", FITTED)
    asked = Relabelling(
        dataset=str(tmp_path / "old"),
        output=str(tmp_path / "new"),
        label="test.fitted",
        overrides=("label.scale=2.0",),
    )
    job, manifest = relabel(asked, QUIET)
    assert job.recipe.label.kind == "test.fitted"
    assert fitted.__name__ == "fitted"
    assert manifest.recipe_digest == sampled.recipe_digest
    assert manifest.counts == sampled.counts
    labelled = ("trajectories", "prior.json")
    assert {
        name: digest
        for name, digest in digests(tmp_path / "new").items()
        if name.startswith(labelled)
    } == {
        name: digest
        for name, digest in digests(tmp_path / "sampled").items()
        if name.startswith(labelled)
    }
    assert everything(tmp_path / "old") == before
    assert (tmp_path / "new/_SUCCESS").exists()


def test_what_the_search_made_is_linked_and_the_manifest_says_from_where(
    recipe: Path, tmp_path: Path
) -> None:
    old = finish(recipe, tmp_path / "old")
    _, manifest = relabel(
        Relabelling(dataset=f"{tmp_path}/old/", overrides=("label.threshold=0.5",)), QUIET
    )
    new = tmp_path / "old-relabelled"
    for table in ("searched", "judged", "rollouts"):
        for path in (tmp_path / "old" / table).iterdir():
            assert path.samefile(new / table / path.name)
    assert manifest.run["relabelled_from"] == {
        "dataset": str(tmp_path / "old"),
        "recipe_digest": old.recipe_digest,
    }
    assert read_asked(LocalFiles(), str(new)).recipe["label"]["options"] == {"threshold": 0.5}


def test_what_cannot_be_linked_is_copied(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError(18, "Invalid cross-device link", source, None, target)

    finish(recipe, tmp_path / "old")
    monkeypatch.setattr("os.link", refuse)
    relabel(Relabelling(dataset=str(tmp_path / "old")), QUIET)
    assert digests(tmp_path / "old-relabelled") == digests(tmp_path / "old")
    shard = next((tmp_path / "old/searched").iterdir())
    assert not shard.samefile(tmp_path / "old-relabelled/searched" / shard.name)


def test_steps_are_judged_anew_only_when_asked(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(recipe, tmp_path / "old")
    judged: list[str] = []
    judge = Verification.judge_steps

    def counted(self: Verification, row: LabelledTrajectory) -> LabelledTrajectory:
        judged.append(row.trajectory.id)
        return judge(self, row)

    monkeypatch.setattr(Verification, "judge_steps", counted)
    dataset = str(tmp_path / "old")
    relabel(Relabelling(dataset=dataset, output=f"{tmp_path}/kept"), QUIET)
    assert judged == []
    again = Relabelling(dataset=dataset, output=f"{tmp_path}/again", verify=["math.arithmetic"])
    relabel(again, QUIET)
    assert len(judged) == 24
    none = Relabelling(dataset=dataset, output=f"{tmp_path}/none", overrides=["verify.steps=[]"])
    _, manifest = relabel(none, QUIET)
    assert len(judged) == 48
    assert not any(name.startswith("math.arithmetic") for name in manifest.counts.undecided)


def test_a_relabelling_that_was_cut_off_goes_on(recipe: Path, tmp_path: Path) -> None:
    finish(recipe, tmp_path / "old")
    asked = Relabelling(dataset=str(tmp_path / "old"), output=str(tmp_path / "new"))
    relabel(asked, QUIET)
    whole, new = digests(tmp_path / "new"), tmp_path / "new"
    for path in (new / "_SUCCESS", new / "_MANIFEST.json", new / "plan.json"):
        path.unlink()
    for table in ("trajectories", "judged", "searched"):
        next((new / table).iterdir()).unlink()
    relabel(asked, QUIET)
    assert digests(new) == whole
    assert (new / "_SUCCESS").exists()


def test_a_folder_with_other_labels_is_refused(recipe: Path, tmp_path: Path) -> None:
    finish(recipe, tmp_path / "old")
    relabel(Relabelling(dataset=str(tmp_path / "old")), QUIET)
    other = Relabelling(dataset=str(tmp_path / "old"), overrides=["label.threshold=0.5"])
    with pytest.raises(RunError, match=r"(?s)another recipe.*threshold.*another --output"):
        relabel(other, QUIET)
    _, manifest = relabel(other, RunOptions(fresh=True))
    assert manifest.counts.rows == 24


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Relabelling(dataset="{old}", output="{old}"), "new labels go into another folder"),
        (Relabelling(dataset="{old}", label="first_eror"), "did you mean 'first_error'"),
        (Relabelling(dataset="{old}", overrides=["label.treshold=1"]), "mean 'threshold'"),
        (
            Relabelling(dataset="{old}", overrides=["strategy.rollouts=5"]),
            "--set strategy.rollouts: that needs new samples, by `stepsmith run`.*; allowed: label",
        ),
        (Relabelling(dataset="{old}", overrides=["verify.outcome=x"]), r"mean 'verify\.steps'"),
        (Relabelling(dataset="{old}", overrides=["label.kind=3"]), "Expected `str`"),
        (Relabelling(dataset="{old}", overrides=["sandbox.slot=3"]), "did you mean 'slots'"),
        (Relabelling(dataset="{old}", overrides=["sandbox.backend=unsafe"]), "allow_unsafe"),
        (Relabelling(dataset="{old}", verify=["math.aritmetic"]), r"mean 'math\.arithmetic'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    recipe: Path, tmp_path: Path, asked: Relabelling, message: str
) -> None:
    old = str(tmp_path / "old")
    finish(recipe, tmp_path / "old")
    with pytest.raises(UserError, match=message):
        relabel(
            dataclasses.replace(
                asked, dataset=old, output=asked.output and asked.output.format(old=old)
            ),
            QUIET,
        )
    assert not (tmp_path / "old-relabelled").exists()


def test_a_search_that_has_not_ended_is_refused(recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        relabel(Relabelling(dataset=str(tmp_path)), QUIET)
    finish(recipe, tmp_path / "old")
    next((tmp_path / "old/searched").iterdir()).unlink()
    with pytest.raises(UserError, match="has not ended: run its recipe again"):
        relabel(Relabelling(dataset=str(tmp_path / "old")), QUIET)
    assert not (tmp_path / "old-relabelled").exists()


def test_problems_that_were_allowed_to_fail_still_are(recipe: Path, tmp_path: Path) -> None:
    with (tmp_path / "problems.jsonl").open("a") as file:
        file.write(json.dumps({"question": "no sum in here", "answer": "2"}) + "\n")
    finish(recipe, tmp_path / "old", "max_error_rate=0.1")
    _, manifest = relabel(Relabelling(dataset=str(tmp_path / "old")), QUIET)
    assert (manifest.counts.failed, manifest.counts.done) == (1, 12)


def test_a_run_that_differs_in_its_labels_names_the_command_to_paste(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "old"
    finish(recipe, root)
    with pytest.raises(RunError, match="Only the labels differ") as refused:
        finish(recipe, root, FITTED, "verify.steps=[]")
    line = next(line for line in str(refused.value).splitlines() if "stepsmith relabel" in line)
    assert shlex.split(line)[1:] == [
        *("relabel", str(root), "--label", "test.fitted", "--set", "label.scale=2.0"),
        *("--set", "verify.steps=[]", "--output", f"{root}-test.fitted"),
    ]
    assert main(shlex.split(line)[1:]) == 0
    assert "24 labelled solutions" in capsys.readouterr().out
    asked = read_asked(LocalFiles(), f"{root}-test.fitted")
    job = make_job(str(recipe), output="x", overrides=[FITTED, "verify.steps=[]"])
    assert asked.recipe_digest == job.digest


def test_a_run_that_differs_in_more_does_not(recipe: Path, tmp_path: Path) -> None:
    finish(recipe, tmp_path / "old")
    with pytest.raises(RunError) as refused:
        finish(recipe, tmp_path / "old", FITTED, "strategy.rollouts=5")
    assert "relabel" not in str(refused.value)
