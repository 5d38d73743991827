"""What an engine that waits can do already: the first samples of searches that are yet to run."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from stepsmith.schemas.records import Problem
from stepsmith.transforms.drive.driver import Driver
from stepsmith.transforms.drive.gather import gather_all
from stepsmith.transforms.drive.shard import FAULTS_OF_THE_RUN, deadline
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.search.base import Strategy

_AT_A_TIME = 64

_log = logging.getLogger(__name__)


async def begin_ahead(
    problems: Iterable[Problem],
    *,
    driver: Driver,
    strategy: Strategy,
    journal: Journal,
    room: asyncio.Semaphore,
    goes_on: Callable[[], bool],
    plan_deadline_s: float | None = None,
) -> None:
    """File what the searches of `problems` sample first, for as long as `goes_on` says so.

    Whatever a search asks for comes first. `room` bounds how many problems are begun at a time,
    and with it what is still to be written when this should not go on. A problem that fails here
    will fail in its search, which tells it; by what every search would fail is raised.
    """
    left = iter(problems)

    async def begin(problem: Problem) -> None:
        try:
            async with deadline(plan_deadline_s):
                await driver.begin(problem, strategy, journal)
        except FAULTS_OF_THE_RUN:
            raise
        except Exception as error:  # noqa: BLE001 - any fault of one search is told by that search
            _log.debug("%s was not begun ahead: %s", problem.id, error)

    async def work() -> None:
        for problem in left:
            async with room:
                if not goes_on():
                    return
                await begin(problem)

    await gather_all([work() for _ in range(_AT_A_TIME)])
