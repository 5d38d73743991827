"""Closing a run: count what is there against what was planned, then say so and mark it."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

import collections
import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from stepsmith.schemas.arrow import ERRORS, ROLLOUTS, TRAJECTORIES
from stepsmith.schemas.errors import RunError
from stepsmith.schemas.records import LabelledTrajectory, Rollout
from stepsmith.transforms.files import Files
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.parquet import read_table
from stepsmith.transforms.verify.run import count_undecided


@dataclasses.dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of the data set."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """Where the problems went, and what was made of them.

    `planned` = `done` + `failed` + `skipped`: skipped problems were searched and gave no row,
    failed ones include what could not be read. Label counts are over the steps of all rows.
    """

    planned: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    rows: int = 0
    kept: int = 0
    steps: int = 0
    rollouts: int = 0
    tokens: int = 0
    outcomes: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    correct: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    with_value: int = 0
    first_errors: int = 0
    undecided: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])


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
        run=run,
    )
    files.write(job.layout.manifest, _json(manifest))
    _check_errors(job, counts)
    files.write(job.layout.success, b"")
    return manifest


def read_manifest(files: Files, path: str) -> Manifest:
    """Read a run's manifest."""
    with files.open_read(path) as file:
        return msgspec.json.decode(file.read(), type=Manifest)


def _json(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def _check_errors(job: Job, counts: Counts) -> None:
    allowed = job.recipe.max_error_rate
    if counts.failed > allowed * counts.planned:
        msg = (
            f"{counts.failed} of {counts.planned} problems failed and the recipe allows "
            f"{allowed:.1%}: see {job.layout.every_shard('errors')}. The rest is finished and "
            "kept; to accept it, run again with --set max_error_rate=RATE"
        )
        raise RunError(msg)


class _Tally:
    """Reads every shard of the run once."""

    def __init__(self, *, job: Job, files: Files) -> None:
        self._job = job
        self._files = files
        self.entries: list[FileEntry] = []

    def counts(self) -> Counts:
        plan = self._plan()
        self._check_shards(plan)
        unreadable = len(self._rows("errors", ERRORS, split="source"))
        failed = len(self._rows("errors", ERRORS, split="search"))
        rows: list[LabelledTrajectory] = self._rows("trajectories", TRAJECTORIES)
        rollouts: list[Rollout] = self._rows("rollouts", ROLLOUTS)
        planned = sum(plan.values()) + unreadable
        done = len({row.problem.id for row in rows})
        skipped = planned - done - failed - unreadable
        if skipped < 0:
            msg = f"{planned} problems were planned, but {done} are done and {failed} failed"
            raise RunError(msg)
        return Counts(
            planned=planned,
            done=done,
            failed=failed + unreadable,
            skipped=skipped,
            rollouts=len(rollouts),
            tokens=sum(rollout.n_tokens or 0 for rollout in rollouts),
            **_label_counts(rows),
        )

    def _plan(self) -> dict[int, int]:
        path = self._job.layout.plan
        if not self._files.exists(path):
            return {}
        with self._files.open_read(path) as file:
            return {int(index): size for index, size in json.load(file)["shards"].items()}

    def _check_shards(self, plan: Mapping[int, int]) -> None:
        layout = self._job.layout
        for table in ("searched", "trajectories"):
            expected = {layout.shard(table, index) for index in plan}
            found = set(self._files.match(layout.every_shard(table)))
            if missing := sorted(expected - found):
                msg = f"{len(missing)} of {len(expected)} shards are missing: {missing[0]} ..."
                raise RunError(msg)
            if foreign := sorted(found - expected):
                msg = f"{foreign[0]} belongs to another run; remove it or use --fresh"
                raise RunError(msg)

    def _rows(self, name: str, table: Any, *, split: str = "train") -> list[Any]:
        pattern = self._job.layout.every_shard(name).replace("/*-of", f"/{split}-*-of")
        rows: list[Any] = []
        for path in self._files.match(pattern):
            with self._files.open_read(path) as file:
                data = file.read()
            shard = table.from_arrow(read_table(data))
            self.entries.append(
                FileEntry(
                    path=path.removeprefix(f"{self._job.root}/"),
                    rows=len(shard),
                    bytes=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                )
            )
            rows.extend(shard)
        return rows


def _label_counts(rows: Sequence[LabelledTrajectory]) -> dict[str, Any]:
    labels = [label for row in rows for label in row.labels]
    verdicts = [row.outcome for row in rows]
    verdicts += [verdict for label in labels for verdict in label.verdicts]
    words = {True: "right", False: "wrong", None: "unknown"}
    return {
        "rows": len(rows),
        "kept": sum(row.keep for row in rows),
        "steps": len(labels),
        "outcomes": _count(row.outcome.outcome for row in rows),
        "correct": _count(words[label.correct] for label in labels),
        "with_value": sum(label.value is not None for label in labels),
        "first_errors": sum(row.first_error is not None for row in rows),
        "undecided": count_undecided(verdicts),
    }


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(collections.Counter(values).items()))
