"""Answering plans by hand: the whole algorithm is tested without a policy or a clock."""

from collections.abc import Callable
from typing import Any

from stepsmith.sandboxes.contract import Execution, ExecutionResult
from stepsmith.schemas import LabelledTrajectory, Problem, Step, Trajectory, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.judging import Judgement
from stepsmith.transforms.judging.verdict import PASS
from stepsmith.transforms.search import Ask, Check, Execute, Plan, RunTests, Sample, SearchResult

PROBLEM = Problem(id="p", prompt="2 + 3 + 4", answer="9")
Answer = Callable[[Sample, int], str]


Pieces = Callable[[str], tuple[str, ...]]
Runs = Callable[[Execution], ExecutionResult]


def run(plan: Plan, answer: Answer, *, pieces: Pieces) -> tuple[LabelledTrajectory, ...]:
    """Drive a plan as `search` does and return its rows."""
    return search(plan, answer, pieces=pieces).rows


def prints_itself(execution: Execution) -> ExecutionResult:
    """Run a program as one that ends well and prints its own text."""
    return ExecutionResult(outcome="exited", exit_code=0, stdout=execution.source.encode())


def search(
    plan: Plan, answer: Answer, *, pieces: Pieces, runs: Runs = prints_itself
) -> SearchResult:
    """Drive a plan: `answer` writes each continuation and `runs` runs each program.

    A solution that ends in "right" is right, and so is a program that is tested.
    """
    return play(plan, lambda ask: reply(ask, answer, pieces, runs))


def reply(ask: Ask, answer: Answer, pieces: Pieces, runs: Runs = prints_itself) -> Any:
    match ask:
        case Sample():
            return tuple(trajectory(ask, index, answer, pieces) for index in range(ask.n))
        case Check():
            text = ask.claim.step.text.strip()
            if text.endswith("right"):
                return Verdict(outcome="valid", verifier="script")
            if text.endswith("wrong"):
                return Verdict(outcome="invalid", verifier="script", evidence="no")
            return Verdict(outcome="undecided", verifier="script", evidence="no answer")
        case Execute():
            return runs(ask.execution)
        case RunTests():
            right = ask.source.strip().endswith("right")
            return PASS if right else Judgement(kind="wrong_answer", outcome="invalid")
    raise AssertionError(ask)


def trajectory(ask: Sample, index: int, answer: Answer, pieces: Pieces) -> Trajectory:
    text = answer(ask, index)
    finish = "length" if text.endswith("...") else "stop" if text.strip() else "empty"
    return Trajectory(
        id=f"p/{ask.path}#{index}",
        problem_id="p",
        steps=(*ask.prefix, *(Step(text=piece) for piece in pieces(text))),
        finish_reason=finish,
        parent_id=ask.parent,
        branch_step=len(ask.prefix) or None,
    )


def lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines(keepends=True))
