"""Labelling anew, from the rows that were searched and judged: no sample, no engine."""

import dataclasses
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec

from stepsmith.pipelines.claim import Asked, held, read_asked
from stepsmith.pipelines.interrupt import interruptible
from stepsmith.pipelines.manifest import Manifest, finish, read_manifest, read_plan
from stepsmith.pipelines.run import (
    RunOptions,
    describe_rest,
    read_options,
    run_stages,
    take_place,
    times,
)
from stepsmith.pipelines.stages import add_labels
from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import RecipeError, UserError, suggest
from stepsmith.schemas.recipe import Recipe, read_override, read_sandbox
from stepsmith.schemas.side_tables import MADE
from stepsmith.transforms.beam.coders import register_coders
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.report import ShardReport
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.layout import Layout
from stepsmith.transforms.sink.shards import read_footer
from stepsmith.transforms.verify import get_verifier

_CARRIED = ("searched", "rollouts", *(table.name for table in MADE.values()), "errors")
_SANDBOX = "sandbox."
_ALLOWED = ("label.OPTION", "verify.steps", "sandbox.KEY", "name", "max_error_rate")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Relabelling:
    """What is to be labelled anew, and how. `verify` names the step verifiers, if given.

    A kind of labeler begins with its default options; `overrides` are applied after it.
    """

    dataset: str
    output: str | None = None
    label: str | None = None
    verify: Sequence[str] | None = None
    overrides: Sequence[str] = ()

    @property
    def root(self) -> str:
        """Where the new labels go: never where the old ones are."""
        return (self.output or f"{self.dataset.rstrip('/')}-relabelled").rstrip("/")


def relabel(asked: Relabelling, options: RunOptions) -> tuple[Job, Manifest]:
    """Make a data set of the same searches with new labels in a folder of its own, or go on.

    The tables of the search are carried over, as hard links where both folders are on this
    machine. Verdicts are too, unless other verifiers are asked for or `verify` is given. The data
    set that is labelled anew is only read. Raises `UserError` for what needs new samples.
    """
    beam_options = read_options(options)
    source = Layout(root=asked.dataset.rstrip("/"), shards=1).root
    if _same_place(source, asked.root):
        msg = f"--output {asked.root} is the data set itself; new labels go into another folder"
        raise UserError(msg)
    before = read_asked(files_of(source), source)
    plan = _searched(source, before.shards)
    job = _job(asked, before, source)
    files = files_of(job.root)
    with held(job.root, files):
        job = take_place(job, files, options)
        if files.exists(job.layout.success):
            return job, read_manifest(files, job.layout.manifest)
        started = time.time()
        _carry(job, source, verdicts=asked.verify is None and _same_verifiers(job, before))
        with interruptible(partial(describe_rest, job, files)):
            build = partial(_build, job=job, shards=sorted(plan))
            run_stages(build, job, options, beam_options)
        origin = {"dataset": source, "recipe_digest": before.recipe_digest}
        return job, finish(job, files, run={**times(started), "relabelled_from": origin})


def _job(asked: Relabelling, before: Asked, source: str) -> Job:
    parts: dict[str, Any] = {**before.recipe, "name": before.name, "shards": before.shards}
    if files_of(source).exists(Layout(root=source, shards=1).success):
        # Whatever failed was allowed by the run; here no problem can fail.
        parts["max_error_rate"] = 1.0
    if asked.label is not None:
        parts["label"] = {"kind": asked.label, "options": {}}
    if asked.verify is not None:
        parts["verify"] = {**parts["verify"], "steps": tuple(asked.verify)}
    for override in asked.overrides:
        if not override.startswith(_SANDBOX):
            _override(parts, *read_override(override, example="label.threshold=0.5"))
    recipe = _recipe(parts, source)
    of_sandbox = [
        override.removeprefix(_SANDBOX)
        for override in asked.overrides
        if override.startswith(_SANDBOX)
    ]
    if of_sandbox:
        sandbox = read_sandbox(of_sandbox, given=recipe.sandbox, where="--set")
        recipe = dataclasses.replace(recipe, sandbox=sandbox)
    job = Job(
        recipe=recipe,
        root=asked.root,
        digest=recipe.digest(**before.files),
        files=before.files,
    )
    for name in recipe.verify.steps:
        get_verifier(name)
    job.labeler()
    return job


