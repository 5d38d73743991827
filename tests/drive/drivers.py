"""Drivers for tests: the simulated policy or one that is watched, and a verifier of last steps."""

import asyncio
import re
import time
from collections.abc import Mapping
from functools import partial
from random import Random

from stepsmith.schemas import Claim, EngineError, Problem, Rollout, Sampling, Verdict
from stepsmith.transforms.drive.driver import Driver, Solved
from stepsmith.transforms.drive.scheduler import QueuedPolicy
from stepsmith.transforms.policy import Policy, Reply, Request
from stepsmith.transforms.policy.meter import EngineMeter
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates
from stepsmith.transforms.search import Plan
from stepsmith.transforms.search.monte_carlo import monte_carlo
from stepsmith.transforms.text.read import Reader
from stepsmith.transforms.text.segment import get_segmenter

RATES = SimulatedRates(error_rate=0.3, recovery_rate=0.1, truncation_rate=0.05)
PROBLEMS = tuple(
    Problem(id=f"p{n}", prompt=f"{n} + 3 - 2 + 7 =", answer=str(n + 8)) for n in range(6)
)


async def judge(claim: Claim, name: str | None) -> Verdict:
    assert name is None
    right = re.search(rf"answer is {claim.problem.answer}\.", claim.step.text)
    return Verdict(outcome="valid" if right else "invalid", verifier="test", evidence="no")


def driver(
    policy: Policy | None = None,
    *,
    seed: int = 5,
    policies: Mapping[str, Policy] | None = None,
    sampling: Sampling | None = None,
) -> Driver:
    async def opened(name: str) -> QueuedPolicy:
        return QueuedPolicy((policies or {})[name])

    return Driver(
        policy=QueuedPolicy(policy or SimulatedPolicy(RATES)),
        sampling=sampling or Sampling(),
        seed=seed,
        read=Reader(segment=get_segmenter("line")),
        ask_verifier=judge,
        policies={name: partial(opened, name) for name in policies or {}},
    )


class Memory(dict[object, Rollout]):
    """Replies in a dictionary."""

    def put(self, *rollouts: Rollout) -> None:
        for rollout in rollouts:
            key = (rollout.problem_id, rollout.path, rollout.sample_index, rollout.sampling)
            assert key not in self
            self[key] = rollout


def strategy(problem: Problem, rng: Random) -> Plan:
    """Value the steps of two solutions."""
    return monte_carlo(problem, rng, solutions=2, rollouts=3)


async def alone(problem: Problem, **options: object) -> Solved:
    """Search one problem with a driver of its own."""
    return await driver(**options).solve(problem, strategy, Memory())  # type: ignore[arg-type]


class Silent:
    """A policy that may not be asked."""

    name = "simulated"
    max_in_flight = samples_per_request = 64

    def __init__(self) -> None:
        self.meter = EngineMeter(clock=time.monotonic)

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        msg = f"asked for {request}"
        raise AssertionError(msg)

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        msg = f"asked to score {text!r} after {request}"
        raise AssertionError(msg)


class Wrapped(Silent):
    """A simulated policy that remembers what it was asked, and may fail."""

    def __init__(
        self, *, dies_after: int | None = None, samples_per_request: int = 64, name: str = "wrapped"
    ) -> None:
        super().__init__()
        self.name = name
        self.samples_per_request = samples_per_request
        self.asked: list[Request] = []
        self._dies_after = dies_after
        self._policy = SimulatedPolicy(RATES)

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        if len(self.asked) == self._dies_after:
            msg = "the engine is gone"
            raise EngineError(msg)
        self.asked.append(request)
        return await self._policy.sample(request)

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        self.asked.append(request)
        return (-1.0,) * len(text)


class Fixed(Silent):
    """A policy that always writes the same."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self._reply = reply

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        return (self._reply,) * request.n


class Endless(Silent):
    """A policy that never answers, and counts what waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.n_open = 0
        self.asked = asyncio.Event()

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        self.n_open += 1
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.n_open -= 1
        return ()
