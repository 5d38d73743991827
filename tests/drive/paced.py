"""A simulated engine in simulated time: how busy a search keeps it, whatever this machine does."""

import asyncio
import selectors
from collections.abc import Coroutine, Sequence
from random import Random
from typing import Any, TypeVar

from benchmarks.batching.engine import Engine, Pace
from stepsmith.transforms.policy import Reply, Request
from stepsmith.transforms.policy.meter import EngineMeter
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Lets time pass instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def run_paced(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` on a loop whose time passes only while nothing is to be done."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


class PacedPolicy:
    """The simulated policy behind the simulated engine; made on the running loop."""

    def __init__(self, *, slots: int, rates: SimulatedRates) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = Engine(
            Pace(slots=slots, tick_s=0.01), loop=self._loop, clock=self._loop.time
        )
        self._writer = SimulatedPolicy(rates)
        self.max_in_flight = 2 * slots
        self.name, self.samples_per_request = "paced", 1
        self.meter = EngineMeter(clock=self._loop.time)

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        replies = await self._writer.sample(request)
        prompt = request.problem.prompt + "".join(step.text for step in request.prefix)
        await asyncio.gather(
            *(
                self._engine.generate(prompt, reply.text, _length(reply, request.seed))
                for reply in replies
            )
        )
        return replies

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        return await self._writer.score(request, text)

    @property
    def held(self) -> Sequence[tuple[float, float]]:
        """Each stay in a slot, from and to."""
        return self._engine.held

    def busy_share(self) -> float:
        """The slot time used over all slots' time, from the first request to the last reply."""
        start, end = min(at for at, _ in self.held), max(at for _, at in self.held)
        used = sum(stop - begin for begin, stop in self.held)
        return used / (self._engine.pace.slots * (end - start))


def _length(reply: Reply, seed: int) -> int:
    tokens = 8 * reply.text.count("\n") + 8
    return max(1, round(tokens * Random(seed).lognormvariate(0.0, 0.6)))
