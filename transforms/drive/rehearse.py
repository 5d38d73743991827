"""Rehearsing a search: the real strategy in the chain world, to see what it would ask."""

import dataclasses
from collections.abc import Iterator, Sequence
from random import Random

from stepsmith.sandboxes.contract import ExecutionResult
from stepsmith.schemas.records import Outcome, Problem, Step, Trajectory, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.drive.seeds import derive_seed
from stepsmith.transforms.drive.world import RIGHT, ChainWorld, first_bad
from stepsmith.transforms.judging.verdict import PASS, Judgement
from stepsmith.transforms.search.base import (
    Ask,
    Check,
    Execute,
    RunTests,
    Sample,
    Score,
    Strategy,
)

_CODE = "```python\npass\n```\n"


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
        result = play(strategy(self._problem, self._rng("plan")), self._answer)
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