def _recipe(parts: dict[str, Any], source: str) -> Recipe:
    try:
        return msgspec.convert(parts, known(Recipe))
    except msgspec.ValidationError as error:
        msg = f"{source}: {error}"
        raise RecipeError(msg) from None


def _override(parts: dict[str, Any], key: str, value: object) -> None:
    """Set one key in place; only what happens after the search may change."""
    match key.split("."):
        case ["label", "kind"]:
            parts["label"] = {**parts["label"], "kind": value}
        case ["label", option]:
            options = {**parts["label"]["options"], option: value}
            parts["label"] = {**parts["label"], "options": options}
        case ["verify", "steps"]:
            parts["verify"] = {**parts["verify"], "steps": value}
        case ["name" | "max_error_rate"]:
            parts[key] = value
        case _:
            msg = f"--set {key}: that needs new samples, by `stepsmith run`, and these are labels; "
            msg += suggest(key, _ALLOWED)
            raise UserError(msg)


def _same_verifiers(job: Job, before: Asked) -> bool:
    return list(before.recipe["verify"].get("steps", ())) == list(job.recipe.verify.steps)


def _same_place(one: str, other: str) -> bool:
    local, local_other = files_of(one).local_path(one), files_of(other).local_path(other)
    if local is None or local_other is None:
        return one == other
    return Path(local).resolve() == Path(local_other).resolve()


def _searched(source: str, shards: int) -> Mapping[int, int]:
    """Return the plan of a run whose search has ended."""
    there, files = Layout(root=source, shards=shards), files_of(source)
    plan = read_plan(files, there.plan)
    missing = [index for index in plan if not files.exists(there.shard("searched", index))]
    if missing or not files.exists(there.plan):
        msg = f"the search in {source} has not ended: run its recipe again to finish it"
        raise UserError(msg)
    return plan


def _carry(job: Job, source: str, *, verdicts: bool) -> None:
    """Bring over what the search made, and its verdicts; what is there already stays."""
    there, files = Layout(root=source, shards=job.recipe.shards), files_of(source)
    for table in (*_CARRIED, *(("judged",) if verdicts else ())):
        for path in files.match(there.every_shard(table)):
            _bring(path, f"{job.root}{path.removeprefix(source)}")
    _bring(there.plan, job.layout.plan)


def _bring(path: str, target: str) -> None:
    """Link a file, or copy it where it cannot be linked. Files of a run are never rewritten."""
    files = files_of(target)
    if files.exists(target):
        return
    local, local_target = files_of(path).local_path(path), files.local_path(target)
    if local is not None and local_target is not None:
        Path(local_target).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(local, local_target)
        except OSError:  # another device, or a file system without links
            pass
        else:
            return
    with files_of(path).open_read(path) as file:
        files.write(target, file.read())


def _build(pipeline: beam.Pipeline, job: Job, shards: Sequence[int]) -> None:
    register_coders()
    searched = (
        pipeline
        | "Shards" >> beam.Create(shards)
        | "Spread" >> beam.Reshuffle()
        | "ReadReport" >> beam.ParDo(_ReadReport(job)).with_output_types(ShardReport)
    )
    add_labels(searched, job)


class _ReadReport(beam.DoFn):
    """Report a shard that was searched before, from its footer."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, element: int) -> Iterable[ShardReport]:
        path = self._job.layout.shard("searched", element)
        footer = read_footer(files_of(path), path)
        yield ShardReport.from_footer(footer.metadata, n_rows=footer.n_rows)
