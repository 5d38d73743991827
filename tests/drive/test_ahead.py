"""Samples drawn ahead: only what a search asks first, never in its way, and never twice."""

import asyncio
import dataclasses
import itertools
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from stepsmith.schemas import EngineError, Problem, ProblemError, Sampling
from stepsmith.transforms.drive.ahead import begin_ahead
from stepsmith.transforms.drive.driver import Driver
from stepsmith.transforms.drive.scheduler import QueuedPolicy, window_of
from stepsmith.transforms.drive.shard import SearchedShard, make_shard, search_shard
from stepsmith.transforms.policy import Reply, Request
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates
from stepsmith.transforms.search import Strategy
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.text.read import Reader
from stepsmith.transforms.text.segment import get_segmenter
from tests.drive.drivers import judge
from tests.drive.paced import PacedPolicy, run_paced

RATES = SimulatedRates(error_rate=0.15, recovery_rate=0.05)
BISECT: Strategy = partial(bisect, solutions=2, batch=2)
PROBLEMS = tuple(
    Problem(id=f"p{n:02}", prompt=f"{n} + 3 - 2 + 7 =", answer=str(n + 8)) for n in range(40)
)


class Asked(SimulatedPolicy):
    """The simulated policy, that counts what it is asked; it refuses one problem and may die."""

    def __init__(
        self, *, refuses: str = "", dies_after: int | None = None, latency_s: float = 0.0
    ) -> None:
        super().__init__(RATES, latency_s=latency_s, max_in_flight=4)
        self.draws: Counter[tuple[str, int]] = Counter()
        self.order: list[str] = []
        self._refuses = refuses
        self._dies_after = dies_after

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        if request.problem.id == self._refuses:
            msg = "not this one"
            raise ProblemError(msg)
        if self._dies_after is not None and len(self.order) >= self._dies_after:
            msg = "the engine is gone"
            raise EngineError(msg)
        for index in range(request.n):
            self.draws[request.problem.id, request.seed + index] += 1
        self.order.append(request.problem.id)
        return await super().sample(request)


def driver(policy: SimulatedPolicy | PacedPolicy, *, window: asyncio.Semaphore | None) -> Driver:
    return Driver(
        policy=QueuedPolicy(policy),
        sampling=Sampling(),
        seed=3,
        read=Reader(segment=get_segmenter("line")),
        ask_verifier=judge,
        all_begun=lambda: window is not None and not window.locked(),
    )


async def ahead(
    problems: tuple[Problem, ...], world: Driver, journal: Journal, *, n: int | None = None
) -> None:
    """Begin problems, of which the `n`-th finds that it should not go on."""
    left = itertools.count()
    await begin_ahead(
        problems,
        driver=world,
        strategy=BISECT,
        journal=journal,
        room=asyncio.Semaphore(2),
        goes_on=lambda: n is None or next(left) < n,
    )


async def searched(problems: tuple[Problem, ...], world: Driver, journal: Journal) -> SearchedShard:
    return await search_shard(
        make_shard(0, problems),
        driver=world,
        strategy=BISECT,
        journal=journal,
        window=asyncio.Semaphore(8),
    )


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal", owner="test")


async def test_only_the_first_ask_of_each_problem_is_drawn(journal: Journal) -> None:
    policy = Asked()
    with journal:
        await ahead(PROBLEMS, driver(policy, window=None), journal)
        assert {(one.problem_id, one.path, one.sample_index) for one in journal} == {
            (problem.id, "solve", index) for problem in PROBLEMS for index in range(2)
        }
    assert policy.draws.total() == 2 * len(PROBLEMS)


async def test_a_search_finds_what_was_drawn_and_makes_the_rows_that_it_makes_without(
    journal: Journal, tmp_path: Path
) -> None:
    policy, other = Asked(), Asked()
    with journal, Journal(tmp_path / "other", owner="test") as apart:
        await ahead(PROBLEMS[:30], driver(policy, window=None), journal, n=20)
        done = await searched(PROBLEMS, driver(policy, window=None), journal)
        without = await searched(PROBLEMS, driver(other, window=None), apart)
    assert done.n_replayed == 40
    assert dataclasses.replace(without, n_replayed=40, rollouts=()) == dataclasses.replace(
        done, rollouts=()
    )
    assert set(done.rollouts) == set(without.rollouts)
    assert policy.draws == other.draws
    assert set(policy.draws.values()) == {1}


