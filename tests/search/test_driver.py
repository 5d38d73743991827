"""The driver: rows depend on the problem, the seed and the replies, and on nothing else."""

import asyncio
import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepsmith.schemas import (
    Claim,
    EngineError,
    LabelledTrajectory,
    Problem,
    Rollout,
    Sampling,
    Verdict,
)
from stepsmith.transforms.policy import Reply, Request
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.policy.simulated import SimulatedPolicy, SimulatedRates
from stepsmith.transforms.search import Plan, Sample, draw, draw_each
from stepsmith.transforms.search.driver import Driver, Solved
from stepsmith.transforms.search.monte_carlo import monte_carlo
from stepsmith.transforms.search.seeds import derive_seed
from stepsmith.transforms.search.shard import ProblemShard, make_shard, search_shard
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


def driver(policy: object = None, *, seed: int = 5) -> Driver:
    return Driver(
        policy=policy or SimulatedPolicy(RATES),  # pyright: ignore[reportArgumentType]
        sampling=Sampling(),
        seed=seed,
        read=Reader(segment=get_segmenter("line")),
        ask_verifier=judge,
    )


class Memory(dict[object, Rollout]):
    """Replies in a dictionary."""

    def put(self, rollout: Rollout) -> None:
        key = (rollout.problem_id, rollout.path, rollout.sample_index, rollout.sampling)
        assert key not in self
        self[key] = rollout


def strategy(problem: Problem, rng: Random) -> Plan:
    return monte_carlo(problem, rng, solutions=2, rollouts=3)


async def alone(problem: Problem, **options: object) -> Solved:
    return await driver(**options).solve(problem, strategy, Memory())  # type: ignore[arg-type]


@settings(max_examples=15)
@given(order=st.permutations(PROBLEMS), window=st.integers(1, 6), latency=st.booleans())
async def test_rows_do_not_depend_on_batch_mates_window_or_latency(
    order: list[Problem], window: int, latency: bool
) -> None:
    expected = {problem.id: await alone(problem) for problem in PROBLEMS}
    policy = SimulatedPolicy(RATES, latency_s=0.001 if latency else 0.0)
    gate = asyncio.Semaphore(window)

    async def solve(problem: Problem) -> Solved:
        async with gate:
            return await driver(policy).solve(problem, strategy, Memory())

    solved = await asyncio.gather(*(solve(problem) for problem in order))
    assert {problem.id: result for problem, result in zip(order, solved, strict=True)} == expected


async def test_k_samples_of_one_prompt_are_k_draws_with_their_own_seeds() -> None:
    solved = await alone(PROBLEMS[0])
    groups: dict[str, set[int]] = {}
    for rollout in solved.rollouts:
        groups.setdefault(rollout.path, set()).add(rollout.seed)
    assert len(groups["solve"]) == 2
    assert all(len(seeds) == 3 for path, seeds in groups.items() if path != "solve")


async def test_replayed_replies_are_not_asked_again_and_give_the_same_rows() -> None:
    replies = Memory()
    first = await driver().solve(PROBLEMS[1], strategy, replies)
    again = await driver(Silent()).solve(PROBLEMS[1], strategy, replies)
    assert again.rows == first.rows
    assert again.n_replayed == len(first.rollouts)


@settings(max_examples=15)
@given(data=st.data())
async def test_any_part_of_the_replies_may_be_lost(data: st.DataObject) -> None:
    replies = Memory()
    first = await driver().solve(PROBLEMS[2], strategy, replies)
    kept = data.draw(st.sets(st.sampled_from(sorted(replies, key=repr))))
    partial = Memory({key: replies[key] for key in kept})
    again = await driver().solve(PROBLEMS[2], strategy, partial)
    assert again.rows == first.rows
    assert again.n_replayed == len(kept)
    assert partial == replies


async def test_another_seed_gives_other_draws() -> None:
    assert (await alone(PROBLEMS[3], seed=6)).rows != (await alone(PROBLEMS[3])).rows


async def test_joining_the_steps_gives_back_the_prefix_and_the_reply() -> None:
    solved = await alone(PROBLEMS[4])
    texts = {row.trajectory.text for row in solved.rows}
    assert texts == {r.text for r in solved.rollouts if r.path == "solve"}


