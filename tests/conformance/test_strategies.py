"""What holds of every registered strategy, under the real driver and in walks through a world."""

import asyncio
import dataclasses
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk
from stepsmith.schemas import (
    Claim,
    LabelledTrajectory,
    Node,
    Outcome,
    Pair,
    Problem,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.policy import Policy
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates
from stepsmith.transforms.search import STRATEGIES, Ask, Plan, Sample, SearchResult, Strategy, draw
from tests.conformance.strategy_checks import RULES, Rule, Searched
from tests.drive.drivers import Memory, Silent, driver
from tests.search.watch import watched

# Small enough to be quick; a strategy that is not named here runs with its defaults.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "bisect": {
        "solutions": 3,
        "budget": 8,
        "searches": 5,
        "slack": 1.0,
        "verifiers": ("math.arithmetic",),
    },
    "mcts": {"simulations": 12, "children": 3, "pair_margin": 0.1},
    "monte_carlo": {"solutions": 3, "rollouts": 4},
    "omega": {"rollouts": 4, "searches": 6},
    "outcome_value": {"solutions": 12},
    "repair": {"solutions": 3, "repairs": 2, "budget": 8},
    "tool_use": {"solutions": 3, "actions": 2},
}

N_STEPS = 7

# The most samples of a problem whose solutions have `N_STEPS` steps, by the options.
MOST: Mapping[str, Callable[[Mapping[str, Any]], int]] = {
    # Wrong solutions are taken up until `searches` are there, and at most as many drawn afresh.
    "bisect": lambda o: (
        o["solutions"] + o["searches"] + o["budget"] * (o["solutions"] + 2 * o["searches"])
    ),
    "mcts": lambda o: o["simulations"] * o["children"],
    "monte_carlo": lambda o: o["solutions"] * (1 + (N_STEPS - 1) * o["rollouts"]),
    "omega": lambda o: o["rollouts"] * (1 + o["searches"] * math.ceil(math.log2(N_STEPS))),
    "outcome_value": lambda o: o["solutions"],
    "repair": lambda o: o["solutions"] * (1 + o["budget"] + o["repairs"]),
    "tool_use": lambda o: o["solutions"] * (1 + o["actions"]),
}

# AlphaMath takes a solution without an answer for wrong in its values, not in labels and counts.
UNANSWERED_IS_WORTHLESS = {"mcts"}

# Its problems are programs with tests: tests/search/test_code_mutation.py holds it to its rules.
OF_PROGRAMS = {"code_mutation"}

# Their problems are facts or questions over them; each has a test of its own.
OF_FACTS = {"evidence_pools", "graph_counterfactuals", "graph_rewrites"}

# Terms to be placed in a taxonomy, and solutions of other problems: likewise.
OF_TERMS = {"hierarchy_descent", "mismatch_negatives"}

OF_THEIR_OWN = OF_PROGRAMS | OF_FACTS | OF_TERMS
NAMES = [entry.name for entry in STRATEGIES if entry.name not in OF_THEIR_OWN]
every_strategy = pytest.mark.parametrize("name", NAMES)
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)

RATES = SimulatedRates(
    error_rate=0.12,
    recovery_rate=0.05,
    format_failure_rate=0.06,
    truncation_rate=0.06,
    empty_rate=0.03,
)
PROBLEMS = tuple(
    Problem(id=f"p{n}", prompt=f"{n} + 3 - 2 + 7 + 5 - 4 + 6 =", answer=str(n + 15))
    for n in range(4)
)


def strategy(name: str) -> Strategy:
    return partial(STRATEGIES.get(name).value, **OPTIONS.get(name, {}))


_APPLY = {"+": operator.add, "-": operator.sub}


async def judge(claim: Claim, name: str | None) -> Verdict:
    """Judge an end by its answer, if there is one, and a step by its arithmetic."""
    text = claim.step.text
    if name is None:
        found = re.search(r"The answer is (-?\d+)\.", text)
        right = found and found[1] == claim.problem.answer
        outcome: Outcome = "undecided" if found is None else "valid" if right else "invalid"
        return Verdict(outcome=outcome, verifier="answer", evidence="its answer")
    line = re.search(r"(-?\d+) ([-+]) (-?\d+) = (-?\d+)", text)
    is_true = line is None or _APPLY[line[2]](int(line[1]), int(line[3])) == int(line[4])
    return Verdict(outcome="undecided" if is_true else "invalid", verifier=name, evidence="a sum")


async def solve(
    plan: Strategy,
    problem: Problem,
    *,
    policy: Policy | None = None,
    seed: int = 5,
    replies: Memory | None = None,
) -> Searched:
    asked: list[Ask] = []
    drawn: list[Trajectory] = []

    def watching(problem: Problem, rng: Random) -> Plan:
        return watched(plan(problem, rng), asked, drawn)

    judging = dataclasses.replace(
        driver(policy or SimulatedPolicy(RATES), seed=seed), ask_verifier=judge
    )
    memory = Memory() if replies is None else replies
    solved = await judging.solve(problem, watching, memory)
    return Searched(result=solved.result, asked=asked, drawn=drawn)


WORLDS = (
    ChainWorld(n_steps=N_STEPS, success=0.85, recovery=0.05),
    ChainWorld(n_steps=3, success=0.6, recovery=0.2),
    ChainWorld(n_steps=1, success=0.5),
    ChainWorld(n_steps=4, success=1.0),
    ChainWorld(n_steps=4, success=0.05),
)


