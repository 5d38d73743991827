"""What verifiers need: opened once, when first used, and never a verdict when it cannot be."""

import concurrent.futures
import threading
from collections.abc import Sequence

import apache_beam as beam
import pytest

from stepsmith.sandboxes.contract import (
    Conversation,
    Execution,
    ExecutionResult,
    IsolationReport,
    Level,
    Sandbox,
)
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas import Claim, Problem, Step, Verdict
from stepsmith.schemas.registry import Registry
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.beam.verify import Verify
from stepsmith.transforms.judging import StdioTests
from stepsmith.transforms.verify import Tools, Verifier, Worker, base, invalid, valid, verifier
from stepsmith.transforms.verify.run import GoldError, Verification
from tests.verify.test_run import NoWorker

CLAIM = Claim(problem=Problem(id="p", prompt="fine"), step=Step(text="print(1)"))


class Echoes:
    """A sandbox whose programs print their own text."""

    def __init__(self, level: Level = "ns") -> None:
        self._level = level

    def capabilities(self) -> IsolationReport:
        return IsolationReport(level=self._level)

    def run(self, execution: Execution) -> ExecutionResult:
        return ExecutionResult(outcome="exited", exit_code=0, stdout=execution.source.encode())

    def converse(
        self, executions: Sequence[Execution], conversation: Conversation
    ) -> tuple[ExecutionResult, ...]:
        raise AssertionError(executions, conversation)

    def close(self) -> None: ...


def refuse() -> Sandbox:
    msg = "this machine has no walls"
    raise SandboxError(msg)


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry[Verifier]:
    """Keep what these tests register to themselves."""
    own: Registry[Verifier] = Registry("verifier", package="stepsmith.schemas")
    monkeypatch.setattr(base, "VERIFIERS", own)
    return own


@pytest.fixture
def runs(registry: Registry[Verifier]) -> Verifier:
    def gold(problem: Problem, sandbox: Sandbox) -> Verdict:
        printed = sandbox.run(Execution(id="", source=problem.prompt)).stdout
        return valid() if printed == b"fine" else invalid(f"it printed {printed!r}")

    @verifier("test.runs", cases=(), needs=Sandbox, gold=gold)
    def runs(claim: Claim, sandbox: Sandbox) -> Verdict:
        result = sandbox.run(Execution(id=claim.problem.id, source=claim.step.text))
        return invalid(result.stdout.decode())

    return registry.get("test.runs").value


@pytest.fixture
def calls(registry: Registry[Verifier]) -> Verifier:
    def gold(problem: Problem, worker: Worker) -> Verdict:
        return valid(type(worker).__name__)

    @verifier("test.calls", cases=(), needs=Worker, gold=gold)
    def calls(claim: Claim, worker: Worker) -> Verdict:
        return invalid(type(worker).__name__)

    return registry.get("test.calls").value


@pytest.fixture
def alone(registry: Registry[Verifier]) -> Verifier:
    @verifier("test.alone", cases=(), gold=lambda problem: valid(problem.prompt))
    def alone(claim: Claim) -> Verdict:
        return invalid(claim.step.text)

    return registry.get("test.alone").value


def test_each_verifier_gets_what_it_needs_and_so_does_its_question_about_the_problem(
    runs: Verifier, calls: Verifier, alone: Verifier
) -> None:
    tools = Tools(NoWorker(), Echoes)
    said = {each.name: each(CLAIM, tools).evidence for each in (runs, calls, alone)}
    assert said == {
        "test.runs": "print(1)",
        "test.calls": "NoWorker",
        "test.alone": "print(1)",
    }
    golds = [each.gold(CLAIM.problem, tools) for each in (runs, calls, alone) if each.gold]
    assert golds == [valid(), valid("NoWorker"), valid("fine")]


def test_no_sandbox_is_opened_for_a_verifier_that_needs_none(
    calls: Verifier, alone: Verifier
) -> None:
    tools = Tools(NoWorker(), refuse)
    for each in (calls, alone):
        tools.prepare(each)
        assert each(CLAIM, tools).outcome == "invalid"


