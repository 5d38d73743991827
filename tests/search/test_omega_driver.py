"""OmegaPRM under the real driver, with replies that are cut or blank."""

from random import Random

import pytest

from stepsmith.schemas import Problem
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates
from stepsmith.transforms.search import Plan
from stepsmith.transforms.search.omega import omega
from tests.drive.drivers import Memory, Silent, driver

RATES = SimulatedRates(error_rate=0.15, recovery_rate=0.05, truncation_rate=0.05, empty_rate=0.02)
PROBLEMS = tuple(
    Problem(id=f"p{n}", prompt=f"{n} + 3 - 2 + 7 + 5 - 4 + 6 =", answer=str(n + 15))
    for n in range(4)
)


def strategy(problem: Problem, rng: Random) -> Plan:
    return omega(problem, rng, rollouts=4, searches=10, parallel=2, selector="uniform")


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.id)
async def test_a_recorded_search_is_replayed_without_the_policy(problem: Problem) -> None:
    replies = Memory()
    first = await driver(SimulatedPolicy(RATES)).solve(problem, strategy, replies)
    again = await driver(Silent()).solve(problem, strategy, replies)
    assert again.result == first.result
    assert again.n_replayed == len(first.rollouts) == len(replies)


async def test_every_completion_is_in_the_counts_of_the_root_or_a_row() -> None:
    for problem in PROBLEMS:
        solved = await driver(SimulatedPolicy(RATES)).solve(problem, strategy, Memory())
        counted: dict[str, int] = {"": solved.result.nodes[0].n_rollouts or 0}
        for row in solved.result.rows:
            text = ""
            for step, label in zip(row.trajectory.steps, row.labels, strict=True):
                text += step.text
                if label.n_rollouts is not None:
                    counted[text] = label.n_rollouts
        assert sum(counted.values()) == len(solved.rollouts)
