"""A folder belongs to the rows that were asked for first, however their recipe was spelled."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stepsmith.pipelines.claim import Asked, asked_of, claim, held, read_asked
from stepsmith.pipelines.relabel import Relabelling, relabel
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas.errors import RunError, UserError
from stepsmith.schemas.recipe import digest_of
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.job import Job
from tests.pipelines.runs import digests, write_recipe

FILES = LocalFiles()
QUIET = RunOptions(quiet=True)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return make_job(str(write_recipe(tmp_path)), output=str(tmp_path / "out"), overrides=())


def spelled_out(asked: Asked) -> Asked:
    """Return what an earlier version wrote of a recipe that spells out what is as usual."""
    recipe: dict[str, Any] = {**asked.recipe, "pilot": 64, "steps": {"kind": "line", "options": {}}}
    strategy: Mapping[str, Any] = asked.recipe["strategy"]
    recipe["strategy"] = {**strategy, "options": {"rollouts": 3, "solutions": 2.0}}
    assert strategy["options"] == {"solutions": 2, "rollouts": 3}
    return dataclasses.replace(asked, recipe=recipe, recipe_digest=digest_of(recipe, asked.files))


def write(job: Job, asked: Asked) -> None:
    FILES.write(job.layout.run, msgspec.json.encode(asked))


def test_a_folder_is_claimed_once_and_by_the_same_recipe_ever_after(job: Job) -> None:
    assert claim(job, FILES) == job
    assert read_asked(FILES, job.root).recipe_digest == job.digest
    assert claim(job, FILES) == job
    other = dataclasses.replace(job, recipe=dataclasses.replace(job.recipe, seed=9))
    other = dataclasses.replace(other, digest=other.recipe.digest(**job.files))
    with pytest.raises(RunError, match=r'(?s)another recipe.*"seed": 9'):
        claim(other, FILES)


def test_a_run_of_the_same_recipe_in_an_older_spelling_is_gone_on_with_under_its_digest(
    job: Job,
) -> None:
    before = spelled_out(asked_of(job))
    assert before.recipe_digest != job.digest
    write(job, before)
    assert claim(job, FILES) == dataclasses.replace(job, digest=before.recipe_digest)


@pytest.mark.parametrize(
    "change",
    [
        {"recipe_digest": "0" * 16},  # of a version that would make other rows
        {"files": {"prompt": "another"}},
    ],
)
def test_what_an_older_digest_does_not_vouch_for_is_another_recipe(
    job: Job, change: Mapping[str, Any]
) -> None:
    write(job, dataclasses.replace(spelled_out(asked_of(job)), **change))
    with pytest.raises(RunError, match="another recipe"):
        claim(job, FILES)


def test_where_only_the_labels_differ_the_way_out_is_to_label_anew_with_or_without_verifiers(
    job: Job,
) -> None:
    claim(job, FILES)
    verify = dataclasses.replace(job.recipe.verify, steps=())
    recipe = dataclasses.replace(job.recipe, verify=verify)
    other = dataclasses.replace(job, recipe=recipe, digest=recipe.digest(**job.files))
    with pytest.raises(RunError, match=r"(?s)relabel .* --set 'verify.steps=\[\]'"):
        claim(other, FILES)


def test_an_older_spelling_of_other_rows_is_another_recipe(job: Job) -> None:
    asked = asked_of(job)
    recipe = {**asked.recipe, "pilot": 3}
    digest = digest_of(recipe, asked.files)
    write(job, dataclasses.replace(asked, recipe=recipe, recipe_digest=digest))
    with pytest.raises(RunError, match=r'(?s)another recipe.*"pilot": 3'):
        claim(job, FILES)


def test_a_finished_run_in_an_older_spelling_is_finished_and_can_be_labelled_anew(
    job: Job, tmp_path: Path
) -> None:
    before = spelled_out(asked_of(job))
    write(job, before)
    manifest = run(job, QUIET)
    assert manifest is not None
    assert manifest.recipe_digest == before.recipe_digest
    rows = digests(tmp_path / "out")
    assert run(job, QUIET) == manifest
    assert digests(tmp_path / "out") == rows
    asked = Relabelling(dataset=job.root, output=str(tmp_path / "new"), label="given")
    relabelled, new = relabel(asked, QUIET)
    assert read_asked(FILES, relabelled.root).recipe["label"]["kind"] == "given"
    assert new.run["relabelled_from"]["recipe_digest"] == before.recipe_digest


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_in_which_a_run_is_at_work_is_not_entered(tmp_path: Path, fresh: bool) -> None:
    recipe, root = write_recipe(tmp_path), str(tmp_path / "out")
    job = make_job(str(recipe), output=root, overrides=[])
    with (
        held(root, LocalFiles()),
        pytest.raises(RunError, match=f"another run is at work in {root}: wait for its end, or"),
    ):
        run(job, RunOptions(quiet=True, fresh=fresh))
    assert list((tmp_path / "out").iterdir()) == []
    with held(root, LocalFiles()):
        pass  # it is free again


@pytest.mark.parametrize(
    ("place", "why"), [("file", "File exists"), ("file/run", "Not a directory")]
)
def test_where_a_file_stands_no_run_can_be_and_the_message_says_so(
    tmp_path: Path, place: str, why: str
) -> None:
    Path(tmp_path, "file").touch()
    root = f"{tmp_path}/{place}"
    message = rf"{root} cannot be a run's folder \({why}\): choose another --output"
    with pytest.raises(UserError, match=message), held(root, LocalFiles()):
        pass
