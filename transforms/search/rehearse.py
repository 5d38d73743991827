"""Rehearsing a search: the real strategy in a world of stated rates, to see what it would ask.

The chain world of the literature's simulations: a solution has a fixed number of steps and is
intact until its first wrong one. An intact prefix of `i` of `T` steps ends right with probability
s^(T-i), since each of the remaining steps holds with probability s; a prefix that was broken
already ends right with probability `recovery`, whatever is left of it. All of it is read from the
text, so any prefix can be continued, and the true first error of any solution is known.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, Protocol

from stepsmith.sandboxes.contract import ExecutionResult
from stepsmith.schemas.records import Outcome, Problem, Step, Trajectory, Verdict
from stepsmith.transforms.judging.verdict import PASS, Judgement
from stepsmith.transforms.search.base import (
    Ask,
    Check,
    Execute,
    Plan,
    RunTests,
    Sample,
    Score,
    SearchResult,
    Strategy,
)
from stepsmith.transforms.search.seeds import derive_seed

RIGHT, WRONG = " right\n", " wrong\n"
"""How the last step of a solution ends that reaches the answer, or does not."""
_CODE = "```python\npass\n```\n"
BROKEN = " broken"
"""What marks a wrong step: no token of a step begins like it, since those are hexadecimal."""


class World(Protocol):
    """Writes the continuation of a prefix, one text a step."""

    def write(self, prefix: Sequence[str], rng: Random) -> Sequence[str]:
        """Continue `prefix` to a solution's end; its last step ends in " right" or " wrong"."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChainWorld:
    """The chain world; `curve`, if given, replaces s^(T-i): the chance after i intact steps."""

    n_steps: int
    success: float
    recovery: float = 0.0
    curve: Callable[[int], float] | None = None

    def value(self, n_done: int, *, intact: bool) -> float:
        """Return the exact chance to end right from a prefix of `n_done` steps."""
        if n_done == self.n_steps:
            return 1.0 if intact else 0.0
        if not intact:
            return self.recovery
        if self.curve is not None:
            return self.curve(n_done)
        return float(self.success ** (self.n_steps - n_done))

    def write(self, prefix: Sequence[str], rng: Random) -> Sequence[str]:
        """Continue `prefix`: first whether it ends right, then where it goes wrong if not."""
        n_done = len(prefix)
        intact = first_bad(prefix) is None
        right = rng.random() < self.value(n_done, intact=intact)
        error = n_done if not intact else None if right else self._error_after(n_done, rng)
        return [
            _step(index, bad=error is not None and index == error and intact, rng=rng)
            + (_ending(right=right) if index == self.n_steps - 1 else "\n")
            for index in range(n_done, self.n_steps)
        ]

    def wrong_solution(self, rng: Random) -> Sequence[str]:
        """Write a solution that ends wrong, its first error drawn as the world draws errors."""
        error = self._error_after(0, rng)
        return [
            _step(index, bad=index == error, rng=rng)
            + (_ending(right=False) if index == self.n_steps - 1 else "\n")
            for index in range(self.n_steps)
        ]

    def _error_after(self, n_done: int, rng: Random) -> int:
        """Draw the first wrong step of a continuation that ends wrong."""
        rest = range(n_done, self.n_steps)
        weights = [self.success ** (index - n_done) * (1 - self.success) for index in rest]
        return rng.choices(rest, weights)[0] if sum(weights) else rng.choice(rest)


def _step(index: int, *, bad: bool, rng: Random) -> str:
    return f"{index} {rng.getrandbits(32):08x}{BROKEN if bad else ''}"


def _ending(*, right: bool) -> str:
    return RIGHT if right else WRONG


def first_bad(texts: Iterable[str]) -> int | None:
    """Return the true first error of a solution: the index of its first bad step."""
    return next((index for index, text in enumerate(texts) if BROKEN in text), None)


def true_error(trajectory: Trajectory) -> int | None:
    """Return the true first error of a trajectory, if it has one."""
    return first_bad(step.text for step in trajectory.steps)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cost:
    """What the search of one problem asked of the policy, and the rows that it made."""

    samples: int = 0
    prompt_tokens: float = 0.0
    tokens: float = 0.0
    rows: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rates:
    """What is assumed of a policy: steps a solution, how they go wrong, and their length.

    `step_success` is the chance that one more step of an intact solution holds, `recovery` the
    chance that a broken one ends right all the same. `question_tokens` is a prompt without steps.
    So many `actions` a solution, on average, are blocks of code: each stands behind a step and is
    as long as one, as is its output, and ends its reply, for the strategy to run it and to go on.
    """

    steps: int = 6
    step_success: float = 0.9
    recovery: float = 0.02
    tokens_per_step: float = 20.0
    question_tokens: float = 100.0
    actions: float = 0.0

    def world(self) -> ChainWorld:
        """Return the world of these rates."""
        return ChainWorld(n_steps=self.steps, success=self.step_success, recovery=self.recovery)


