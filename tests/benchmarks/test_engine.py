"""What is thrown at the engine flat out is what the run asked it, grouped as it was."""

import asyncio
import dataclasses
from functools import partial

from benchmarks.engine import RUNS, Pair, claims, flat_out
from stepsmith.pipelines.run import make_job
from stepsmith.schemas import Problem, Rollout, Sampling, Verdict
from stepsmith.schemas.records import Claim
from stepsmith.transforms.drive.driver import Driver
from stepsmith.transforms.drive.scheduler import QueuedPolicy
from stepsmith.transforms.policy import Reply, Request
from stepsmith.transforms.policy.journal import Key, key_of
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.text.read import Reader
from stepsmith.transforms.text.segment import get_segmenter

PROBLEM = Problem(id="p", prompt="4 + 3 - 2 + 7 =", answer="12")


class Recording(SimulatedPolicy):
    """Keeps what it was asked, without how the prefix is cut into steps."""

    def __init__(self) -> None:
        super().__init__(SimulatedRates(error_rate=0.3))
        self.asked: list[tuple[str, int, int]] = []

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        prefix = "".join(step.text for step in request.prefix)
        self.asked.append((prefix, request.seed, request.n))
        return await super().sample(request)


class Filed(dict[Key, Rollout]):
    def put(self, *rollouts: Rollout) -> None:
        self.update({key_of(rollout): rollout for rollout in rollouts})


async def judge(claim: Claim, name: str | None) -> Verdict:
    return Verdict(outcome="valid" if "is 12." in claim.step.text else "invalid", evidence="12?")


def test_flat_out_asks_the_requests_of_an_adaptive_run() -> None:
    policy = Recording()
    driver = Driver(
        policy=QueuedPolicy(policy),
        sampling=Sampling(temperature=0.7),
        seed=1,
        read=Reader(segment=get_segmenter("line")),
        ask_verifier=judge,
    )

    async def both() -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
        solved = await driver.solve(PROBLEM, partial(bisect, solutions=3), Filed())
        searched, policy.asked = policy.asked, []
        assert await flat_out(policy, solved.rollouts, {PROBLEM.id: PROBLEM}) > 0
        return searched, policy.asked

    searched, flat = asyncio.run(both())
    assert sorted(flat) == sorted(searched)
    assert len(searched) > 3
    assert max(n for _, _, n in searched[1:]) == 2  # groups are kept


def test_bisect_has_its_own_claim_beside_those_of_monte_carlo() -> None:
    usage = EngineUsage(elapsed_s=10.0, busy_s=9.5, n_tokens=960)
    pair = Pair(usage=usage, flat_tokens_per_s=100.0, load=0.5)
    slower = dataclasses.replace(pair, flat_tokens_per_s=100.0 * 96 / 94)
    [busy, ratio] = claims("engine.bisect_", [pair, slower], RUNS["bisect"].target)
    assert (busy.name, busy.value, busy.target) == ("engine.bisect_busy_share", 0.95, None)
    assert (ratio.name, ratio.target) == ("engine.bisect_tokens_of_flat_out", 0.95)
    assert (ratio.value, ratio.spread, ratio.holds) == (0.95, (0.94, 0.96), True)


def test_the_recipes_that_are_measured_are_those_that_were_meant() -> None:
    strategies = {
        name: make_job("demo", output="x", overrides=run.overrides).recipe.strategy.kind
        for name, run in RUNS.items()
    }
    assert strategies == {"monte_carlo": "monte_carlo", "bisect": "bisect"}
