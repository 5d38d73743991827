"""The queue before an engine: bounded, oldest first, nothing leaks, and the engine stays full."""

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Problem, Sampling
from stepsmith.transforms.drive.scheduler import (
    Places,
    QueuedPolicy,
    places_of,
    turn_ahead,
    turn_at_the_end,
    turn_in_order,
    window_of,
)
from stepsmith.transforms.policy import Reply, Request
from stepsmith.transforms.policy.meter import EngineMeter

REPLY = Reply(text="x", finish_reason="stop")


def request(n: int) -> Request:
    problem = Problem(id="p", prompt="?")
    return Request(problem=problem, prefix=(), sampling=Sampling(), seed=0, n=n)


async def settle() -> None:
    """Let every task run until it waits for something that is not there."""
    for _ in range(20):
        await asyncio.sleep(0)


class Line:
    """Callers at a queue, each of which stays inside until it is let go."""

    def __init__(self, n_places: int) -> None:
        self.places = Places(n_places)
        self.entered: list[str] = []
        self._exits: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, name: str, turn: tuple[int, int], n: int = 1) -> None:
        self._exits[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._visit(name, turn, n))
        await settle()

    async def leave(self, name: str) -> None:
        self._exits[name].set()
        await settle()

    async def cancel(self, name: str) -> None:
        self._tasks[name].cancel()
        await settle()
        assert self._tasks[name].cancelled()

    async def _visit(self, name: str, turn: tuple[int, int], n: int) -> None:
        async with self.places.held(n, turn):
            self.entered.append(name)
            await self._exits[name].wait()


async def test_the_oldest_search_goes_first_and_within_it_the_first_ask() -> None:
    line = Line(1)
    await line.come("now", (9, 1))
    for name, turn in (("c", (2, 1)), ("b", (1, 2)), ("a", (1, 1)), ("d", (2, 1))):
        await line.come(name, turn)
    for name in ("now", "a", "b", "c", "d"):
        await line.leave(name)
    assert line.entered == ["now", "a", "b", "c", "d"]


async def test_nobody_overtakes_one_that_waits_for_many_places() -> None:
    line = Line(4)
    await line.come("first", (0, 1), 3)
    await line.come("large", (1, 1), 2)
    await line.come("small", (2, 1), 1)
    assert line.entered == ["first"]
    await line.leave("first")
    assert line.entered == ["first", "large", "small"]


async def test_one_that_is_larger_than_the_whole_passes_alone() -> None:
    line = Line(4)
    await line.come("small", (0, 1), 1)
    await line.come("huge", (1, 1), 100)
    await line.come("next", (2, 1), 1)
    await line.leave("small")
    assert line.entered == ["small", "huge"]
    assert line.places.n_free == 0
    await line.leave("huge")
    assert line.entered == ["small", "huge", "next"]


async def test_a_waiter_that_is_cancelled_holds_nobody_up() -> None:
    line = Line(2)
    await line.come("first", (0, 1), 1)
    await line.come("large", (1, 1), 2)
    await line.come("small", (2, 1), 1)
    assert line.places.n_waiting == 2
    await line.cancel("large")
    assert line.entered == ["first", "small"]
    assert line.places.n_waiting == 0


async def test_one_that_is_cancelled_between_its_grant_and_its_next_step_gives_back() -> None:
    places = Places(1)

    async def visit() -> None:
        async with places.held(1, (0, 1)):
            pytest.fail("it was cancelled before it could enter")

    async with places.held(1, (0, 0)):
        task = asyncio.create_task(visit())
        await settle()
    assert places.n_free == 0  # granted; its task has not run since
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert places.n_free == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["come", "leave", "cancel"]), st.integers(0, 40), st.integers(1, 7)
        ),
        max_size=40,
    ),
    st.integers(1, 5),
)
async def test_no_place_leaks_whatever_comes_leaves_and_is_cancelled(
    events: list[tuple[str, int, int]], n_places: int
) -> None:
    places, inside = Places(n_places), 0
    exits: list[asyncio.Event] = []
    tasks: list[asyncio.Task[None]] = []

    async def visit(turn: int, n: int, leave: asyncio.Event) -> None:
        nonlocal inside
        async with places.held(n, (turn, 0)):
            inside += min(n, n_places)
            assert inside <= n_places
            try:
                await leave.wait()
            finally:
                inside -= min(n, n_places)

    for kind, number, n in events:
        if kind == "come":
            exits.append(asyncio.Event())
            tasks.append(asyncio.create_task(visit(number, n, exits[-1])))
        elif tasks and kind == "leave":
            exits[number % len(tasks)].set()
        elif tasks:
            tasks[number % len(tasks)].cancel()
        if number % 2:  # else several happen before anybody runs
            await settle()
    for leave in exits:
        leave.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (places.n_free, places.n_waiting) == (n_places, 0)


