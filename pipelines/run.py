"""Running a recipe: prepare the place, run the stages, close the run; or go on where one ended."""

import dataclasses
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import resources
from pathlib import Path

import apache_beam as beam
import msgspec
from apache_beam.options.pipeline_options import PipelineOptions

from stepsmith.pipelines import recipes
from stepsmith.pipelines.claim import claim, held, read_asked, remove_run
from stepsmith.pipelines.interrupt import interruptible
from stepsmith.pipelines.manifest import Manifest, finish, read_manifest, read_plan
from stepsmith.pipelines.progress import Progress
from stepsmith.pipelines.retry import (
    Retried,
    begin_retry,
    count_retried,
    go_on_with_retry,
    prepare_retry,
)
from stepsmith.pipelines.stages import build
from stepsmith.schemas.errors import RecipeError, StepsmithError, UserError, suggest
from stepsmith.schemas.recipe import Component, read_recipe
from stepsmith.transforms.beam.dataflow import is_dataflow, is_dry_run, prepare
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.host import close_hosts
from stepsmith.transforms.beam.retry import forget
from stepsmith.transforms.beam.runner import is_local, local_runner, refuse_unknown, refuse_unsafe
from stepsmith.transforms.beam.status import read_status
from stepsmith.transforms.files import Files
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.prompt import load_prompt


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a recipe is run; none of it changes a row."""

    workers: int = 1
    fresh: bool = False
    retry_failed: bool = False
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
    if path.is_dir():
        inside = ", ".join(sorted(str(other) for other in path.glob("*.toml"))) or "none"
        msg = f"{name} is a folder; give the recipe's file. TOML files in it: {inside}"
        raise RecipeError(msg)
    near = [*shipped, *(str(other) for other in path.parent.glob("*.toml"))]
    msg = f"no recipe {name!r}: neither a file nor one that ships; {suggest(name, near)}"
    raise RecipeError(msg)


def make_job(name: str, *, output: str | None, overrides: Sequence[str]) -> Job:
    """Read a recipe, resolve its plug-ins, and say where its rows go; nothing is written yet."""
    text, where = find_recipe(name)
    recipe = read_recipe(text, where=where, overrides=overrides)
    prompts = {f"{name} prompt": _prompt(policy) for name, policy in recipe.policies.items()}
    files = {"prompt": _prompt(recipe.policy), **prompts}
    root = (output or f"out/{recipe.name}").rstrip("/")
    job = Job(recipe=recipe, root=root, digest=recipe.digest(**files), files=files)
    job.check()
    return job


def _prompt(policy: Component) -> str:
    """Return a policy's prompt: a file of its own, whose text decides the rows and not its name."""
    prompt = policy.options.get("prompt")
    return msgspec.json.encode(load_prompt(prompt)).decode() if isinstance(prompt, str) else ""


def run(job: Job, options: RunOptions) -> Manifest | None:
    """Run a job to its end, or what is left of it; nothing comes of a dry run.

    Raises `RunError` when it did not end well.
    """
    files = files_of(job.root)
    beam_options = read_options(options)
    if is_dry_run(beam_options):
        run_pipeline(partial(build, job=job), options, beam_options)
        return None
    if options.retry_failed:
        read_asked(files, job.root)  # an error where there is no run, before a folder is made
    with held(job.root, files):
        return _run(job, files, options, beam_options)


def _run(job: Job, files: Files, options: RunOptions, beam_options: PipelineOptions) -> Manifest:
    job = take_place(job, files, options)
    if files.exists(job.layout.success):
        manifest = read_manifest(files, job.layout.manifest)
        return _without_retry(manifest) if options.retry_failed else manifest
    started = time.time()
    marks = go_on_with_retry(job)
    stopped = partial(describe_rest, job, files)
    with interruptible(stopped), Progress(job, quiet=options.quiet, marks=marks) as progress:
        run_stages(partial(build, job=job), job, options, beam_options)
        progress.show()
    report = {**times(started), **_usage(job, files)}
    if marks or options.retry_failed:
        report["retried"] = dataclasses.asdict(count_retried(job, files, marks))
    try:
        return finish(job, files, run=report)
    finally:
        if files.exists(job.layout.manifest):  # too many failures end a retry, too
            forget(job, marks)