def walk(plan: Strategy, world: ChainWorld, seed: int = 0) -> Searched:
    asked: list[Ask] = []
    drawn: list[Trajectory] = []
    through = watched(plan(PROBLEM, Random(seed)), asked, drawn)
    result = Walk(world=world, seed=seed).run(through)
    return Searched(result=result, asked=asked, drawn=drawn)


@every_strategy
@every_rule
async def test_every_rule_holds_under_the_driver(name: str, rule: Rule) -> None:
    for problem in PROBLEMS:
        rule(await solve(strategy(name), problem))


@every_strategy
@every_rule
def test_every_rule_holds_in_every_world(name: str, rule: Rule) -> None:
    for world in WORLDS:
        rule(walk(strategy(name), world))


@every_strategy
async def test_the_same_seed_gives_the_same_and_another_another(name: str) -> None:
    [problem, *_] = PROBLEMS
    first, again = [await solve(strategy(name), problem) for _ in range(2)]
    assert first == again
    assert (await solve(strategy(name), problem, seed=6)).drawn != first.drawn
    assert walk(strategy(name), WORLDS[0]) == walk(strategy(name), WORLDS[0])


@every_strategy
@pytest.mark.parametrize(("window", "latency_s", "in_flight"), [(1, 0.0, 1), (4, 0.001, 3)])
async def test_labels_do_not_depend_on_batch_mates_window_or_latency(
    name: str, window: int, latency_s: float, in_flight: int
) -> None:
    expected = [(await solve(strategy(name), problem)).result for problem in PROBLEMS]
    policy = SimulatedPolicy(RATES, latency_s=latency_s, max_in_flight=in_flight)
    shared = dataclasses.replace(driver(policy), ask_verifier=judge)
    gate = asyncio.Semaphore(window)

    async def together(problem: Problem) -> SearchResult:
        async with gate:
            return (await shared.solve(problem, strategy(name), Memory())).result

    found = await asyncio.gather(*map(together, reversed(PROBLEMS)))
    assert found[::-1] == expected


@every_strategy
async def test_recorded_replies_give_the_same_and_nothing_is_asked(name: str) -> None:
    for problem in PROBLEMS:
        replies = Memory()
        first = await solve(strategy(name), problem, replies=replies)
        again = await solve(strategy(name), problem, policy=Silent(), replies=replies)
        assert again == first


@every_strategy
@settings(max_examples=6)
@given(data=st.data())
async def test_any_part_of_the_replies_may_be_lost(name: str, data: st.DataObject) -> None:
    problem = data.draw(st.sampled_from(PROBLEMS))
    replies = Memory()
    first = await solve(strategy(name), problem, replies=replies)
    lost = data.draw(st.sets(st.sampled_from(sorted(replies, key=repr))))
    part = Memory({key: reply for key, reply in replies.items() if key not in lost})
    assert await solve(strategy(name), problem, replies=part) == first
    assert part == replies


@every_strategy
@pytest.mark.parametrize("failure", ["truncation_rate", "empty_rate", "format_failure_rate"])
async def test_replies_that_all_fail_label_nothing(name: str, failure: str) -> None:
    rates = SimulatedRates(error_rate=0.0, **{failure: 1.0})
    for problem in PROBLEMS[:2]:
        searched = await solve(strategy(name), problem, policy=SimulatedPolicy(rates))
        for rule in RULES:
            rule(searched)
        for row in searched.result.rows:
            assert row.outcome.outcome == "undecided"
            assert [label.correct for label in row.labels] == [None] * len(row.labels)
            assert not any(label.n_correct for label in row.labels)
        assert searched.result.pairs == ()
        worthless = failure == "format_failure_rate" and name in UNANSWERED_IS_WORTHLESS
        for record in (*searched.result.nodes, *_labels(searched)):
            assert record.value is None or worthless
            assert record.n_undecided == record.n_rollouts


def _labels(searched: Searched) -> list[StepLabel]:
    return [label for row in searched.result.rows for label in row.labels]


@pytest.mark.parametrize("name", MOST)
async def test_no_search_costs_more_than_its_options_say(name: str) -> None:
    most = MOST[name](OPTIONS[name])
    for problem in PROBLEMS:
        assert 0 < (await solve(strategy(name), problem)).n_samples <= most
    for seed in range(5):
        assert walk(strategy(name), WORLDS[0], seed).n_samples <= most


def careless(problem: Problem, rng: Random) -> Plan:
    """Do all that a strategy must not."""
    [first, *_] = yield from draw(Sample(path="a", n=2))
    label = StepLabel(value=1.5, n_rollouts=1, n_correct=2, n_undecided=1, correct=False)
    row = LabelledTrajectory(
        problem=problem,
        trajectory=dataclasses.replace(first, steps=first.steps[::-1]),
        outcome=Verdict(outcome="undecided", verifier="careless"),
        labels=(label,),
    )
    nodes = [
        Node(id=f"{at}", problem_id=problem.id, start=0, end=0, text="", visits=0)
        for at in range(2)
    ]
    pair = Pair(
        id="pair",
        problem_id=problem.id,
        prompt="",
        prefix="",
        chosen="x",
        rejected="x",
        preference=1.0,
        kind="step",
        branch_step=0,
    )
    return SearchResult(rows=(row, row), nodes=tuple(nodes), pairs=(pair,))


async def test_a_careless_strategy_fails_every_rule_but_that_of_paths() -> None:
    searched = await solve(careless, PROBLEMS[0])
    failed: set[str] = set()
    for rule in RULES:
        try:
            rule(searched)
        except (AssertionError, ValueError):
            failed.add(rule.__name__)
    assert {rule.__name__ for rule in RULES} - failed == {"check_paths_are_unique"}
