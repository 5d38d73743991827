"""The driver: rows depend on the problem, the seed and the replies, and on nothing else."""

import asyncio
import dataclasses
import itertools
import resource
from collections.abc import Mapping
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
    Step,
    UnknownNameError,
    Verdict,
)
from stepsmith.schemas.errors import RunError
from stepsmith.transforms.drive.driver import Solved
from stepsmith.transforms.drive.sampler import consecutive
from stepsmith.transforms.drive.seeds import derive_seed, first_draw_seed
from stepsmith.transforms.drive.shard import ProblemShard, SearchedShard, make_shard, search_shard
from stepsmith.transforms.policy import Policy, Reply
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.policy.simulated import SimulatedPolicy
from stepsmith.transforms.search import (
    Check,
    Plan,
    Sample,
    Score,
    SearchResult,
    Strategy,
    draw,
    draw_each,
    score,
)
from stepsmith.transforms.search.monte_carlo import monte_carlo
from tests.drive.drivers import PROBLEMS, RATES, Endless, Fixed, Memory, Silent, Wrapped, driver
from tests.drive.paced import run_paced


def strategy(problem: Problem, rng: Random) -> Plan:
    return monte_carlo(problem, rng, solutions=2, rollouts=3)


async def alone(problem: Problem, **options: object) -> Solved:
    return await driver(**options).solve(problem, strategy, Memory())  # type: ignore[arg-type]


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


async def test_k_samples_of_one_prompt_are_k_draws_with_their_own_seeds() -> None:
    solved = await alone(PROBLEMS[0])
    groups: dict[str, list[int]] = {}
    for rollout in solved.rollouts:
        groups.setdefault(rollout.path, []).append(rollout.seed)
    assert len(groups["solve"]) == 2
    assert all(len(seeds) == 3 for path, seeds in groups.items() if path != "solve")
    for path, seeds in groups.items():
        first = first_draw_seed(5, "p0", path)
        assert seeds == [first + index for index in range(len(seeds))]


@pytest.mark.parametrize("most", [1, 2, 64])
async def test_n_samples_in_one_request_are_those_of_n_requests(most: int) -> None:
    policy = Wrapped(samples_per_request=most, name="simulated")
    assert await driver(policy).solve(PROBLEMS[0], strategy, Memory()) == await alone(PROBLEMS[0])
    assert max(request.n for request in policy.asked) == min(most, 3)


async def test_greedy_draws_are_asked_for_one_by_one() -> None:
    policy = Wrapped()
    greedy = driver(policy, sampling=Sampling(temperature=0.0))
    await greedy.solve(PROBLEMS[0], strategy, Memory())
    assert {request.n for request in policy.asked} == {1}


@given(st.sets(st.integers(0, 30)), st.integers(1, 8))
def test_runs_are_all_the_indices_and_no_two_could_be_one(indices: set[int], most: int) -> None:
    runs = list(consecutive(sorted(indices), most))
    assert [index for run in runs for index in run] == sorted(indices)
    assert all(1 <= len(run) <= most for run in runs)
    for before, after in itertools.pairwise(runs):
        assert before.stop < after.start or len(before) == most


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


async def test_a_group_that_is_filed_in_part_asks_for_the_rest_alone() -> None:
    def eight(problem: Problem, rng: Random) -> Plan:
        yield from draw(Sample(path="a", n=8))
        return SearchResult(rows=())

    replies = Memory()
    await driver().solve(PROBLEMS[0], eight, replies)
    for index in (0, 1, 4, 7):
        del replies[("p0", "a", index, Sampling())]
    policy = Wrapped()
    await driver(policy).solve(PROBLEMS[0], eight, replies)
    first = first_draw_seed(5, "p0", "a")
    assert [(request.seed - first, request.n) for request in policy.asked] == [
        (0, 2),
        (4, 1),
        (7, 1),
    ]


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


async def test_a_policy_that_is_not_there_ends_the_run_and_names_the_nearest(
    tmp_path: Path,
) -> None:
    def taught(problem: Problem, rng: Random) -> Plan:
        yield from draw(Sample(path="a", policy="techer"))
        return SearchResult(rows=())

    message = r"asks policy 'techer', but .* no \[policies.techer\]; did you mean 'teacher'\?"
    with pytest.raises(UnknownNameError, match=message):
        await search(tmp_path, taught, policies={"teacher": Silent()})


async def test_another_seed_gives_other_draws() -> None:
    assert (await alone(PROBLEMS[3], seed=6)).result != (await alone(PROBLEMS[3])).result


async def test_joining_the_steps_gives_back_the_prefix_and_the_reply() -> None:
    solved = await alone(PROBLEMS[4])
    texts = {row.trajectory.text for row in solved.result.rows}
    assert texts == {r.text for r in solved.rollouts if r.path == "solve"}