def test_a_sandbox_that_cannot_be_opened_raises_at_each_use(runs: Verifier) -> None:
    tools = Tools(NoWorker(), refuse)
    for _ in range(2):
        with pytest.raises(SandboxError, match="no walls"):
            runs(CLAIM, tools)
    with pytest.raises(SandboxError, match="no walls"):
        tools.prepare(runs)


def test_threads_that_come_at_once_open_one_sandbox() -> None:
    opened: list[Sandbox] = []
    together = threading.Barrier(8)

    def open_one() -> Sandbox:
        opened.append(Echoes())
        return opened[-1]

    tools = Tools(NoWorker(), open_one)

    def use(_: int) -> Sandbox:
        together.wait()
        return tools.sandbox

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        used = list(threads.map(use, range(8)))
    assert len(opened) == 1
    assert all(sandbox is opened[0] for sandbox in used)


@pytest.mark.parametrize(
    ("level", "evidence"),
    [("unsafe", "print(1) (no sandbox)"), ("self", "print(1)"), ("gvisor", "print(1)")],
)
def test_a_verdict_from_an_unsafe_sandbox_says_so(
    level: Level, evidence: str, runs: Verifier
) -> None:
    assert runs(CLAIM, Tools(NoWorker(), lambda: Echoes(level))).evidence == evidence


def test_a_right_step_from_an_unsafe_sandbox_says_so_too(registry: Registry[Verifier]) -> None:
    @verifier("test.trusts", cases=(), needs=Sandbox)
    def trusts(claim: Claim, sandbox: Sandbox) -> Verdict:
        return valid()

    trusting = registry.get("test.trusts").value
    unsafe = Tools(NoWorker(), lambda: Echoes("unsafe"))
    assert trusting(CLAIM, unsafe).evidence == "(no sandbox)"


def test_a_verifier_in_a_pipeline_fails_it_where_no_sandbox_can_be_had(
    runs: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_all(settings: SandboxSettings) -> Sandbox:
        raise SandboxError(settings.minimum)

    monkeypatch.setattr("stepsmith.transforms.beam.verify.open_shared", refuse_all)
    pipeline = beam.Pipeline(runner="FnApiRunner")
    _ = pipeline | beam.Create([CLAIM]) | Verify(runs.name, SandboxSettings(minimum="gvisor"))
    with pytest.raises(Exception, match="gvisor"):
        pipeline.run()


def verification(tools: Tools, threads: concurrent.futures.Executor) -> Verification:
    return Verification(outcome="test.runs", steps=("test.alone",), tools=tools, threads=threads)


@pytest.mark.usefixtures("runs", "alone")
async def test_what_the_verifiers_of_a_run_need_is_opened_beforehand() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        asked = verification(Tools(NoWorker(), refuse), threads)
        asked.prepare(["test.alone"])
        with pytest.raises(SandboxError):
            asked.prepare(["test.alone", "test.runs"])
        with pytest.raises(SandboxError):
            await asked.ask(CLAIM, None)
        with pytest.raises(SandboxError):
            await asked.check_problem(CLAIM.problem)


@pytest.mark.usefixtures("runs")
async def test_programs_run_and_are_judged_in_the_sandbox_of_the_run() -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        asked = verification(Tools(NoWorker(), Echoes), threads)
        assert (await asked.execute(Execution(id="", source="hi"))).stdout == b"hi"
        judgement = await asked.run_tests(StdioTests(cases=(("", "hi"),)), "hi")
        assert judgement.kind == "pass"
        judgement = await asked.run_tests(StdioTests(cases=(("", "hi"),)), "ho")
        assert (judgement.kind, judgement.got) == ("wrong_answer", "'ho'")
        with pytest.raises(GoldError, match="the problem does not verify"):
            await asked.check_problem(Problem(id="p", prompt="foul"))
