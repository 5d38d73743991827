"""Trying failed problems again: which ones, and what became of them."""

import dataclasses
from collections.abc import Mapping

from stepsmith.schemas.arrow import ERRORS
from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.beam.retry import drop_stale, forget, read_marks, set_aside
from stepsmith.transforms.files import Files
from stepsmith.transforms.job import Job
from stepsmith.transforms.sink.shards import read_shard

FINAL = frozenset(
    {"CodeProblemError", "GoldError", "ProblemError", "ProgramError", "UntrustedTestsError"}
)
"""What is wrong with the problem itself: another try of the same problem ends in the same way."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Retried:
    """How many problems were searched again, and how many of them failed again."""

    problems: int = 0
    failed: int = 0


def may_succeed(error: ErrorRecord) -> bool:
    """Say whether another try may end otherwise: what cannot be read stays as it is."""
    return error.stage == "search" and error.kind not in FINAL


def prepare_retry(job: Job, files: Files) -> None:
    """Set aside the finished shards with problems that are worth another try.

    A retry that was cut off is gone on with first: what it has tried is not tried twice. The mark
    of the run is removed before anything else, and only if there is something to try.
    """
    marks = read_marks(job)
    chosen = {
        index: ids
        for index, ids in _failed(job, files).items()
        if index not in marks and files.exists(job.layout.shard("searched", index))
    }
    if not chosen:
        return
    for path in (job.layout.success, job.layout.manifest):
        files.delete(path)
    for index, ids in chosen.items():
        set_aside(job, index, ids)


def go_on_with_retry(job: Job) -> dict[int, frozenset[str]]:
    """Return the problems that this run searches again, by their shard, and make way for them."""
    marks = read_marks(job)
    drop_stale(job, marks)
    return marks


def end_retry(job: Job, files: Files, marks: Mapping[int, frozenset[str]]) -> Retried:
    """Count what became of the problems that were searched again, and forget how they were."""
    failed = {index: _errors(job, files, index) for index in marks}
    again = sum(
        error.problem_id in marks[index]
        for index, errors in failed.items()
        for error in errors
        if error.stage == "search"
    )
    forget(job, marks)
    return Retried(problems=sum(map(len, marks.values())), failed=again)


def _failed(job: Job, files: Files) -> dict[int, frozenset[str]]:
    found = {
        index: frozenset(
            error.problem_id
            for error in _errors(job, files, index)
            if may_succeed(error) and error.problem_id is not None
        )
        for index in range(job.recipe.shards)
    }
    return {index: ids for index, ids in found.items() if ids}


def _errors(job: Job, files: Files, index: int) -> list[ErrorRecord]:
    path = job.layout.shard("errors", index, split="search")
    return read_shard(files, path, ERRORS) if files.exists(path) else []
