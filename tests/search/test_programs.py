"""Programs that a plan asks to have run: off the event loop, together, answered in their order."""

import concurrent.futures
import dataclasses
import threading
from collections.abc import Sequence
from random import Random
from typing import cast

import pytest

from stepsmith.sandboxes.contract import (
    Conversation,
    Execution,
    ExecutionResult,
    IsolationReport,
    Sandbox,
)
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas import Problem
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.drive.rehearse import Rates, rehearse
from stepsmith.transforms.drive.world import BROKEN
from stepsmith.transforms.judging import Judgement, StdioTests, read_asserts
from stepsmith.transforms.search import (
    Ask,
    Execute,
    Plan,
    RunTests,
    SearchResult,
    execute,
    execute_each,
    run_tests,
    run_tests_each,
    runs_programs,
)
from stepsmith.transforms.verify import Tools
from stepsmith.transforms.verify.run import Verification
from tests.drive.drivers import Memory, driver
from tests.search.scripts import PROBLEM, lines, search
from tests.verify.test_run import NoWorker

N_TOGETHER = 4


class Together:
    """A sandbox in which nothing ends before so many programs run at a time."""

    def __init__(self) -> None:
        self._all = threading.Barrier(N_TOGETHER)

    def capabilities(self) -> IsolationReport:
        return IsolationReport(level="ns")

    def run(self, execution: Execution) -> ExecutionResult:
        self._all.wait(timeout=300)
        return ExecutionResult(outcome="exited", exit_code=0, stdout=execution.source.encode())

    def converse(
        self, executions: Sequence[Execution], conversation: Conversation
    ) -> tuple[ExecutionResult, ...]:
        raise AssertionError(executions, conversation)

    def close(self) -> None: ...


def program(text: str) -> Execute:
    return Execute(execution=Execution(id=text, source=text))


def prints(text: str, source: str) -> RunTests:
    return RunTests(tests=StdioTests(cases=(("", text),)), source=source)


def four(heard: list[object]) -> Plan:
    heard += yield (program("a"), prints("b", "b"), prints("c", "d"), program("e"))
    return SearchResult(rows=())


async def test_the_programs_of_one_tuple_run_together_and_are_answered_in_order() -> None:
    heard: list[object] = []
    with concurrent.futures.ThreadPoolExecutor(N_TOGETHER) as threads:
        programs = Verification(
            outcome="math.answer", steps=(), tools=Tools(NoWorker(), Together), threads=threads
        )
        driving = dataclasses.replace(driver(), programs=programs)
        await driving.solve(PROBLEM, lambda problem, rng: four(heard), Memory())
    first, right, wrong, last = heard
    assert [cast("ExecutionResult", each).stdout for each in (first, last)] == [b"a", b"e"]
    assert [cast("Judgement", each).kind for each in (right, wrong)] == ["pass", "wrong_answer"]


def each_helper(problem: Problem, rng: Random) -> Plan:
    result = yield from execute(program("one"))
    results = yield from execute_each([program("two"), program("three")])
    judgement = yield from run_tests(prints("", "it is right"))
    judgements = yield from run_tests_each([prints("", "right"), prints("", "wrong")])
    assert [each.stdout for each in (result, *results)] == [b"one", b"two", b"three"]
    assert [each.outcome for each in (judgement, *judgements)] == ["valid", "valid", "invalid"]
    return SearchResult(rows=())


def test_each_helper_gives_its_answers_back() -> None:
    assert search(each_helper(PROBLEM, Random(0)), lambda *_: "", pieces=lines).rows == ()


def test_a_rehearsal_runs_nothing_and_knows_which_programs_are_broken() -> None:
    heard: list[Judgement] = []

    def plan(problem: Problem, rng: Random) -> Plan:
        result = yield from execute(program("while True: pass"))
        assert (result.outcome, result.exit_code) == ("exited", 0)
        heard.extend((yield from run_tests_each([prints("", "x"), prints("", f"x{BROKEN}")])))
        return SearchResult(rows=())

    [cost] = rehearse(plan, Rates(), n_problems=1)
    assert (cost.samples, cost.rows) == (0, 0)
    assert [each.outcome for each in heard] == ["valid", "invalid"]


async def test_a_sandbox_that_cannot_be_opened_is_raised_as_it_is() -> None:
    def refuse() -> Sandbox:
        msg = "no walls"
        raise SandboxError(msg)

    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        programs = Verification(
            outcome="math.answer", steps=(), tools=Tools(NoWorker(), refuse), threads=threads
        )
        driving = dataclasses.replace(driver(), programs=programs)
        with pytest.raises(SandboxError, match="no walls"):
            await driving.solve(PROBLEM, lambda problem, rng: four([]), Memory())


def test_programs_and_tests_run_in_the_sandbox_of_this_machine(sandbox: Sandbox) -> None:
    def plan() -> Plan:
        result = yield from execute(program("print(6 * 7)"))
        assert result.stdout == b"42\n"
        tests = read_asserts(["assert f(1) == 2"])
        sources = ("def f(x): return x + 1", "def f(x): return x")
        judged = yield from run_tests_each(
            [RunTests(tests=tests, source=source) for source in sources]
        )
        assert [each.kind for each in judged] == ["pass", "wrong_answer"]
        return SearchResult(rows=())

    def answer(ask: Ask) -> object:
        from stepsmith.transforms.judging import judge_source

        if isinstance(ask, Execute):
            return sandbox.run(ask.execution)
        assert isinstance(ask, RunTests)
        return judge_source(sandbox, ask.source, ask.tests)

    play(plan(), answer)


@pytest.mark.parametrize(
    ("name", "runs"), [("tool_use", True), ("code_mutation", True), ("monte_carlo", False)]
)
def test_strategies_that_run_programs_say_so(name: str, *, runs: bool) -> None:
    assert runs_programs(name) is runs
