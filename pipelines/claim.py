"""Whose folder it is: what a run was asked for, written first and compared ever after."""

import contextlib
import dataclasses
import difflib
import fcntl
import json
import os
import shlex
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from stepsmith.schemas.arrow import TABLES
from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import RunError, UserError
from stepsmith.schemas.recipe import Recipe, digest_of
from stepsmith.transforms.beam.journals import journal_path
from stepsmith.transforms.files import Files
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.layout import Layout


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What a run was asked for. `recipe` is what decides its rows, `files` the texts beside it."""

    name: str
    recipe_digest: str
    shards: int
    recipe: Mapping[str, Any]
    files: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])


def asked_of(job: Job) -> Asked:
    """Return what a job asks for."""
    return Asked(
        name=job.recipe.name,
        recipe_digest=job.digest,
        shards=job.recipe.shards,
        recipe=job.recipe.content(),
        files=job.files,
    )


def read_asked(files: Files, root: str) -> Asked:
    """Read what the run in `root` was asked for; raises `UserError` where there is none."""
    path = Layout(root=root, shards=1).run
    if not files.exists(path):
        msg = f"{root} holds no run; give the folder that `stepsmith run` wrote to"
        raise UserError(msg)
    with files.open_read(path) as file:
        return msgspec.json.decode(file.read(), type=known(Asked))


@contextlib.contextmanager
def held(root: str, files: Files) -> Generator[None, None, None]:
    """Keep other runs on this machine out of a folder; raises `RunError` where one is in it.

    Raises `UserError` where there can be no such folder, as where a file has its name. The kernel
    frees a folder whose process has died. Remote folders are not kept.
    """
    local = files.local_path(root)
    if local is None:
        yield
        return
    try:
        Path(local).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{root} cannot be a run's folder ({error.strerror}): choose another --output"
        raise UserError(msg) from None
    folder = os.open(local, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            _lock(folder, root)
        yield
    finally:
        os.close(folder)


def _lock(folder: int, root: str) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        msg = f"another run is at work in {root}: wait for its end, or choose another --output"
        raise RunError(msg) from None


def claim(job: Job, files: Files) -> Job:
    """Write what is asked, or check that what was asked before is the same.

    Returns the job under the digest that the folder has. Raises `RunError` with the difference and
    the ways out.
    """
    asked = asked_of(job)
    if not files.exists(job.layout.run):
        files.write(job.layout.run, msgspec.json.format(msgspec.json.encode(asked), indent=1))
        return job
    before = read_asked(files, job.root)
    if not _same_rows(before, asked):
        msg = f"{job.root} holds a run of another recipe:\n{_difference(before, asked)}\n"
        if _same_search(before, asked):
            msg += "Only the labels differ, for which nothing needs to be sampled again:\n"
            msg += f"  {_relabel_command(job, before, asked)}\n"
        msg += "Use another --output, or --fresh to remove what is there."
        raise RunError(msg)
    if before.shards != asked.shards:
        msg = (
            f"{job.root} was begun with {before.shards} shards, not {asked.shards}: shards "
            f"cannot be re-cut. Use --set shards={before.shards}, or --fresh to begin again."
        )
        raise RunError(msg)
    return dataclasses.replace(job, digest=before.recipe_digest)


def _same_rows(before: Asked, asked: Asked) -> bool:
    """Say whether both ask for the same rows.

    The content of a recipe was once written with the defaults that its file spelled out; such a
    run, known by its digest over what it wrote, is the one that is asked for now.
    """
    if before.recipe_digest == asked.recipe_digest:
        return True
    if before.recipe_digest != digest_of(before.recipe, before.files):
        return False  # of a version that would make other rows
    try:
        recipe = msgspec.convert({**before.recipe, "name": before.name}, known(Recipe))
    except msgspec.ValidationError:
        return False
    return recipe.digest(**before.files) == asked.recipe_digest


def remove_run(job: Job, files: Files) -> None:
    """Remove the files of a run, the mark first, so that it never looks finished in between."""
    layout = job.layout
    for path in (layout.success, layout.manifest, layout.retry_decided):
        files.delete(path)
    patterns = [layout.every_shard(table) for table in TABLES]
    patterns += [layout.every_shard(stage) for stage in ("searched", "judged", "pilot")]
    for journal in journal_path(job, 0).parent.glob("*.journal"):
        journal.unlink()
    patterns += [layout.every_status, layout.every_retry, layout.every_former]
    for pattern in patterns:
        for path in files.match(pattern):
            files.delete(path)
    for path in (layout.plan, layout.pilot, layout.prior, layout.run):
        files.delete(path)


def _difference(before: Asked, asked: Asked) -> str:
    there, here = (
        json.dumps(side.recipe, indent=1, sort_keys=True).splitlines() for side in (before, asked)
    )
    if there == here:
        return "  the prompt file's text differs"
    lines = difflib.unified_diff(there, here, "there", "asked", lineterm="", n=0)
    return "\n".join(f"  {line}" for line in lines if not line.startswith("@@"))


def _same_search(before: Asked, asked: Asked) -> bool:
    """Say whether only what happens after the search differs."""

    def search(side: Asked) -> dict[str, Any]:
        # As JSON gives it back, in which tuples are lists.
        recipe: dict[str, Any] = json.loads(json.dumps(side.recipe))
        return recipe | {"label": None, "verify": recipe["verify"] | {"steps": None}}

    same_files = dict(before.files) == dict(asked.files)
    return same_files and before.shards == asked.shards and search(before) == search(asked)


def _relabel_command(job: Job, before: Asked, asked: Asked) -> str:
    label = job.recipe.label
    words = ["stepsmith", "relabel", job.root, "--label", label.kind]
    words += _settings(label.options)
    there, here = (list(side.recipe["verify"].get("steps", ())) for side in (before, asked))
    if there != here:
        words += ["--set", f"verify.steps={json.dumps(job.recipe.verify.steps)}"]
    name = f"{Path(job.root).name}-{label.kind}"
    return shlex.join([*words, "--output", job.root.removesuffix(Path(job.root).name) + name])


def _settings(options: Mapping[str, Any]) -> Iterator[str]:
    for key, value in options.items():
        yield "--set"
        # JSON's plain values are TOML's too.
        yield f"label.{key}={json.dumps(value)}"
