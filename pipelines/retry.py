"""Trying failed problems again: which ones, and what became of them."""

import dataclasses
from collections.abc import Mapping

from stepsmith.schemas.arrow import ERRORS
from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.beam.retry import carry_out, decide, drop_stale, forget, read_marks
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
    """Decide to search again whatever is worth another try, and begin with it.

    A retry that was cut off is gone on with first: what it has tried is not tried twice.
    """
    begin_retry(job, files)
    marks = read_marks(job)
    chosen = {
        index: ids
        for index, ids in _failed(job, files).items()
        if index not in marks and files.exists(job.layout.shard("searched", index))
    }
    if chosen:
        decide(job, chosen)
        begin_retry(job, files)


def begin_retry(job: Job, files: Files) -> None:
    """Do what a retry decided before it was killed, or tidy up after one that has ended."""
    carry_out(job)
    if files.exists(job.layout.success):
        forget(job, read_marks(job))


def go_on_with_retry(job: Job) -> dict[int, frozenset[str]]:
    """Return the problems that this run searches again, by their shard, and make way for them."""
    marks = read_marks(job)
    drop_stale(job, marks)
    return marks


def count_retried(job: Job, files: Files, marks: Mapping[int, frozenset[str]]) -> Retried:
    """Count what became of the problems that were searched again."""
    failed = {index: _errors(job, files, index) for index in marks}
    again = sum(
        error.problem_id in marks[index]
        for index, errors in failed.items()
        for error in errors
        if error.stage == "search"
    )
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
