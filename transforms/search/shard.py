"""A shard of problems, searched: the unit that is committed, resumed and retried."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterable

from stepsmith.schemas.errors import EngineError
from stepsmith.schemas.records import ErrorRecord, LabelledTrajectory, Problem, Rollout
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.search.base import Strategy
from stepsmith.transforms.search.driver import Driver, Solved
from stepsmith.transforms.search.gather import gather_all


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProblemShard:
    """The problems of one shard, sorted by id, and those that could not be taken in."""

    index: int
    problems: tuple[Problem, ...]
    errors: tuple[ErrorRecord, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchedShard:
    """What the searches of a shard made, sorted; nothing in it depends on when they ran."""

    rows: tuple[LabelledTrajectory, ...]
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
    on_result: Callable[[Solved | ErrorRecord], None] = lambda _: None,
) -> SearchedShard:
    """Search every problem of the shard, as many at a time as the process's window allows.

    A search that raises becomes an error record of its own problem. `EngineError` is raised: the
    shard is not at fault, and its journal keeps what was paid for. `on_result` hears of each
    search as it ends.
    """

    async def solve(problem: Problem) -> Solved | ErrorRecord:
        async with window:
            result = await _solve(problem, driver=driver, strategy=strategy, journal=journal)
        on_result(result)
        return result

    results = await gather_all([solve(problem) for problem in shard.problems])
    solved = [result for result in results if isinstance(result, Solved)]
    failed = [result for result in results if isinstance(result, ErrorRecord)]
    return SearchedShard(
        rows=tuple(row for result in solved for row in result.rows),
        rollouts=tuple(journal),
        errors=(*shard.errors, *failed),
        n_replayed=sum(result.n_replayed for result in solved),
    )


async def _solve(
    problem: Problem,
    *,
    driver: Driver,
    strategy: Strategy,
    journal: Journal,
) -> Solved | ErrorRecord:
    try:
        return await driver.solve(problem, strategy, journal)
    except EngineError:
        raise
    except Exception as error:  # noqa: BLE001 - any fault of one search is that problem's row
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
