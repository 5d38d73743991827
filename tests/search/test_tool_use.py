"""Tool use: thoughts, code and what it printed, until an answer, a budget or a failure of ours."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from stepsmith.sandboxes.contract import Ending, Execution, ExecutionResult, Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas import (
    Claim,
    LabelledTrajectory,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.drive.driver import Driver
from stepsmith.transforms.drive.rehearse import Rates, rehearse
from stepsmith.transforms.drive.shard import make_shard, search_shard
from stepsmith.transforms.judging import Judgement, StdioTests, Tests
from stepsmith.transforms.policy import Reply, Request
from stepsmith.transforms.policy.journal import Journal
from stepsmith.transforms.policy.meter import EngineMeter
from stepsmith.transforms.policy.prompt import load_prompt, render
from stepsmith.transforms.search import Ask, Check, Execute, Sample
from stepsmith.transforms.search.tool_path.observation import OUTPUT, NotRunError
from stepsmith.transforms.search.tool_use import tool_use
from tests.conformance.strategy_checks import RULES, Searched
from tests.drive.drivers import Memory, driver
from tests.search.scripts import PROBLEM, Runs, lines, prints_itself, search
from tests.search.watch import watched

RNG = Random(0)
CODE = "Compute.\n```python\n{}\n```\n"
DONE = "So it is.\nThe answer is 9 right"


def solve(
    replies: Sequence[str] | Callable[[Sample, int], str],
    *,
    runs: Runs = prints_itself,
    asked: list[Ask] | None = None,
    **options: int,
) -> tuple[LabelledTrajectory, ...]:
    """Search with replies by the number of actions before them, each solution with the same."""

    def listed(ask: Sample, index: int) -> str:
        assert not callable(replies)
        return replies[sum(step.kind == "code" for step in ask.prefix)]

    plan = watched(tool_use(PROBLEM, RNG, **options), [] if asked is None else asked)
    answer = replies if callable(replies) else listed
    return search(plan, answer, pieces=lines, runs=runs).rows


def in_sandbox(sandbox: Sandbox, *replies: str, **options: int) -> LabelledTrajectory:
    [row] = solve(replies, runs=sandbox.run, solutions=1, **options)
    return row


def kinds(row: LabelledTrajectory) -> list[str]:
    return [step.kind for step in row.trajectory.steps]


def test_a_solution_goes_on_from_what_its_code_really_printed(sandbox: Sandbox) -> None:
    row = in_sandbox(sandbox, CODE.format("x = 2 + 3\nprint(x)"), CODE.format("x + 4"), DONE)
    assert row.trajectory.text == (
        "Compute.\n```python\nx = 2 + 3\nprint(x)\n```\n```output\n5\n```\n"
        "Compute.\n```python\nx + 4\n```\n```output\n9\n```\n"
        "So it is.\nThe answer is 9 right"
    )
    assert kinds(row) == [
        "think", "code", "observation", "think", "code", "observation", "think", "answer",
    ]  # fmt: skip
    assert (row.trajectory.answer, row.outcome.outcome) == ("9 right", "valid")
    assert row.labels == (StepLabel(),) * 8


def test_an_error_of_the_program_is_observed_and_the_solution_goes_on(sandbox: Sandbox) -> None:
    row = in_sandbox(sandbox, CODE.format("1 / 0"), CODE.format("while True: pass"), DONE)
    assert [step.text for step in row.trajectory.steps if step.kind == "observation"] == [
        "```output\nZeroDivisionError: division by zero\n```\n",
        "```output\n(stopped: it ran for too long)\n```\n",
    ]
    assert row.outcome.outcome == "valid"


def test_what_is_written_before_the_output_was_seen_is_dropped() -> None:
    guess = f"{CODE.format('x')}{OUTPUT}\n7\n```\nThe answer is 7 right"
    [row] = solve([guess, DONE], solutions=1)
    assert kinds(row) == ["think", "code", "observation", "think", "answer"]
    assert "7" not in row.trajectory.text
    assert row.trajectory.answer == "9 right"


def test_a_reply_that_was_cut_after_its_block_is_whole_up_to_there() -> None:
    [row] = solve([CODE.format("x") + "And then...", DONE], solutions=1)
    assert (row.trajectory.finish_reason, row.outcome.outcome) == ("stop", "valid")


def test_a_reply_that_was_cut_in_its_thoughts_is_no_wrong_answer() -> None:
    [row] = solve([CODE.format("x"), "So it is..."], solutions=1)
    assert (row.trajectory.finish_reason, row.outcome.outcome) == ("length", "undecided")
    assert row.outcome.evidence.startswith("truncated")


def test_code_that_was_cut_is_not_run_and_ends_the_solution_undecided() -> None:
    asked: list[Ask] = []
    [row] = solve(["Compute.\n```python\nprint(1...", DONE], solutions=1, asked=asked)
    assert not any(isinstance(ask, Execute | Check) for ask in asked)
    assert kinds(row) == ["think", "code"]
    assert (row.trajectory.finish_reason, row.outcome.outcome) == ("length", "undecided")


def test_a_blank_reply_ends_the_solution_as_an_event() -> None:
    [row] = solve([CODE.format("x"), "  "], solutions=1)
    assert (row.trajectory.finish_reason, row.outcome.evidence) == (
        "empty",
        "empty: the reply is blank",
    )


@pytest.mark.parametrize("actions", [0, 1, 3])
def test_a_budget_of_actions_ends_a_solution_undecided(actions: int) -> None:
    asked: list[Ask] = []
    [row] = solve([CODE.format("x")] * 9, asked=asked, solutions=1, actions=actions)
    assert sum(isinstance(ask, Execute) for ask in asked) == actions
    assert sum(isinstance(ask, Sample) for ask in asked) == actions + 1
    assert not any(isinstance(ask, Check) for ask in asked)
    assert kinds(row) == ["think", "code", "observation"] * actions + ["think", "code"]
    assert row.outcome.evidence == f"budget: {actions} actions, and no answer"
    assert (row.outcome.outcome, row.trajectory.answer) == ("undecided", None)


def test_blocks_that_fail_in_a_row_end_a_solution_and_one_that_works_begins_anew() -> None:
    def runs(execution: Execution) -> ExecutionResult:
        failed = execution.source.endswith("bad\\n'])\n")
        return ExecutionResult(outcome="exited", exit_code=int(failed))

    good, bad = CODE.format("good"), CODE.format("bad")
    [row] = solve([bad, good, bad, bad, bad], runs=runs, solutions=1, errors=2)
    assert kinds(row) == ["think", "code", "observation"] * 5
    assert row.outcome.evidence == "errors: 3 blocks failed in a row"
    [row] = solve([bad, bad, DONE], runs=runs, solutions=1, errors=2)
    assert row.outcome.outcome == "valid"
    [row] = solve([bad], runs=runs, solutions=1, errors=0)
    assert row.outcome.evidence == "errors: 1 blocks failed in a row"


def test_the_answer_is_the_policys_own_word_and_no_output_or_code_states_it() -> None:
    def prints(execution: Execution) -> ExecutionResult:
        said = b"The answer is 7 right"
        return ExecutionResult(outcome="exited", exit_code=0, stdout=said)

    asked: list[Ask] = []
    boxed = CODE.format(r"x = r'\boxed{8 right}'")
    [row] = solve([boxed, "Nothing to say"], runs=prints, asked=asked, solutions=1)
    assert (row.trajectory.answer, row.outcome.outcome) == (None, "undecided")
    assert kinds(row) == ["think", "code", "observation", "think"]
    [check] = [ask for ask in asked if isinstance(ask, Check)]
    assert [step.text for step in (*check.claim.prior, check.claim.step)] == [
        "Compute.\n",
        "Nothing to say",
    ]


def test_an_answer_that_was_stated_before_the_code_is_marked_where_it_stands() -> None:
    early = CODE.replace("Compute.", "I guess the answer is 9.").format("x")
    [row] = solve([early, "As I said right"], solutions=1)
    assert row.trajectory.answer == "9"
    assert kinds(row) == ["answer", "code", "observation", "think"]


def test_all_solutions_go_on_together_each_under_paths_of_its_own() -> None:
    asked: list[Ask] = []

    def answer(ask: Sample, index: int) -> str:
        number = index if ask.path == "solve" else int(ask.path.split("/")[1])
        n_actions = sum(step.kind == "code" for step in ask.prefix)
        return CODE.format(f"{number} {n_actions}") if n_actions < number else DONE

    rows = solve(answer, asked=asked, solutions=3)
    paths = [ask.path for ask in asked if isinstance(ask, Sample)]
    assert paths == ["solve", "solve/1/1", "solve/2/1", "solve/2/2"]
    ids = [ask.execution.id for ask in asked if isinstance(ask, Execute)]
    assert ids == ["p/1", "p/2", "p/2"]
    assert [row.trajectory.id for row in rows] == [
        "p/solve#0", "p/solve/1/1#0", "p/solve/2/2#0",
    ]  # fmt: skip
    assert [row.trajectory.parent_id for row in rows] == [None, "p/solve#1", "p/solve/2/1#0"]
    assert [row.outcome.outcome for row in rows] == ["valid"] * 3


@pytest.mark.parametrize("replies", [[CODE.format("x"), DONE], [CODE.format("x") + DONE] * 9])
def test_what_holds_of_every_strategy_holds_where_programs_run(replies: list[str]) -> None:
    asked: list[Ask] = []
    drawn: list[Trajectory] = []
    plan = watched(tool_use(PROBLEM, RNG, solutions=3, actions=2), asked, drawn)

    def answer(ask: Sample, index: int) -> str:
        return replies[sum(step.kind == "code" for step in ask.prefix)]

    result = search(plan, answer, pieces=lines)
    for rule in RULES:
        rule(Searched(result=result, asked=asked, drawn=drawn))


def ending(*outcomes: Ending) -> Runs:
    """Run programs that end as listed, one after another."""
    left = iter(outcomes)

    def runs(execution: Execution) -> ExecutionResult:
        outcome = next(left)
        status = 0 if outcome == "exited" else None
        return ExecutionResult(outcome=outcome, exit_code=status, detail="busy")

    return runs


def test_a_program_that_a_busy_machine_did_not_let_run_is_run_again() -> None:
    runs = ending("timeout_starved", "timeout_starved", "exited")
    [row] = solve([CODE.format("x"), DONE], runs=runs, solutions=1)
    assert row.outcome.outcome == "valid"


@pytest.mark.parametrize("outcomes", [("sandbox_error",), ("timeout_starved",) * 3])
def test_a_failure_of_the_sandbox_is_an_error_of_the_problem(outcomes: tuple[Ending, ...]) -> None:
    with pytest.raises(NotRunError, match=f"{outcomes[0]}: busy"):
        solve([CODE.format("x"), DONE], runs=ending(*outcomes), solutions=1)


class Listed:
    """A policy that replies by the number of blocks before it, and knows nothing of stop strings.

    Under the driver it is stopped where an engine would stop.
    """

    name = "listed"
    max_in_flight = 4
    samples_per_request = 4

    def __init__(self, *replies: str) -> None:
        self.meter = EngineMeter(clock=lambda: 0.0)
        self._replies = replies

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        n_blocks = sum(step.kind == "code" for step in request.prefix)
        text = self._replies[n_blocks].partition(OUTPUT)[0]
        return (Reply(text=text, finish_reason="stop"),) * request.n

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        raise AssertionError(request, text)


class Programs:
    """Run programs in a sandbox, or fail as one that cannot be opened."""

    def __init__(self, sandbox: Sandbox | None) -> None:
        self._sandbox = sandbox

    async def execute(self, execution: Execution) -> ExecutionResult:
        if self._sandbox is None:
            msg = "no walls"
            raise SandboxError(msg)
        return self._sandbox.run(execution)

    async def run_tests(self, tests: Tests | StdioTests, source: str) -> Judgement:
        raise AssertionError(tests, source)


async def judge(claim: Claim, name: str | None) -> Verdict:
    right = "answer is 9" in claim.step.text
    return Verdict(outcome="valid" if right else "invalid", verifier="test", evidence="no")


WRITTEN = (
    f"Compute.\n```python\nx = 4 + 5\nprint(x)\n```\n{OUTPUT}\n9\n```\nThe answer is 9.",
    f"Again.\n```python\nx * 'a'\n```\n{OUTPUT}\n9\n```\n",
    "The answer is 9.",
)


def driven(sandbox: Sandbox | None) -> Driver:
    base = driver(Listed(*WRITTEN))
    return dataclasses.replace(base, ask_verifier=judge, programs=Programs(sandbox))


async def test_under_the_driver_the_prefix_is_the_transcript_with_its_observations(
    sandbox: Sandbox,
) -> None:
    replies = Memory()
    solved = await driven(sandbox).solve(PROBLEM, tool_use, replies)
    [row, *others] = solved.result.rows
    assert row.trajectory.text == (
        "Compute.\n```python\nx = 4 + 5\nprint(x)\n```\n```output\n9\n```\n"
        "Again.\n```python\nx * 'a'\n```\n```output\n'aaaaaaaaa'\n```\n"
        "The answer is 9."
    )
    assert kinds(row) == ["think", "code", "observation"] * 2 + ["answer"]
    assert {other.trajectory.text for other in others} == {row.trajectory.text}
    asked = {rollout.path: rollout for rollout in solved.rollouts}
    # What was asked and what was written add up to the solution.
    assert asked["solve/0/2"].prefix + asked["solve/0/2"].text == row.trajectory.text
    assert await driven(sandbox).solve(PROBLEM, tool_use, replies) == dataclasses.replace(
        solved, n_replayed=len(solved.rollouts)
    )


async def test_a_sandbox_that_cannot_be_opened_fails_the_shard_and_makes_no_row(
    tmp_path: Path,
) -> None:
    import asyncio

    with (
        Journal(tmp_path / "0.journal", owner="t") as journal,
        pytest.raises(SandboxError, match="no walls"),
    ):
        await search_shard(
            make_shard(0, [PROBLEM]),
            driver=driven(None),
            strategy=tool_use,
            journal=journal,
            window=asyncio.Semaphore(1),
        )


async def test_a_driver_without_a_place_for_programs_says_so() -> None:
    nowhere = dataclasses.replace(driver(Listed(*WRITTEN)), programs=None)
    with pytest.raises(TypeError, match="nowhere"):
        await nowhere.solve(PROBLEM, tool_use, Memory())


def test_a_rehearsal_without_actions_counts_one_reply_a_solution() -> None:
    [cost] = rehearse(tool_use, Rates(), n_problems=1)
    assert (cost.samples, cost.rows) == (4, 4)


def test_a_rehearsal_counts_a_reply_after_each_action_as_a_search_does() -> None:
    # A block behind each step but the last: of 3 steps, 2 actions, which is certain.
    rates = Rates(steps=3, actions=2, tokens_per_step=10, question_tokens=50)
    [cost] = rehearse(tool_use, rates, n_problems=1)
    asked: list[Ask] = []
    rows = solve([CODE.format("1 + 2"), CODE.format("3 + 6"), DONE], asked=asked)
    samples = [ask for ask in asked if isinstance(ask, Sample)]
    assert (cost.samples, cost.rows) == (sum(ask.n for ask in samples), len(rows)) == (12, 4)
    # Each further reply is asked for behind a step, its code and its output; the last is one step.
    assert cost.prompt_tokens == 4 * (3 * 50 + 30 + 60)
    assert cost.tokens == 4 * (20 + 20 + 10)


def test_a_rehearsal_takes_the_stated_actions_on_average_and_no_more_than_the_budget() -> None:
    costs = list(rehearse(tool_use, Rates(steps=6, actions=2), n_problems=300))
    mean = sum(cost.samples for cost in costs) / len(costs)
    assert mean == pytest.approx(4 * (1 + 2), rel=0.05)
    assert len({cost.samples for cost in costs}) > 3
    every = Rates(steps=9, actions=8)
    [cost] = rehearse(lambda problem, rng: tool_use(problem, rng, actions=3), every, n_problems=1)
    assert cost.samples == 4 * (1 + 3)


def test_the_prompt_ends_a_reply_where_the_output_begins_and_shows_it() -> None:
    prompt = load_prompt("tool_use")
    assert prompt.stop[0] == OUTPUT
    observed = (Step(text="```output\n3\n```\n", kind="observation"),)
    text = render(prompt, Problem(id="p", prompt="1 + 2 = ?"), observed)
    assert text.endswith("Problem: 1 + 2 = ?\n\nSolution:\n```output\n3\n```\n")
    for shot in prompt.shots:
        assert shot.solution.rpartition("\n")[2].startswith("The answer is ")


def test_the_examples_of_the_prompt_show_what_their_code_prints(sandbox: Sandbox) -> None:
    for shot in load_prompt("tool_use").shots:
        parts = shot.solution.lstrip("\n").split(OUTPUT)
        replies = [parts[0], *(part.split("\n```\n", 1)[1] for part in parts[1:])]
        row = in_sandbox(sandbox, *replies)
        assert row.trajectory.text == shot.solution.lstrip("\n")
        assert row.trajectory.answer is not None
