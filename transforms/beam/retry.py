"""Searching failed problems again: their shard is set aside, and what it held is kept.

The shards that are to be retried are copied into the run's `retry/` folder, and then one file there
decides which problems are searched again: until it is written nothing has begun, and from then on
every run goes on with all of it. A mark a shard takes the file's place before any search begins;
the shard's next search takes the replies, and all that came of other problems, from the copies.
Marks and copies go once the manifest says what became of the retry.
"""

import dataclasses
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from stepsmith.schemas.arrow import ERRORS, ROLLOUTS, TRAJECTORIES, Table
from stepsmith.schemas.records import ErrorRecord, LabelledTrajectory, Rollout
from stepsmith.schemas.side_tables import MADE
from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.drive.shard import ProblemShard, SearchedShard
from stepsmith.transforms.files import Files
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.journal import Journal, key_of
from stepsmith.transforms.sink.shards import read_shard

R = TypeVar("R")

_SPLITS = {"errors": "search"}
_COPIED = ("searched", "judged", "rollouts", *(table.name for table in MADE.values()), "errors")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Former:
    """What a shard held before; `again` are the ids of the problems that are searched anew."""

    again: frozenset[str]
    rows: tuple[LabelledTrajectory, ...]
    made: Mapping[str, tuple[Any, ...]]
    rollouts: tuple[Rollout, ...]
    errors: tuple[ErrorRecord, ...]

    def left_of(self, shard: ProblemShard) -> ProblemShard:
        """Return the shard with the problems that are searched anew, and no other."""
        problems = (problem for problem in shard.problems if problem.id in self.again)
        return dataclasses.replace(shard, problems=tuple(problems))

    def recall(self, journal: Journal) -> None:
        """Put every reply that was paid for into the journal, unless it is there already."""
        journal.put(*(one for one in self.rollouts if journal.get(key_of(one)) is None))

    def joined(self, searched: SearchedShard, shard: ProblemShard) -> SearchedShard:
        """Put what came of the problems of `shard` beside what there was of all others."""
        ids = {problem.id for problem in shard.problems}

        def others(records: Iterable[R], of: Callable[[R], str | None]) -> tuple[R, ...]:
            return tuple(record for record in records if of(record) not in ids)

        return dataclasses.replace(
            searched,
            rows=(*others(self.rows, _problem_of), *searched.rows),
            made={
                field: (*others(self.made[field], lambda one: one.problem_id), *new)
                for field, new in searched.made.items()
            },
            errors=(*others(self.errors, lambda error: error.problem_id), *searched.errors),
        )


def decide(job: Job, chosen: Mapping[int, Collection[str]]) -> None:
    """Copy finished shards, and decide that these problems of them are searched again."""
    for index in chosen:
        _keep(job, index)
    decided = {index: sorted(again) for index, again in chosen.items()}
    files_of(job.root).write(job.layout.retry_decided, json.dumps(decided).encode())


def _keep(job: Job, index: int) -> None:
    files, layout = files_of(job.root), job.layout
    for table in _COPIED:
        split = _SPLITS.get(table, "train")
        path = layout.shard(table, index, split=split)
        if files.exists(path):
            with files.open_read(path) as file:
                files.write(layout.former(table, index), file.read())
        else:
            files.delete(layout.former(table, index))


def carry_out(job: Job) -> None:
    """Do what was decided: the run is finished no more, nor is any shard that was chosen.

    What kills this leaves the decision, and it is done again from its start. No search begins while
    a decision stands, so that what is removed here was never made by the retry itself.
    """
    files, layout = files_of(job.root), job.layout
    if not files.exists(layout.retry_decided):
        return
    for path in (layout.success, layout.manifest):
        files.delete(path)
    with files.open_read(layout.retry_decided) as file:
        decided: dict[str, list[str]] = json.load(file)
    for index, again in decided.items():
        files.delete(layout.shard("searched", int(index)))
        files.write(layout.retry(int(index)), json.dumps(again).encode())
    files.delete(layout.retry_decided)


def read_marks(job: Job) -> dict[int, frozenset[str]]:
    """Read which problems of which shards are searched again in this run."""
    files = files_of(job.root)
    marks = {index: job.layout.retry(index) for index in range(job.recipe.shards)}
    # One listing, and not a question a shard: a run has thousands, and hardly ever a mark.
    found = frozenset(files.match(job.layout.every_retry))
    return {index: _read_mark(files, path) for index, path in marks.items() if path in found}


def drop_stale(job: Job, marks: Iterable[int]) -> None:
    """Remove the later stages of marked shards whose search has not been done again."""
    files, layout = files_of(job.root), job.layout
    for index in marks:
        if not files.exists(layout.shard("searched", index)):
            for stage in ("trajectories", "judged"):
                files.delete(layout.shard(stage, index))


def forget(job: Job, marks: Iterable[int]) -> None:
    """Remove marks and copies, a shard's mark last, so that what kills this is done again."""
    files, layout = files_of(job.root), job.layout
    for index in marks:
        for table in _COPIED:
            files.delete(layout.former(table, index))
        files.delete(layout.retry(index))


def read_former(job: Job, index: int) -> Former | None:
    """Read what a shard held before, if failed problems of it are searched again."""
    files, layout = files_of(job.root), job.layout
    if not files.exists(layout.retry(index)):
        return None

    def former(table: Table[R]) -> tuple[R, ...]:
        return _read(files, layout.former(table.name, index), table)

    return Former(
        again=_read_mark(files, layout.retry(index)),
        rows=_read(files, layout.former("searched", index), TRAJECTORIES),
        made={field: former(table) for field, table in MADE.items()},
        rollouts=former(ROLLOUTS),
        errors=tuple(error for error in former(ERRORS) if error.stage == "search"),
    )


def read_judged(job: Job, index: int) -> dict[str, LabelledTrajectory]:
    """Read the rows of a retried shard that were judged before, by the trajectory's id."""
    files, layout = files_of(job.root), job.layout
    if not files.exists(layout.retry(index)):
        return {}
    again = _read_mark(files, layout.retry(index))
    rows = _read(files, layout.former("judged", index), TRAJECTORIES)
    return {row.trajectory.id: row for row in rows if row.problem.id not in again}


def _read(files: Files, path: str, table: Table[R]) -> tuple[R, ...]:
    return tuple(read_shard(files, path, table)) if files.exists(path) else ()


def _read_mark(files: Files, path: str) -> frozenset[str]:
    with files.open_read(path) as file:
        return frozenset(json.load(file))


def _problem_of(row: LabelledTrajectory) -> str:
    return row.problem.id