async def test_a_sample_with_a_prompt_of_its_own_is_asked_that() -> None:
    def other(problem: Problem, rng: Random) -> Plan:
        [trajectory] = yield from draw(Sample(path="a", prompt="40 + 2 ="))
        assert "40 + 2" in trajectory.text
        assert trajectory.problem_id == problem.id
        return SearchResult(rows=())

    solved = await driver().solve(PROBLEMS[0], other, Memory())
    assert "40 + 2" not in PROBLEMS[0].prompt
    assert [rollout.problem_id for rollout in solved.rollouts] == ["p0"]


async def test_a_strategy_that_asks_twice_under_one_path_is_told() -> None:
    def twice(problem: Problem, rng: Random) -> Plan:
        yield from draw_each((Sample(path="a"), Sample(path="a")))
        return SearchResult(rows=())

    with pytest.raises(ValueError, match="asked twice under the path 'a'"):
        await driver().solve(PROBLEMS[0], twice, Memory())


async def test_a_blank_reply_is_recorded_as_empty_and_a_cut_one_as_length() -> None:
    async def solve(reply: Reply) -> tuple[Rollout, LabelledTrajectory]:
        solved = await driver(Fixed(reply)).solve(PROBLEMS[0], strategy, Memory())
        return solved.rollouts[0], solved.result.rows[0]

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
        await search(tmp_path, strategy, policy := Wrapped(dies_after=5))
    with Journal(tmp_path / "journal", owner="x") as journal:
        assert journal.n_recovered == sum(request.n for request in policy.asked)


async def test_a_full_disk_ends_the_run_and_is_no_problems_error(tmp_path: Path) -> None:
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        with pytest.raises(RunError, match=r"journal: replies cannot be recorded"):
            await search(tmp_path, strategy)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with Journal(tmp_path / "journal", owner="x") as journal:
        assert journal.n_recovered > 0
        assert journal.n_cut_bytes == 0


def test_a_search_past_its_deadline_is_the_error_of_its_problem_and_keeps_its_replies(
    tmp_path: Path,
) -> None:
    endless = Endless()

    def slow(problem: Problem, rng: Random) -> Plan:
        yield from draw(Sample(path="first", n=2))
        if problem.id == "p2":
            yield from draw(Sample(path="never", policy="endless"))
        return SearchResult(rows=())

    searched = run_paced(
        search(tmp_path, slow, policies={"endless": endless}, plan_deadline_s=0.05)
    )
    [error] = searched.errors
    assert (error.problem_id, error.kind, error.message) == (
        "p2",
        "PlanDeadlineError",
        "the search took longer than plan_deadline_s = 0.05",
    )
    assert [rollout.path for rollout in searched.rollouts if rollout.problem_id == "p2"] == [
        "first",
        "first",
    ]
    assert endless.n_open == 0


async def test_a_time_out_of_the_plans_own_is_not_taken_for_the_deadline(tmp_path: Path) -> None:
    def hasty(problem: Problem, rng: Random) -> Plan:
        yield from draw(Sample(path="a"))
        raise TimeoutError

    searched = await search(tmp_path, hasty, plan_deadline_s=1000.0)
    assert {error.kind for error in searched.errors} == {"TimeoutError"}


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
    assert 0 <= first_draw_seed(seed, problem, path) + index < 2**31
    assert first_draw_seed(seed, problem, path) != first_draw_seed(seed, problem, f"{path}/0")


async def search(
    folder: Path,
    plan: Strategy,
    policy: Policy | None = None,
    *,
    policies: Mapping[str, Policy] | None = None,
    plan_deadline_s: float | None = None,
) -> SearchedShard:
    with Journal(folder / "journal", owner="x") as journal:
        return await search_shard(
            ProblemShard(index=0, problems=PROBLEMS),
            driver=driver(policy, policies=policies),
            strategy=plan,
            journal=journal,
            window=asyncio.Semaphore(3),
            plan_deadline_s=plan_deadline_s,
        )


async def test_a_reply_to_another_prefix_is_not_taken_for_one_to_this(tmp_path: Path) -> None:
    def asks(text: str) -> Strategy:
        def plan(problem: Problem, rng: Random) -> Plan:
            yield (Sample(path="a", prefix=(Step(text=text),), n=2),)
            return SearchResult(rows=())

        return plan

    path, first, other = tmp_path / "journal", "0 + 3 = 3\n", "0 + 3 = 4\n"
    with Journal(path, owner="test") as journal:
        await driver().solve(PROBLEMS[0], asks(first), journal)
    with Journal(path, owner="test") as journal:
        solved = await driver().solve(PROBLEMS[0], asks(other), journal)
        assert (solved.n_replayed, len(list(journal))) == (0, 2)
    with Journal(path, owner="test") as journal:
        again = await driver().solve(PROBLEMS[0], asks(other), journal)
    assert (again.n_replayed, again.rollouts) == (2, solved.rollouts)
    assert {rollout.prefix for rollout in solved.rollouts} == {other}
