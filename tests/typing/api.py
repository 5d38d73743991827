"""What users write: both type checkers must accept it, and nothing runs it."""

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import assert_type

from stepsmith.sandboxes.contract import Execution, ExecutionResult, Sandbox
from stepsmith.schemas import (
    Claim,
    ErrorRecord,
    LabelledTrajectory,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
    decode,
    encode,
)
from stepsmith.transforms.files import Files
from stepsmith.transforms.judging import Judgement, read_asserts
from stepsmith.transforms.label.base import Rows, labeler
from stepsmith.transforms.policy.base import Policy, Reply, Request, policy
from stepsmith.transforms.policy.meter import EngineMeter
from stepsmith.transforms.search.base import (
    Check,
    Execute,
    Plan,
    RunTests,
    Sample,
    SearchResult,
    check_each,
    draw,
    execute,
    judge_outcomes,
    run_tests,
    strategy,
)
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.verify import Case, Worker, invalid, undecided, valid, verifier


@verifier(
    "user.polite",
    cases=[Case("please", "valid"), Case("now!", "invalid"), Case("hm", "undecided")],
)
def polite(claim: Claim) -> Verdict:
    """Judge a step by itself."""
    if "please" in claim.step.text:
        return valid(score=0.9)
    return invalid("no please") if "!" in claim.step.text else undecided("neither")


@verifier("user.parsed", cases=[Case("1", "valid", answer="1")], version="2", needs=Worker)
def parsed(claim: Claim, worker: Worker) -> Verdict:
    """Read the step in a process that can be killed."""
    read = worker.call("user.parser:parse", claim.step.text.encode(), deadline_s=1.0)
    return valid() if read.decode() == claim.problem.answer else undecided("another reading")


def ends_alone(problem: Problem, sandbox: Sandbox) -> Verdict:
    """Check a problem before anything is sampled for it."""
    return valid() if sandbox.run(Execution(id="", source=problem.prompt)).exit_code == 0 else no()


def no() -> Verdict:
    return invalid("it does not run")


@verifier("user.runs", cases=[Case("1", "valid")], needs=Sandbox, gold=ends_alone)
def runs(claim: Claim, sandbox: Sandbox) -> Verdict:
    """Run the step where it can do no harm."""
    result = sandbox.run(Execution(id=claim.problem.id, source=claim.step.text))
    return valid() if result.exit_code == 0 else undecided(result.outcome)


def verifiers_stay_plain_functions(claim: Claim, worker: Worker, sandbox: Sandbox) -> None:
    assert_type(runs(claim, sandbox), Verdict)
    assert_type(polite(claim), Verdict)
    assert_type(parsed(claim, worker), Verdict)


@strategy("user.twice")
def twice(problem: Problem, rng: Random, *, prefixes: int = 1) -> Plan:
    """Ask for a solution, then for another one from a random prefix of it."""
    attempts = yield from draw(Sample(path="first"))
    assert_type(attempts, tuple[Trajectory, ...])
    [attempt] = attempts
    rows: list[LabelledTrajectory] = []
    for index in range(prefixes):
        cut = rng.randrange(len(attempt.steps) + 1)
        ask = Sample(path=f"again/{index}", prefix=attempt.steps[:cut], n=2, parent=attempt.id)
        again = yield from draw(ask)
        outcomes = yield from judge_outcomes(problem, again)
        assert_type(outcomes, Sequence[Verdict])
        rows.extend(map(_row, [problem] * len(again), again, outcomes))
    claim = Claim(problem=problem, prior=(), step=Step(text="so 2 + 3 = 6"))
    result = yield from execute(Execute(execution=Execution(id="", source="print(1)")))
    assert_type(result, ExecutionResult)
    judgement = yield from run_tests(RunTests(tests=read_asserts(["assert f() == 1"]), source=""))
    assert_type(judgement, Judgement)
    [verdict] = yield from check_each([Check(claim=claim, verifier="math.arithmetic")])
    assert_type(verdict, Verdict)
    return SearchResult(rows=tuple(rows))


def _row(problem: Problem, trajectory: Trajectory, outcome: Verdict) -> LabelledTrajectory:
    labels = tuple(StepLabel(correct=None, value=0.5) for _ in trajectory.steps)
    return LabelledTrajectory(
        problem=problem, trajectory=trajectory, outcome=outcome, labels=labels
    )


class Squares:
    """A source is any object with these two methods."""

    def __init__(self, *, n: int) -> None:
        self.n = n

    def parts(self, files: Files) -> Sequence[str]:
        return ["all"]

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        for number in range(self.n):
            yield Problem(id=str(number), prompt=f"{number}^2", answer=str(number**2))


@source("user.squares")
def squares(*, n: int = 10) -> Source:
    """Ask for the first squares."""
    return Squares(n=n)


class Echo:
    """A policy is any object with these six members."""

    name = "echo"
    max_in_flight = 8
    samples_per_request = 4

    def __init__(self) -> None:
        self.meter = EngineMeter(clock=time.monotonic)

    async def sample(self, request: Request) -> tuple[Reply, ...]:
        return (Reply(text=request.problem.prompt, finish_reason="stop"),) * request.n

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        return (0.0,) * len(text)


@policy("user.echo")
@asynccontextmanager
async def echo(*, shout: bool = False) -> AsyncGenerator[Policy, None]:
    """Answer with the question."""
    yield Echo()


@labeler("user.strict")
def strict(rows: Sequence[LabelledTrajectory], *, at_least: float = 0.5) -> Rows:
    """Keep no row without a value."""
    return tuple(_keep_if_sure(row, at_least) for row in rows)


def _keep_if_sure(row: LabelledTrajectory, at_least: float) -> LabelledTrajectory:
    sure = all(label.value is not None and label.value >= at_least for label in row.labels)
    return (
        row
        if sure
        else LabelledTrajectory(
            problem=row.problem,
            trajectory=row.trajectory,
            outcome=row.outcome,
            labels=row.labels,
            keep=False,
            drop_reason="unsure",
        )
    )


def records_survive_their_bytes(problem: Problem) -> None:
    data = encode(problem)
    assert_type(data, bytes)
    assert_type(decode(Problem, data), Problem)