def _judge_program(source: str) -> Judgement:
    """Judge as the world knows: a program with a broken step in it is wrong."""
    if first_bad([source]) is None:
        return PASS
    return Judgement(kind="wrong_answer", outcome="invalid", reason="rehearsed")


def drive(plan: Plan, answer: Callable[[Ask], object]) -> SearchResult:
    """Answer a plan to its end, one ask after another, without an event loop."""
    answers: Sequence[Any] | None = None
    while True:
        try:
            asks = next(plan) if answers is None else plan.send(answers)
        except StopIteration as end:
            result: SearchResult = end.value
            return result
        answers = [answer(ask) for ask in asks]


def rehearse(strategy: Strategy, rates: Rates, *, n_problems: int, seed: int = 0) -> Iterator[Cost]:
    """Search `n_problems` simulated problems; what each would cost, one after another."""
    for index in range(n_problems):
        problem = Problem(id=f"rehearsal/{index}", prompt="?", answer="right")
        yield _Rehearsal(problem=problem, rates=rates, seed=seed).run(strategy)


class _Rehearsal:
    """One search in a world, without an event loop, and what it asked for."""

    def __init__(self, *, problem: Problem, rates: Rates, seed: int) -> None:
        self._problem = problem
        self._rates = rates
        self._world = rates.world()
        self._seed = seed
        self._samples = 0
        self._prompt_tokens = 0.0
        self._tokens = 0.0

    def run(self, strategy: Strategy) -> Cost:
        result = drive(strategy(self._problem, self._rng("plan")), self._answer)
        return Cost(
            samples=self._samples,
            prompt_tokens=self._prompt_tokens,
            tokens=self._tokens,
            rows=len(result.rows),
        )

    def _answer(self, ask: Ask) -> object:
        match ask:
            case Sample():
                return tuple(self._draw(ask, index) for index in range(ask.n))
            case Score():
                return self._score(ask)
            case Check():
                return self._check(ask)
            case Execute():
                return ExecutionResult(outcome="exited", exit_code=0)
            case RunTests():
                return _judge_program(ask.source)

    def _check(self, ask: Check) -> Verdict:
        """Answer as the world knows; a step verifier finds what is wrong and confirms nothing."""
        text = ask.claim.step.text
        if ask.verifier is None:
            right = text.endswith(RIGHT)
            return Verdict(outcome="valid" if right else "invalid", verifier="world", evidence="no")
        outcome: Outcome = "undecided" if first_bad([text]) is None else "invalid"
        return Verdict(outcome=outcome, verifier=ask.verifier, evidence="rehearsed")

    def _draw(self, ask: Sample, index: int) -> Trajectory:
        # Code and what it printed are no steps of the world.
        prefix = [step.text for step in ask.prefix if step.kind not in ("code", "observation")]
        rng = self._rng(ask.path, index)
        written = self._up_to_code(len(prefix), self._world.write(prefix, rng), rng)
        self._samples += 1
        self._count(ask.prefix, len(written))
        steps = (*ask.prefix, *(Step(text=text) for text in written))
        return Trajectory(
            id=f"{self._problem.id}/{ask.path}#{index}",
            problem_id=self._problem.id,
            steps=steps,
            answer="right" if steps and steps[-1].text.endswith(RIGHT) else "wrong",
            parent_id=ask.parent,
            branch_step=len(ask.prefix) if ask.prefix else None,
            sample_index=index,
        )

    def _up_to_code(self, n_done: int, written: Sequence[str], rng: Random) -> Sequence[str]:
        """End a reply behind the first step that is followed by code; the last step never is."""
        rates = self._rates
        if not rates.actions:
            return written
        chance = rates.actions / max(1, rates.steps - 1)
        for number, _ in enumerate(range(n_done, rates.steps - 1), start=1):
            if rng.random() < chance:
                return (*written[:number], _CODE)
        return written

    def _score(self, ask: Score) -> tuple[float, ...]:
        """Give each word a log-probability such as a policy gives to what it could have said."""
        self._count(ask.prefix, 0)
        rng = self._rng(ask.path)
        return tuple(-rng.expovariate(2.0) for _ in ask.text.split())

    def _count(self, prefix: tuple[Step, ...], n_written: int) -> None:
        rates = self._rates
        self._prompt_tokens += rates.question_tokens + len(prefix) * rates.tokens_per_step
        self._tokens += n_written * rates.tokens_per_step

    def _rng(self, *parts: str | int) -> Random:
        seed = derive_seed(self._seed, self._problem.id, *parts)
        return Random(seed)  # noqa: S311 - a simulation
