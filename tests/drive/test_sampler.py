"""Samples: each has a seed of its own, and what is filed already is not asked for again."""

import itertools
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import (
    LabelledTrajectory,
    Problem,
    Rollout,
    Sampling,
    Step,
)
from stepsmith.transforms.drive.sampler import consecutive
from stepsmith.transforms.drive.seeds import first_draw_seed
from stepsmith.transforms.policy import Reply
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.search import (
    Plan,
    Sample,
    SearchResult,
    Strategy,
    draw,
)
from tests.drive.drivers import PROBLEMS, Fixed, Memory, Wrapped, alone, driver, strategy


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


async def test_a_sample_with_a_prompt_of_its_own_is_asked_that() -> None:
    def other(problem: Problem, rng: Random) -> Plan:
        [trajectory] = yield from draw(Sample(path="a", prompt="40 + 2 ="))
        assert "40 + 2" in trajectory.text
        assert trajectory.problem_id == problem.id
        return SearchResult(rows=())

    solved = await driver().solve(PROBLEMS[0], other, Memory())
    assert "40 + 2" not in PROBLEMS[0].prompt
    assert [rollout.problem_id for rollout in solved.rollouts] == ["p0"]


async def test_joining_the_steps_gives_back_the_prefix_and_the_reply() -> None:
    solved = await alone(PROBLEMS[4])
    texts = {row.trajectory.text for row in solved.result.rows}
    assert texts == {r.text for r in solved.rollouts if r.path == "solve"}


async def test_a_blank_reply_is_recorded_as_empty_and_a_cut_one_as_length() -> None:
    async def solve(reply: Reply) -> tuple[Rollout, LabelledTrajectory]:
        solved = await driver(Fixed(reply)).solve(PROBLEMS[0], strategy, Memory())
        return solved.rollouts[0], solved.result.rows[0]

    rollout, row = await solve(Reply(text=" \n", finish_reason="stop"))
    assert (rollout.finish_reason, row.outcome.outcome) == ("empty", "undecided")
    rollout, row = await solve(Reply(text="2 + 3 = 5\n5 -", finish_reason="length"))
    assert (rollout.finish_reason, row.outcome.outcome) == ("length", "undecided")