def _without_retry(manifest: Manifest) -> Manifest:
    nothing = dataclasses.asdict(Retried())
    return dataclasses.replace(manifest, run={**manifest.run, "retried": nothing})


def _usage(job: Job, files: Files) -> dict[str, object]:
    local = files.local_path(job.layout.status)
    status = read_status(Path(local)) if local else None
    return {
        "engine": dataclasses.asdict(status.engine) if status else None,
        "policies": msgspec.to_builtins(status.policies) if status else {},
    }


def take_place(job: Job, files: Files, options: RunOptions) -> Job:
    """Claim the folder of a run, emptied or made ready for another try where that is asked."""
    if options.fresh:
        remove_run(job, files)
    job = claim(job, files)
    if options.retry_failed:
        prepare_retry(job, files)
    else:
        begin_retry(job, files)
    return job


def describe_rest(job: Job, files: Files) -> str:
    """Say how much of a run that is stopped is finished, and how it goes on."""
    plan = read_plan(files, job.layout.plan)
    done = [index for index in plan if files.exists(job.layout.shard("trajectories", index))]
    text = f"{job.root} is not finished: "
    if plan:
        n_done, n_planned = sum(plan[index] for index in done), sum(plan.values())
        text += f"{n_done} of {n_planned} problems are, in {len(done)} of {len(plan)} shards, and "
    return f"{text}every reply so far is kept. Run the same command again to go on"


def times(started: float) -> dict[str, object]:
    """Say when a run began, and how long it took until now."""
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "wall_s": round(time.time() - started, 3),
    }


def read_options(options: RunOptions) -> PipelineOptions:
    """Read Beam's options; raises `UserError` for what loses data, hangs or makes no sense."""
    beam_options = PipelineOptions(list(options.beam_args))
    refuse_unsafe(beam_options)
    if is_local(beam_options) or is_dataflow(beam_options):
        # Other runners have options that Beam learns from their servers.
        refuse_unknown(options.beam_args, ours=OPTIONS)
    _check_workers(options, local=is_local(beam_options))
    if is_dataflow(beam_options):
        prepare(beam_options)
    return beam_options


BEAM_ERRORS = "apache_beam.runners.common"
OPTIONS = ("--output", "--set", "--workers", "--fresh", "--retry-failed", "--quiet")
"""What `stepsmith run` itself takes; any other option is for Beam."""


def _check_workers(options: RunOptions, *, local: bool) -> None:
    if options.workers < 1:
        msg = f"--workers {options.workers}: a run has at least one"
        raise UserError(msg)
    if options.workers > 1 and not local:
        msg = "--workers is for local runs; another runner has options of its own for that"
        raise UserError(msg)


def run_stages(
    build: Callable[[beam.Pipeline], None],
    job: Job,
    options: RunOptions,
    beam_options: PipelineOptions,
) -> None:
    """Run a job's pipeline, and leave neither engine nor half a file behind, however it ends."""
    try:
        run_pipeline(build, options, beam_options)
    finally:
        # The engine's last status is in its file after this.
        close_hosts()
        files = files_of(job.root)
        for pattern in job.layout.half_written:
            for path in files.match(pattern):
                files.delete(path)


def run_pipeline(
    build: Callable[[beam.Pipeline], None], options: RunOptions, beam_options: PipelineOptions
) -> None:
    """Build a pipeline and run it to its end, on whatever runner the options name."""
    if not is_local(beam_options):
        with beam.Pipeline(options=beam_options) as pipeline:
            build(pipeline)
        return
    # Beam logs what a stage raises, with its trace; what is raised on purpose explains itself.
    logging.getLogger(BEAM_ERRORS).addFilter(_is_unexpected)
    with local_runner(beam_options, workers=options.workers) as runner:
        pipeline = beam.Pipeline(runner=runner, options=beam_options)
        build(pipeline)
        pipeline.run().wait_until_finish()


def _is_unexpected(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, StepsmithError | OSError)