@pytest.mark.parametrize(
    ("n", "places"), [(1, 1), (2, 1), (3, 1), (4, 1), (8, 2), (16, 4), (64, 13)]
)
def test_a_group_takes_the_places_that_it_fills_in_the_mean(n: int, places: int) -> None:
    assert places_of(n) == places


class Engine:
    """An engine with a number of slots and a clock of its own, which jumps to what comes next.

    A request is answered when the last of its samples has left its slot.
    """

    name = "engine"
    samples_per_request = 64

    def __init__(self, slots: int, length: Callable[[Random], float]) -> None:
        self.max_in_flight = slots
        self.meter = EngineMeter(clock=time.monotonic)
        self.now = self.slot_s = 0.0
        self._length = length
        self._rng = Random(1)
        self._arrivals = itertools.count()
        self._waiting: deque[tuple[int, list[int], asyncio.Event]] = deque()
        self._running: list[tuple[float, int, list[int], asyncio.Event]] = []

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        left, done = [request.n], asyncio.Event()
        self._waiting += [(next(self._arrivals), left, done) for _ in range(request.n)]
        await done.wait()
        return (REPLY,) * request.n

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        return (0.0,) * len(text)

    def step(self) -> None:
        """Fill the slots, then go on to the end of the next sample."""
        while self._waiting and len(self._running) < self.max_in_flight:
            end = self.now + self._length(self._rng)
            heapq.heappush(self._running, (end, *self._waiting.popleft()))
        n_busy = len(self._running)
        end, _, left, done = heapq.heappop(self._running)
        self.slot_s += n_busy * (end - self.now)
        self.now = end
        left[0] -= 1
        if left[0] == 0:
            done.set()


@pytest.mark.parametrize("sizes", [(1,), (4,), (8,), (16,), (1, 4, 8)])
@pytest.mark.parametrize(
    "length",
    [
        pytest.param(partial(Random.expovariate, lambd=1.0), id="exponential"),
        pytest.param(partial(Random.lognormvariate, mu=0.0, sigma=0.5), id="log-normal"),
        pytest.param(partial(Random.uniform, a=0.5, b=1.5), id="uniform"),
    ],
)
async def test_groups_whose_lengths_vary_keep_the_engine_full(
    sizes: tuple[int, ...], length: Callable[[Random], float]
) -> None:
    engine = Engine(32, length)
    queued = QueuedPolicy(engine)
    requests = zip(range(1500 // max(sizes)), itertools.cycle(sizes), strict=False)
    tasks = [asyncio.create_task(queued.sample(request(n), (turn, 0))) for turn, n in requests]
    await settle()
    while queued.places.n_waiting:  # the drain at the end of a run is not the queue's
        engine.step()
        await settle()
    assert engine.slot_s / engine.now / engine.max_in_flight >= 0.97
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_searches_that_ask_for_one_sample_a_round_keep_the_engine_full() -> None:
    engine = Engine(16, partial(Random.lognormvariate, mu=0.0, sigma=0.5))
    queued = QueuedPolicy(engine)
    checking: list[asyncio.Event] = []

    async def search(turn: int) -> None:
        for ask in range(40):
            await queued.sample(request(1), (turn, ask))
            checking.append(asyncio.Event())
            await checking[-1].wait()

    tasks = [asyncio.create_task(search(turn)) for turn in range(window_of(16))]
    await settle()
    for _ in range(16 * 30):
        engine.step()
        await settle()
        if len(checking) > 4:  # verdicts take a while
            checking.pop(0).set()
            await settle()
    assert engine.slot_s / engine.now / engine.max_in_flight >= 0.99
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_in_order_the_oldest_search_goes_first_and_ahead_comes_last() -> None:
    turns = [turn_ahead(0, 1), turn_in_order(2, 1), turn_in_order(1, 9), turn_at_the_end(0, 0)]
    assert sorted(turns) == [turns[2], turns[1], turns[3], turns[0]]


def test_at_the_end_the_search_that_has_come_least_far_goes_first() -> None:
    turns = [turn_at_the_end(1, 3), turn_at_the_end(9, 2), turn_at_the_end(4, 2)]
    assert sorted(turns) == [turns[2], turns[1], turns[0]]
