"""A shard: the fault of a search is its problem's, and that of the run is raised."""

import asyncio
import resource
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from stepsmith.schemas import (
    EngineError,
    Problem,
    UnknownNameError,
)
from stepsmith.schemas.errors import RunError
from stepsmith.transforms.drive.shard import ProblemShard, SearchedShard, make_shard, search_shard
from stepsmith.transforms.policy import Policy
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.search import (
    Plan,
    Sample,
    SearchResult,
    Strategy,
    draw,
)
from tests.drive.drivers import (
    PROBLEMS,
    Endless,
    Silent,
    Wrapped,
    driver,
    strategy,
)
from tests.drive.paced import run_paced


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


def test_a_second_problem_of_one_id_is_an_error_record() -> None:
    first, second = Problem(id="a", prompt="x"), Problem(id="a", prompt="y")
    shard = make_shard(0, [second, first])
    assert shard.problems == (first,)
    assert [(error.kind, error.input) for error in shard.errors] == [("DuplicateId", "y")]


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


async def test_a_policy_that_is_not_there_ends_the_run_and_names_the_nearest(
    tmp_path: Path,
) -> None:
    def taught(problem: Problem, rng: Random) -> Plan:
        yield from draw(Sample(path="a", policy="techer"))
        return SearchResult(rows=())

    message = r"asks policy 'techer', but .* no \[policies.techer\]; did you mean 'teacher'\?"
    with pytest.raises(UnknownNameError, match=message):
        await search(tmp_path, taught, policies={"teacher": Silent()})


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
