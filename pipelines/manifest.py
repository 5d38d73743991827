"""Closing a run: count what is there against what was planned, then say so and mark it."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from stepsmith.pipelines.counts import COUNTS, Counts, add_up
from stepsmith.pipelines.estimate import compare, read_estimate
from stepsmith.pipelines.retry import may_succeed
from stepsmith.schemas.arrow import ERRORS
from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import RunError
from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.files import Files
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.sink.parquet import read_table


@dataclasses.dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of the data set."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a finished run holds. Times and hosts stand in `run` and in no shard."""

    name: str
    recipe_digest: str
    code_version: str
    counts: Counts
    files: tuple[FileEntry, ...]
    run: Mapping[str, Any]


def finish(job: Job, files: Files, *, run: Mapping[str, Any]) -> Manifest:
    """Check that every planned problem is accounted for, then write the manifest and the mark.

    `run` says when and how it ran; what was planned of it beforehand is put beside what it was.
    Raises `RunError` when a shard is missing or foreign, when the counts do not add up, or when
    more problems failed than the recipe allows; then the run is not marked as a success.
    """
    tally = _Tally(job=job, files=files)
    counts = tally.counts()
    manifest = Manifest(
        name=job.recipe.name,
        recipe_digest=job.digest,
        code_version=job.version,
        counts=counts,
        files=tuple(tally.entries),
        run={**run, **_planned(job, files, counts, run)},
    )
    files.write(job.layout.manifest, _json(manifest))
    if not counts.planned:
        source = job.recipe.source
        msg = f"the source ({source.kind}) gave no problem; its options: {dict(source.options)}"
        raise RunError(msg)
    _check_errors(job, counts, tally.errors)
    files.write(job.layout.success, b"")
    return manifest


def _planned(
    job: Job, files: Files, counts: Counts, run: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """Compare with the estimate of this very recipe, if there is one.

    The hours are those of all replies at the speed of this session, which may have found some of
    them in the journals; a session that sampled nothing has none.
    """
    estimate = read_estimate(files, job.layout.estimate, digest=job.digest)
    if estimate is None:
        return {}
    engine = msgspec.convert(run.get("engine") or {}, known(EngineUsage))
    per_hour = 3600 * engine.n_tokens / engine.busy_s if engine.busy_s else 0.0
    actual = {
        "samples": counts.samples,
        "prompt_tokens": counts.prompt_tokens,
        "tokens": counts.tokens,
        "rows": counts.rows,
        "engine_hours": counts.tokens / per_hour if per_hour else None,
    }
    return {"planned": compare(estimate, actual)}


def read_manifest(files: Files, path: str) -> Manifest:
    """Read a run's manifest."""
    with files.open_read(path) as file:
        return msgspec.json.decode(file.read(), type=known(Manifest))


def read_plan(files: Files, path: str) -> dict[int, int]:
    """Read how many problems each shard has; a plan that is not there has no shard."""
    if not files.exists(path):
        return {}
    with files.open_read(path) as file:
        return {int(index): size for index, size in json.load(file)["shards"].items()}


def _json(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def _check_errors(job: Job, counts: Counts, errors: Sequence[ErrorRecord]) -> None:
    allowed = job.recipe.max_error_rate
    if counts.failed > allowed * counts.planned:
        msg = (
            f"{counts.failed} of {counts.planned} problems failed and the recipe allows "
            f"{allowed:.1%}: see {job.layout.every_shard('errors')}. The rest is finished and "
            "kept; to accept it, run again with --set max_error_rate=RATE"
        )
        if counts.retryable:
            msg += f"; {counts.retryable} of them may succeed in another try: add --retry-failed"
        msg += f"\nThe first: {_described(errors[0])}"
        raise RunError(msg)


def _described(error: ErrorRecord) -> str:
    where = [error.location, None if error.line is None else f"line {error.line}", error.problem_id]
    return f"{', '.join(filter(None, where))}: {error.kind}: {error.message}"


class _Tally:
    """Reads every shard of the run once, and holds the rows of one shard at a time."""

    def __init__(self, *, job: Job, files: Files) -> None:
        self._job = job
        self._files = files
        self.entries: list[FileEntry] = []
        self.errors: tuple[ErrorRecord, ...] = ()

    def counts(self) -> Counts:
        plan = read_plan(self._files, self._job.layout.plan)
        self._check_shards(plan)
        unreadable, errors = self._errors("source"), self._errors("search")
        self.errors = (*unreadable, *errors)
        failed = len(errors)
        counted = [count(shard) for table, count in COUNTS.items() for shard in self._shards(table)]
        total = add_up(counted)
        planned = sum(plan.values()) + len(unreadable)
        skipped = planned - total.done - failed - len(unreadable)
        if skipped < 0:
            msg = f"{planned} problems were planned, but {total.done} are done and {failed} failed"
            raise RunError(msg)
        return dataclasses.replace(
            total,
            planned=planned,
            failed=failed + len(unreadable),
            retryable=sum(map(may_succeed, errors)),
            skipped=skipped,
        )

    def _errors(self, split: str) -> list[ErrorRecord]:
        shards = self._shards("errors", split=split)
        return [error for shard in shards for error in ERRORS.from_arrow(shard)]

    def _check_shards(self, plan: Mapping[int, int]) -> None:
        layout = self._job.layout
        for table in ("searched", "judged", "trajectories"):
            expected = {layout.shard(table, index) for index in plan}
            found = set(self._files.match(layout.every_shard(table)))
            if missing := sorted(expected - found):
                msg = f"{len(missing)} of {len(expected)} shards are missing: {missing[0]} ..."
                raise RunError(msg)
            if foreign := sorted(found - expected):
                msg = f"{foreign[0]} belongs to another run; remove it or use --fresh"
                raise RunError(msg)

    def _shards(self, table: str, *, split: str = "train") -> Iterator[pa.Table]:
        pattern = self._job.layout.every_shard(table).replace("/*-of", f"/{split}-*-of")
        for path in self._files.match(pattern):
            with self._files.open_read(path) as file:
                data = file.read()
            shard = read_table(data)
            self.entries.append(
                FileEntry(
                    path=path.removeprefix(f"{self._job.root}/"),
                    rows=shard.num_rows,
                    bytes=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                )
            )
            yield shard
