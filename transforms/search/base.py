"""The contract of a strategy: a generator that asks for samples and verdicts, and does no I/O.

A plan yields a tuple of asks and is sent a tuple of answers, in the same order; the asks of one
tuple are answered concurrently. It returns the rows that it made. Nothing in a plan may depend on
time, on other problems or on a shared random state: the same problem, seed and answers give the
same asks and the same rows.
"""

import dataclasses
from collections.abc import Callable, Generator, Mapping, Sequence
from random import Random
from typing import Any, ParamSpec, TypeVar

from stepsmith.schemas.records import (
    Claim,
    FinishReason,
    LabelledTrajectory,
    Problem,
    Step,
    Trajectory,
    Verdict,
)
from stepsmith.schemas.registry import Registry, first_line


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Ask for `n` independent solutions that continue `prefix`; answered by `n` trajectories.

    `path` names this question within the problem's search and must be unique there: with the
    sample index it keys the replies in the journal and derives their seeds. `parent` is the id of
    the trajectory whose steps the prefix is.
    """

    path: str
    prefix: tuple[Step, ...] = ()
    n: int = 1
    parent: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Ask a verifier about a claim; answered by a verdict. No name: the run's outcome verifier."""

    claim: Claim
    verifier: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Ask for the log-probability of each token of `text` after `prefix`."""

    path: str
    text: str
    prefix: tuple[Step, ...] = ()


Ask = Sample | Check | Score
Asks = tuple[Ask, ...]
Rows = tuple[LabelledTrajectory, ...]
Plan = Generator[Asks, Sequence[Any], Rows]
"""A search under way. The helpers below give each answer its type; ask through them."""

Strategy = Callable[[Problem, Random], Plan]
T = TypeVar("T")
P = ParamSpec("P")
Asking = Generator[Asks, Sequence[Any], T]
"""A part of a plan that returns a `T`."""

STRATEGIES: Registry[Callable[..., Plan]] = Registry(
    "strategy", package="stepsmith.transforms.search", group="stepsmith.strategies"
)


def strategy(name: str) -> Callable[[Callable[P, Plan]], Callable[P, Plan]]:
    """Register a strategy under `name`; its keyword-only parameters are the recipe's options."""

    def register(function: Callable[P, Plan]) -> Callable[P, Plan]:
        STRATEGIES.add(name, function, module=function.__module__, summary=first_line(function))
        return function

    return register


def draw(ask: Sample) -> Asking[tuple[Trajectory, ...]]:
    """Ask for the solutions of one prefix."""
    [trajectories] = yield from draw_each((ask,))
    return trajectories


def draw_each(asks: Sequence[Sample]) -> Asking[Sequence[tuple[Trajectory, ...]]]:
    """Ask for the solutions of several prefixes at once; one tuple of trajectories an ask."""
    answers: Sequence[tuple[Trajectory, ...]] = yield tuple(asks)
    return answers


def check_each(asks: Sequence[Check]) -> Asking[Sequence[Verdict]]:
    """Ask for several verdicts at once."""
    answers: Sequence[Verdict] = yield tuple(asks)
    return answers


def score(ask: Score) -> Asking[tuple[float, ...]]:
    """Ask for the log-probabilities of a text's tokens."""
    answers: Sequence[tuple[float, ...]] = yield (ask,)
    return answers[0]


def judge_outcomes(
    problem: Problem, trajectories: Sequence[Trajectory]
) -> Asking[Sequence[Verdict]]:
    """Ask whether each solution reaches the answer; one verdict a trajectory, in order.

    Equal texts are asked once. A reply that says nothing, or that was cut before its end, is
    `undecided` without asking: it is a recorded event, never a wrong answer.
    """
    asks = {
        trajectory.text: Check(claim=outcome_claim(problem, trajectory))
        for trajectory in trajectories
        if unfinished(trajectory) is None
    }
    verdicts = dict(zip(asks, (yield from check_each(tuple(asks.values()))), strict=True))
    return tuple(unfinished(trajectory) or verdicts[trajectory.text] for trajectory in trajectories)


def outcome_claim(problem: Problem, trajectory: Trajectory) -> Claim:
    """Make the claim that a solution reaches the answer: its last step, after all the others."""
    return Claim(problem=problem, prior=trajectory.steps[:-1], step=trajectory.steps[-1])


_EVENTS: Mapping[FinishReason, Verdict] = {
    "length": Verdict(
        outcome="undecided",
        verifier="reply",
        evidence="truncated: the reply was cut at the token limit",
    ),
    "empty": Verdict(outcome="undecided", verifier="reply", evidence="empty: the reply is blank"),
}


def unfinished(trajectory: Trajectory) -> Verdict | None:
    """Return the verdict on a solution whose reply was blank or cut, or nothing."""
    return _EVENTS.get(trajectory.finish_reason)