async def test_a_strategy_that_asks_twice_under_one_path_is_told() -> None:
    def twice(problem: Problem, rng: Random) -> Plan:
        yield from draw_each((Sample(path="a"), Sample(path="a")))
        return ()

    with pytest.raises(ValueError, match="asked twice under the path 'a'"):
        await driver().solve(PROBLEMS[0], twice, Memory())


async def test_a_blank_reply_is_recorded_as_empty_and_a_cut_one_as_length() -> None:
    async def solve(reply: Reply) -> tuple[Rollout, LabelledTrajectory]:
        solved = await driver(Fixed(reply)).solve(PROBLEMS[0], strategy, Memory())
        return solved.rollouts[0], solved.rows[0]

    rollout, row = await solve(Reply(text=" \n", finish_reason="stop"))
    assert (rollout.finish_reason, row.outcome.outcome) == ("empty", "undecided")
    rollout, row = await solve(Reply(text="2 + 3 = 5\n5 -", finish_reason="length"))
    assert (rollout.finish_reason, row.outcome.outcome) == ("length", "undecided")


async def test_a_plan_that_raises_is_the_error_of_its_own_problem(tmp_path: Path) -> None:
    def picky(problem: Problem, rng: Random) -> Plan:
        if problem.id == "p2":
            msg = "I do not like it"
            raise RuntimeError(msg)
        return (yield from strategy(problem, rng))

    searched = await search(tmp_path, picky)
    [error] = searched.errors
    assert (error.problem_id, error.kind, error.message) == (
        "p2",
        "RuntimeError",
        "I do not like it",
    )
    assert {row.problem.id for row in searched.rows} == {"p0", "p1", "p3", "p4", "p5"}


async def test_a_dead_engine_is_raised_and_what_was_paid_for_is_kept(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        await search(tmp_path, strategy, Dying(after=5))
    with Journal(tmp_path / "journal", owner="x") as journal:
        assert journal.n_recovered == 5


async def test_a_plan_is_closed_when_an_ask_of_it_fails() -> None:
    closed: list[bool] = []

    def watched(problem: Problem, rng: Random) -> Plan:
        try:
            yield from draw(Sample(path="a"))
        finally:
            closed.append(True)
        return ()

    with pytest.raises(EngineError):
        await driver(Dying(after=0)).solve(PROBLEMS[0], watched, Memory())
    assert closed == [True]


def test_a_second_problem_of_one_id_is_an_error_record() -> None:
    first, second = Problem(id="a", prompt="x"), Problem(id="a", prompt="y")
    shard = make_shard(0, [second, first])
    assert shard.problems == (first,)
    assert [(error.kind, error.input) for error in shard.errors] == [("DuplicateId", "y")]


@given(st.integers(0, 2**31), st.text(), st.text(), st.integers(0, 100))
def test_seeds_fit_every_engine_and_differ_by_name(
    seed: int, problem: str, path: str, index: int
) -> None:
    derived = derive_seed(seed, problem, path, index)
    assert 0 <= derived < 2**31
    assert derive_seed(seed, problem, path, index + 1) != derived


async def search(folder: Path, plan: object, policy: object = None):  # noqa: ANN201 - a shard
    with Journal(folder / "journal", owner="x") as journal:
        return await search_shard(
            ProblemShard(index=0, problems=PROBLEMS),
            driver=driver(policy),
            strategy=plan,  # type: ignore[arg-type]
            journal=journal,
            window=asyncio.Semaphore(3),
        )


class Silent:
    """A policy that may not be asked."""

    name = "simulated"

    async def sample(self, request: Request) -> Reply:
        msg = f"asked for {request}"
        raise AssertionError(msg)


class Fixed:
    """A policy that always writes the same."""

    name = "fixed"

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def sample(self, request: Request) -> Reply:
        return self._reply


class Dying:
    """A policy whose engine dies after some replies."""

    name = "simulated"

    def __init__(self, *, after: int) -> None:
        self._left = after
        self._policy = SimulatedPolicy(RATES)

    async def sample(self, request: Request) -> Reply:
        if not self._left:
            msg = "the engine is gone"
            raise EngineError(msg)
        self._left -= 1
        return await self._policy.sample(request)
