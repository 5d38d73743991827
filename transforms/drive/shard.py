"""A shard of problems, searched: the unit that is committed, resumed and retried."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from typing import Any

from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas.errors import EngineError, ProblemError, RunError, UserError
from stepsmith.schemas.records import (
    ErrorRecord,
    LabelledTrajectory,
    Problem,
    Rollout,
)
from stepsmith.transforms.drive.driver import Driver, Solved
from stepsmith.transforms.drive.gather import gather_all
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.search.base import SearchResult, Strategy

FAULTS_OF_THE_RUN = (EngineError, RunError, SandboxError, UserError)
"""What no problem is at fault for: every other one would fail by it as well."""


class PlanDeadlineError(ProblemError):
    """One problem's search took longer than the recipe allows."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProblemShard:
    """The problems of one shard, sorted by id, and those that could not be taken in."""

    index: int
    problems: tuple[Problem, ...]
    errors: tuple[ErrorRecord, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchedShard:
    """What the searches of a shard made, sorted; nothing in it depends on when they ran.

    `made` is what they made beside their rows, by the field of their results.
    """

    rows: tuple[LabelledTrajectory, ...]
    made: Mapping[str, tuple[Any, ...]]
    rollouts: tuple[Rollout, ...]
    errors: tuple[ErrorRecord, ...]
    n_replayed: int


def make_shard(index: int, problems: Iterable[Problem]) -> ProblemShard:
    """Sort the problems of a shard; a second problem with the same id becomes an error record."""
    kept: dict[str, Problem] = {}
    errors: list[ErrorRecord] = []
    for problem in sorted(problems, key=lambda problem: (problem.id, problem.prompt)):
        if problem.id in kept:
            errors.append(_duplicate(problem))
        else:
            kept[problem.id] = problem
    return ProblemShard(index=index, problems=tuple(kept.values()), errors=tuple(errors))


async def search_shard(
    shard: ProblemShard,
    *,
    driver: Driver,
    strategy: Strategy,
    journal: Journal,
    window: asyncio.Semaphore,
    plan_deadline_s: float | None = None,
    on_result: Callable[[Solved | ErrorRecord], None] = lambda _: None,
) -> SearchedShard:
    """Search every problem of the shard, as many at a time as the process's window allows.

    A search that raises, or takes longer than `plan_deadline_s` from when it enters the window,
    becomes an error record of its own problem; the replies that it was given stay in the journal.
    `FAULTS_OF_THE_RUN` are raised: the journal keeps what was paid for. `on_result` hears of each
    search as it ends.
    """

    async def solve(problem: Problem) -> Solved | ErrorRecord:
        result: Solved | ErrorRecord
        async with window:
            try:
                async with deadline(plan_deadline_s):
                    result = await driver.solve(problem, strategy, journal)
            except FAULTS_OF_THE_RUN:
                raise
            except Exception as error:  # noqa: BLE001 - any fault of one search is that problem's
                result = _failure(problem, error)
        on_result(result)
        return result

    results = await gather_all([solve(problem) for problem in shard.problems])
    solved = [result for result in results if isinstance(result, Solved)]
    failed = [result for result in results if isinstance(result, ErrorRecord)]
    return SearchedShard(
        rows=tuple(row for one in solved for row in one.result.rows),
        made={
            field.name: tuple(each for one in solved for each in getattr(one.result, field.name))
            for field in dataclasses.fields(SearchResult)
            if field.name != "rows"
        },
        rollouts=tuple(journal),
        errors=(*shard.errors, *failed),
        n_replayed=sum(result.n_replayed for result in solved),
    )


@contextlib.asynccontextmanager
async def deadline(plan_deadline_s: float | None) -> AsyncGenerator[None, None]:
    """Cancel what the block waits for after so long, and raise `PlanDeadlineError`."""
    scope = asyncio.timeout(plan_deadline_s)
    try:
        async with scope:
            yield
    except TimeoutError:
        if not scope.expired():
            raise
        msg = f"the search took longer than plan_deadline_s = {plan_deadline_s:g}"
        raise PlanDeadlineError(msg) from None


def _failure(problem: Problem, error: Exception) -> ErrorRecord:
    return ErrorRecord(
        stage="search",
        kind=type(error).__name__,
        message=str(error),
        problem_id=problem.id,
        input=problem.prompt,
    )


def _duplicate(problem: Problem) -> ErrorRecord:
    return ErrorRecord(
        stage="source",
        kind="DuplicateId",
        message=f"a problem with the id {problem.id!r} came before; ids must be unique in a run",
        problem_id=problem.id,
        field="id",
        input=problem.prompt,
    )
