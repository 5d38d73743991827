"""The driver: rows depend on the problem, the seed and the replies, and on nothing else."""

import asyncio
import dataclasses
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepsmith.schemas import (
    Claim,
    EngineError,
    Problem,
    Step,
    Verdict,
)
from stepsmith.transforms.drive.driver import Solved
from stepsmith.transforms.policy.simulated import SimulatedPolicy
from stepsmith.transforms.search import (
    Check,
    Plan,
    Sample,
    Score,
    SearchResult,
    draw,
    draw_each,
    score,
)
from tests.drive.drivers import (
    PROBLEMS,
    RATES,
    Endless,
    Memory,
    Silent,
    Wrapped,
    alone,
    driver,
    strategy,
)


@settings(max_examples=15)
@given(
    order=st.permutations(PROBLEMS),
    window=st.integers(1, 6),
    latency=st.booleans(),
    in_flight=st.integers(1, 8),
)
async def test_rows_do_not_depend_on_batch_mates_window_latency_or_queue(
    order: list[Problem], window: int, latency: bool, in_flight: int
) -> None:
    expected = {problem.id: await alone(problem) for problem in PROBLEMS}
    policy = SimulatedPolicy(RATES, latency_s=0.001 if latency else 0.0, max_in_flight=in_flight)
    gate = asyncio.Semaphore(window)
    shared = driver(policy)

    async def solve(problem: Problem) -> Solved:
        async with gate:
            return await shared.solve(problem, strategy, Memory())

    solved = await asyncio.gather(*(solve(problem) for problem in order))
    assert {problem.id: result for problem, result in zip(order, solved, strict=True)} == expected


async def test_replayed_replies_are_not_asked_again_and_give_the_same_rows() -> None:
    replies = Memory()
    first = await driver().solve(PROBLEMS[1], strategy, replies)
    again = await driver(Silent()).solve(PROBLEMS[1], strategy, replies)
    assert again.result.rows == first.result.rows
    assert again.n_replayed == len(first.rollouts)


@settings(max_examples=15)
@given(data=st.data())
async def test_any_part_of_the_replies_may_be_lost(data: st.DataObject) -> None:
    replies = Memory()
    first = await driver().solve(PROBLEMS[2], strategy, replies)
    kept = data.draw(st.sets(st.sampled_from(sorted(replies, key=repr))))
    part = Memory({key: replies[key] for key in kept})
    again = await driver().solve(PROBLEMS[2], strategy, part)
    assert again.result.rows == first.result.rows
    assert again.n_replayed == len(kept)
    assert part == replies


async def test_another_policy_is_asked_by_its_name_and_named_in_the_rollouts() -> None:
    def taught(problem: Problem, rng: Random) -> Plan:
        yield from draw_each((Sample(path="own"), Sample(path="taught", n=2, policy="teacher")))
        yield from score(Score(path="scored", text="ab", policy="teacher"))
        return SearchResult(rows=())

    own, teacher = Wrapped(name="small"), Wrapped(name="large")
    both = driver(own, policies={"teacher": teacher})
    solved = await both.solve(PROBLEMS[0], taught, Memory())
    assert [(rollout.path, rollout.policy) for rollout in solved.rollouts] == [
        ("own", "small"),
        ("scored", "large"),
        ("taught", "large"),
        ("taught", "large"),
    ]
    assert (len(own.asked), len(teacher.asked)) == (1, 2)


async def test_another_seed_gives_other_draws() -> None:
    assert (await alone(PROBLEMS[3], seed=6)).result != (await alone(PROBLEMS[3])).result


async def test_a_strategy_that_asks_twice_under_one_path_is_told() -> None:
    def twice(problem: Problem, rng: Random) -> Plan:
        yield from draw_each((Sample(path="a"), Sample(path="a")))
        return SearchResult(rows=())

    with pytest.raises(ValueError, match="asked twice under the path 'a'"):
        await driver().solve(PROBLEMS[0], twice, Memory())


async def test_when_an_ask_fails_its_siblings_are_cancelled_and_hold_no_place() -> None:
    endless = Endless()
    shared = driver(endless)

    def mixed(problem: Problem, rng: Random) -> Plan:
        yield from draw_each([Sample(path=f"a/{index}", n=8) for index in range(100)])
        return SearchResult(rows=())

    def refused(problem: Problem, rng: Random) -> Plan:
        yield (Sample(path="a", n=8), Check(claim=Claim(problem=problem, step=Step(text="x"))))
        return SearchResult(rows=())

    async def refuse(claim: Claim, name: str | None) -> Verdict:
        await endless.asked.wait()
        msg = "no"
        raise RuntimeError(msg)

    failing = dataclasses.replace(shared, ask_verifier=refuse)
    with pytest.raises(RuntimeError, match="no"):
        await failing.solve(PROBLEMS[0], refused, Memory())
    places = shared.policy.places
    assert (endless.n_open, places.n_free, places.n_waiting) == (0, places.n_places, 0)

    endless.asked.clear()
    search = asyncio.create_task(shared.solve(PROBLEMS[1], mixed, Memory()))
    await endless.asked.wait()
    assert places.n_waiting > 0
    search.cancel()
    with pytest.raises(asyncio.CancelledError):
        await search
    assert (endless.n_open, places.n_free, places.n_waiting) == (0, places.n_places, 0)


async def test_a_plan_is_closed_when_an_ask_of_it_fails() -> None:
    closed: list[bool] = []

    def watched(problem: Problem, rng: Random) -> Plan:
        try:
            yield from draw(Sample(path="a"))
        finally:
            closed.append(True)
        return SearchResult(rows=())

    with pytest.raises(EngineError):
        await driver(Wrapped(dies_after=0)).solve(PROBLEMS[0], watched, Memory())
    assert closed == [True]
