"""What users write: both type checkers must accept it, and nothing runs it."""

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import assert_type

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
from stepsmith.transforms.label.base import labeler
from stepsmith.transforms.policy.base import Policy, Reply, Request, policy
from stepsmith.transforms.policy.meter import EngineMeter
from stepsmith.transforms.search.base import (
    Check,
    Plan,
    Sample,
    check_each,
    draw,
    judge_outcomes,
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


def verifiers_stay_plain_functions(claim: Claim, worker: Worker) -> None:
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
    [verdict] = yield from check_each([Check(claim=claim, verifier="math.arithmetic")])
    assert_type(verdict, Verdict)
    return tuple(rows)


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
    """A policy is any object with these four members."""

    name = "echo"

    def __init__(self) -> None:
        self.meter = EngineMeter(clock=time.monotonic)

    async def sample(self, request: Request) -> Reply:
        return Reply(text=request.problem.prompt, finish_reason="stop")

    async def score(self, request: Request, text: str) -> tuple[float, ...]:
        return (0.0,) * len(text)


@policy("user.echo")
@asynccontextmanager
async def echo(*, shout: bool = False) -> AsyncGenerator[Policy, None]:
    """Answer with the question."""
    yield Echo()


@labeler("user.strict")
def strict(row: LabelledTrajectory, *, at_least: float = 0.5) -> LabelledTrajectory:
    """Keep no row without a value."""
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