async def test_it_stops_when_told_to(journal: Journal) -> None:
    policy = Asked()
    with journal:
        await ahead(PROBLEMS, driver(policy, window=None), journal, n=7)
    assert {name for name, _ in policy.draws} == {problem.id for problem in PROBLEMS[:7]}


async def test_a_problem_that_fails_is_left_to_its_search(journal: Journal) -> None:
    policy = Asked(refuses="p03")
    with journal:
        await ahead(PROBLEMS[:6], driver(policy, window=None), journal)
        assert {one.problem_id for one in journal} == {"p00", "p01", "p02", "p04", "p05"}
        done = await searched(PROBLEMS[:6], driver(policy, window=None), journal)
    assert [error.problem_id for error in done.errors] == ["p03"]


async def test_a_problem_on_which_no_sample_should_be_spent_gets_none(journal: Journal) -> None:
    async def check(problem: Problem) -> None:
        if problem.id != "p01":
            msg = "its own answer fails"
            raise ProblemError(msg)

    policy = Asked()
    world = dataclasses.replace(driver(policy, window=None), check_problem=check)
    with journal:
        await ahead(PROBLEMS, world, journal)
    assert {name for name, _ in policy.draws} == {"p01"}


async def test_an_engine_that_is_gone_is_told_and_nothing_is_left_under_way(
    journal: Journal,
) -> None:
    policy = Asked(dies_after=5)
    with journal:
        with pytest.raises(EngineError, match="the engine is gone"):
            await ahead(PROBLEMS, driver(policy, window=None), journal)
        assert len(asyncio.all_tasks()) == 1
        assert len(list(journal)) == 10  # two replies a request


def test_what_a_search_asks_comes_first(journal: Journal) -> None:
    policy = Asked(latency_s=0.001)
    world = driver(policy, window=None)

    async def side_by_side() -> None:
        await asyncio.gather(
            ahead(PROBLEMS[8:], world, journal), searched(PROBLEMS[:8], world, journal)
        )

    with journal:
        run_paced(side_by_side())
    names = [name < "p08" for name in policy.order]
    first, last = names.index(True), len(names) - names[::-1].index(True)
    # Two problems were begun before any search asked. Of four places these two left two, to which
    # the other four came when all four were free.
    assert first == 2
    assert names[first : first + 6] == [True] * 6
    assert set(policy.draws.values()) == {1}
    assert last < len(names)


async def keep_busy(*, ahead: bool, at_the_end: bool, folder: Path) -> float:
    """Search a pilot and then the rest, as a run does, and return how busy the engine was."""
    policy = PacedPolicy(slots=8, rates=RATES)
    window = asyncio.Semaphore(window_of(policy.max_in_flight))
    world = driver(policy, window=window if at_the_end else None)
    problems = tuple(dataclasses.replace(PROBLEMS[n % 40], id=f"q{n:03}") for n in range(120))
    pilot, rest = make_shard(0, problems[:12]), make_shard(0, problems[12:])
    n_pilots = 1

    async def search_pilot() -> None:
        nonlocal n_pilots
        await search_shard(pilot, driver=world, strategy=BISECT, journal=journal, window=window)
        n_pilots = 0

    with Journal(folder / f"{ahead}-{at_the_end}", owner="test") as journal:
        work = [search_pilot()]
        if ahead:
            room = asyncio.Semaphore(policy.max_in_flight)
            begun = begin_ahead(
                rest.problems,
                driver=world,
                strategy=BISECT,
                journal=journal,
                room=room,
                goes_on=lambda: n_pilots > 0,
            )
            work.append(begun)
        await asyncio.gather(*work)
        await search_shard(rest, driver=world, strategy=BISECT, journal=journal, window=window)
    return policy.busy_share()


def test_an_engine_is_kept_busy_while_the_pilot_and_the_last_searches_end(tmp_path: Path) -> None:
    shares = {
        on: run_paced(keep_busy(ahead=on, at_the_end=on, folder=tmp_path)) for on in (False, True)
    }
    assert shares[True] > 0.95
    assert shares[True] - shares[False] > 0.05
