"""Answering plans by hand: the whole algorithm is tested without a policy or a clock."""

from collections.abc import Callable
from typing import Any

from stepsmith.schemas import Problem, Step, Trajectory, Verdict
from stepsmith.transforms.search import Ask, Check, Plan, Rows, Sample

PROBLEM = Problem(id="p", prompt="2 + 3 + 4", answer="9")
Answer = Callable[[Sample, int], str]


def run(plan: Plan, answer: Answer, *, pieces: Callable[[str], tuple[str, ...]]) -> Rows:
    """Drive a plan: `answer` writes each continuation; a solution that ends in "right" is right."""
    answers: list[Any] | None = None
    try:
        while True:
            asks = next(plan) if answers is None else plan.send(answers)
            answers = [reply(ask, answer, pieces) for ask in asks]
    except StopIteration as end:
        return end.value


def reply(ask: Ask, answer: Answer, pieces: Callable[[str], tuple[str, ...]]) -> Any:
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
    raise AssertionError(ask)


def trajectory(
    ask: Sample, index: int, answer: Answer, pieces: Callable[[str], tuple[str, ...]]
) -> Trajectory:
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
