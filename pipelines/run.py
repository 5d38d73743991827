"""Running a recipe: prepare the place, run the stages, close the run; or go on where one ended."""

import dataclasses
import difflib
import json
import time
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.options.pipeline_options import PipelineOptions

from stepsmith.pipelines import recipes
from stepsmith.pipelines.manifest import Manifest, finish, read_manifest
from stepsmith.pipelines.progress import Progress
from stepsmith.pipelines.stages import build
from stepsmith.schemas.errors import RecipeError, RunError, UserError, suggest
from stepsmith.schemas.recipe import read_recipe
from stepsmith.transforms.beam.dataflow import is_dataflow, is_dry_run, prepare
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.host import close_hosts
from stepsmith.transforms.beam.runner import is_local, local_runner, refuse_unsafe
from stepsmith.transforms.beam.search import journal_path
from stepsmith.transforms.beam.status import read_status
from stepsmith.transforms.files import Files
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.prompt import load_prompt


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a recipe is run; none of it changes a row."""

    workers: int = 1
    fresh: bool = False
    quiet: bool = False
    beam_args: Sequence[str] = ()


def find_recipe(name: str) -> tuple[str, str]:
    """Return a recipe's text and where it stands: a path, or the name of one that ships."""
    path = Path(name)
    if path.is_file():
        return path.read_text(), name
    shipped = {
        item.name.removesuffix(".toml"): item
        for item in resources.files(recipes).iterdir()
        if item.name.endswith(".toml")
    }
    if name in shipped:
        return shipped[name].read_text(), name
    near = [*shipped, *(str(other) for other in path.parent.glob("*.toml"))]
    msg = f"no recipe {name!r}: neither a file nor one that ships; {suggest(name, near)}"
    raise RecipeError(msg)


def make_job(name: str, *, output: str | None, overrides: Sequence[str]) -> Job:
    """Read a recipe, resolve its plug-ins, and say where its rows go; nothing is written yet."""
    text, where = find_recipe(name)
    recipe = read_recipe(text, where=where, overrides=overrides)
    prompt = recipe.policy.options.get("prompt")
    # A prompt is a file of its own: its text decides the rows, not its name.
    read = msgspec.json.encode(load_prompt(prompt)).decode() if isinstance(prompt, str) else ""
    root = (output or f"out/{recipe.name}").rstrip("/")
    job = Job(recipe=recipe, root=root, digest=recipe.digest(prompt=read))
    job.check()
    return job


def run(job: Job, options: RunOptions) -> Manifest | None:
    """Run a job to its end, or what is left of it; nothing comes of a dry run.

    Raises `RunError` when it did not end well.
    """
    files = files_of(job.root)
    beam_options = PipelineOptions(list(options.beam_args))
    refuse_unsafe(beam_options)
    _check_workers(options, local=is_local(beam_options))
    if is_dataflow(beam_options):
        prepare(beam_options)
    if is_dry_run(beam_options):
        _run_pipeline(job, options, beam_options)
        return None
    if options.fresh:
        _remove(job, files)
    _claim(job, files)
    if files.exists(job.layout.success):
        return read_manifest(files, job.layout.manifest)
    started = time.time()
    with Progress(job, quiet=options.quiet) as progress:
        try:
            _run_pipeline(job, options, beam_options)
        finally:
            # The engine goes first, so that the last status is in its file.
            close_hosts()
        progress.show()
    local_status = files.local_path(job.layout.status)
    status = read_status(Path(local_status)) if local_status else None
    report = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "wall_s": round(time.time() - started, 3),
        "engine": dataclasses.asdict(status.engine) if status else None,
    }
    return finish(job, files, run=report)


def _check_workers(options: RunOptions, *, local: bool) -> None:
    if options.workers < 1:
        msg = f"--workers {options.workers}: a run has at least one"
        raise UserError(msg)
    if options.workers > 1 and not local:
        msg = "--workers is for local runs; another runner has options of its own for that"
        raise UserError(msg)


def _run_pipeline(job: Job, options: RunOptions, beam_options: PipelineOptions) -> None:
    if not is_local(beam_options):
        with beam.Pipeline(options=beam_options) as pipeline:
            build(pipeline, job)
        return
    with local_runner(beam_options, workers=options.workers) as runner:
        pipeline = beam.Pipeline(runner=runner, options=beam_options)
        build(pipeline, job)
        pipeline.run().wait_until_finish()


def _claim(job: Job, files: Files) -> None:
    """Write what is asked, or check that what was asked before is the same."""
    path = job.layout.run
    asked = _asked(job)
    if not files.exists(path):
        files.write(path, json.dumps(asked, indent=1).encode())
        return
    with files.open_read(path) as file:
        before: dict[str, Any] = json.load(file)
    if before["recipe_digest"] != asked["recipe_digest"]:
        msg = f"{job.root} holds a run of another recipe:\n{_difference(before, asked)}"
        msg += "\nUse another --output, or --fresh to remove what is there."
        raise RunError(msg)
    if before["shards"] != asked["shards"]:
        msg = (
            f"{job.root} was begun with {before['shards']} shards, not {asked['shards']}: shards "
            f"cannot be re-cut. Use --set shards={before['shards']}, or --fresh to begin again."
        )
        raise RunError(msg)


def _asked(job: Job) -> dict[str, Any]:
    return {
        "name": job.recipe.name,
        "recipe_digest": job.digest,
        "shards": job.recipe.shards,
        "recipe": job.recipe.content(),
    }


def _difference(before: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    there, here = (
        json.dumps(side["recipe"], indent=1, sort_keys=True).splitlines()
        for side in (before, asked)
    )
    if there == here:
        return "  the prompt file's text differs"
    lines = difflib.unified_diff(there, here, "there", "asked", lineterm="", n=0)
    return "\n".join(f"  {line}" for line in lines if not line.startswith("@@"))


def _remove(job: Job, files: Files) -> None:
    """Remove the files of a run, the mark first, so that it never looks finished in between."""
    layout = job.layout
    for path in (layout.success, layout.manifest):
        files.delete(path)
    patterns = [layout.every_shard(table) for table in ("trajectories", "rollouts", "errors")]
    patterns += [layout.every_shard("searched")]
    for journal in journal_path(job, 0).parent.glob("*.journal"):
        journal.unlink()
    patterns += [f"{layout.status}/*.json"]
    for pattern in patterns:
        for path in files.match(pattern):
            files.delete(path)
    for path in (layout.plan, layout.run):
        files.delete(path)
