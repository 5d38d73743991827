"""A policy, an outcome check and tools that are odd in every way that real ones are.

Replies are empty, blank, cut, equal, of one step or none, of strange blanks, answered in the middle
or not at all; ends are judged too late, and tools say what they like. All of it is a pure function
of a seed.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from stepsmith.sandboxes.contract import ExecutionResult
from stepsmith.schemas import (
    Claim,
    LabelledTrajectory,
    Outcome,
    Problem,
    Rollout,
    Sampling,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.search import Ask, Check, Execute, Sample, Score
from stepsmith.transforms.text.answer import extract_answer
from stepsmith.transforms.text.read import Reader
from stepsmith.transforms.text.segment import get_segmenter

PROBLEM = Problem(id="p", prompt="2 + 3 + 4", answer="9")
TOOLS = ("math.arithmetic", "tool")

_STEPS = ("a = 1\n", "b\n", "ж = \u2028x\n", "\u00a0\u3000\n", "e \r\n", "2 + 2 = 5\n", " \n")
_CODE = "```python\nprint(1)\n```\n"
_ENDS = (
    "The answer is 9.",
    "The answer is 8.",
    "The answer is 9.\n",
    "The answer is 8.\n",
    "The answer is 9.\nx\n",
    "no idea",
    "",
    "  ",
)
_SAMPLING = Sampling()


class OddWorld:
    """Answers a plan's asks; how odd it is itself hangs on the seed. `drawn` is what it wrote."""

    def __init__(self, seed: int) -> None:
        rng = Random(f"world {seed}")
        self._seed = seed
        self._steps = rng.sample(_STEPS, rng.randint(1, 4))
        self._most_steps = rng.choice((0, 1, 2, 3, 6))
        self._ends = rng.choice((_ENDS, _ENDS[:1], _ENDS[1:2], rng.sample(_ENDS, 3)))
        self._p_cut = rng.choice((0.0, 0.1, 0.5))
        self._p_empty = rng.choice((0.0, 0.1, 0.6))
        self._p_late = rng.choice((0.0, 0.0, 0.2))
        self._p_tool = rng.choice((0.0, 0.3, 0.7))
        self._read = Reader(segment=get_segmenter(rng.choice(("line", "sentence", "blank_line"))))
        self._n_judged = 0
        self.drawn: list[Trajectory] = []

    def answer(self, ask: Ask) -> Any:
        """Answer one ask."""
        match ask:
            case Sample():
                drawn = tuple(self._draw(ask, index) for index in range(ask.n))
                self.drawn += drawn
                return drawn
            case Check(claim=claim, verifier=None):
                self._n_judged += 1
                return self._judge_end(claim)
            case Check(claim=claim, verifier=str(name)):
                return self.judge_step(claim, name)
            case Score():
                return (-0.5,)
            case Execute(execution=execution):
                code = Random(execution.source).randint(0, 1)
                return ExecutionResult(outcome="exited", exit_code=code, stdout=b"1\n")
            case _:
                raise AssertionError(ask)

    def judged(self, row: LabelledTrajectory, names: Sequence[str]) -> LabelledTrajectory:
        """Add what tools say of the steps, as the run's stage does."""
        steps = row.trajectory.steps
        labels = list(row.labels)
        for at, step in enumerate(steps):
            heard = {verdict.verifier for verdict in labels[at].verdicts}
            claim = Claim(problem=row.problem, prior=steps[:at], step=step)
            missing = [name for name in names if name not in heard and step.kind != "observation"]
            new = (self.judge_step(claim, name) for name in missing)
            labels[at] = dataclasses.replace(labels[at], verdicts=(*labels[at].verdicts, *new))
        return dataclasses.replace(row, labels=tuple(labels))

    def judge_step(self, claim: Claim, name: str) -> Verdict:
        """Say anything of a step, but the same each time; a blank one says nothing."""
        rng = self._rng(name, claim)
        says: tuple[Outcome, ...] = ("valid", "invalid")
        speaks = rng.random() < self._p_tool and claim.step.text.strip()
        return Verdict(
            outcome=rng.choice(says) if speaks else "undecided", verifier=name, evidence="odd"
        )

    def _judge_end(self, claim: Claim) -> Verdict:
        if self._rng("late", self._n_judged).random() < self._p_late:
            return Verdict(outcome="undecided", verifier="answer", evidence="timeout")
        return judge_end(claim)

    def _draw(self, ask: Sample, index: int) -> Trajectory:
        text, cut = self._write(self._rng(ask.path, index))
        reply = Rollout(
            problem_id=PROBLEM.id,
            path=ask.path,
            sample_index=index,
            seed=0,
            policy=ask.policy or "odd",
            sampling=_SAMPLING,
            prefix="".join(step.text for step in ask.prefix),
            text=text,
            finish_reason="length" if cut else "stop" if text.strip() else "empty",
        )
        steps, stated = self._read(ask.prefix, reply)
        return Trajectory(
            id=f"p/{ask.path}#{index}",
            problem_id=PROBLEM.id,
            steps=steps,
            answer=stated,
            finish_reason=reply.finish_reason,
            parent_id=ask.parent,
            branch_step=len(ask.prefix) or None,
            sample_index=index,
        )

    def _write(self, rng: Random) -> tuple[str, bool]:
        if rng.random() < self._p_empty:
            return rng.choice(("", "  ", "\n \n")), False
        steps = [rng.choice(self._steps) for _ in range(rng.randint(0, self._most_steps))]
        if rng.random() < 0.1:
            steps.insert(rng.randint(0, len(steps)), _CODE)
        text = "".join(steps) + rng.choice(self._ends)
        if text and rng.random() < self._p_cut:
            return text[: rng.randint(1, len(text))], True
        return text, False

    def _rng(self, *key: object) -> Random:
        return Random(f"{self._seed} {key}")


def judge_end(claim: Claim) -> Verdict:
    """Compare the answer that a solution states, if it states one."""
    found = extract_answer("".join(step.text for step in (*claim.prior, claim.step)))
    if found is None:
        return Verdict(outcome="undecided", verifier="answer", evidence="no answer")
    right = found.answer.strip() == PROBLEM.answer
    return Verdict(outcome="valid" if right else "invalid", verifier="answer", evidence="compared")


OPTIONS: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "bisect": {
        "solutions": (1, 3, 6),
        "budget": (0, 1, 8, 20),
        "searches": (0, 5),
        "slack": (0.0, 1.0),
        "confidence": (0.5, 0.8, 1.0),
        "batch": (1, 3),
        "right_too": (True, False),
        "verifiers": ((), TOOLS[:1]),
    },
    "mcts": {
        "simulations": (1, 4, 15),
        "children": (1, 3),
        "depth": (1, 3, 8),
        "value": ("rollout", "none", "model"),
        "unanswered": ("wrong", "undecided"),
        "parallel": (1, 3),
        "pairs": (0, 5),
        "pair_margin": (0.0, 0.3),
        "pair_visits": (0, 1),
    },
    "monte_carlo": {"solutions": (1, 3, 6), "rollouts": (1, 3, 8)},
    "omega": {
        "rollouts": (1, 4, 8),
        "searches": (0, 3, 10),
        "rule": ("mc_gt_0", "absolute", "relative"),
        "threshold": (0.3, 0.5),
        "selector": ("paper", "uniform", "stratified"),
        "filter_rollouts": (0, 16),
        "parallel": (1, 3),
    },
    "outcome_value": {
        "solutions": (1, 8, 16),
        "pool": (True, False),
        "duplicates": (True, False),
    },
    "repair": {
        "solutions": (1, 4),
        "repairs": (1, 3),
        "margin": (0, 1, 5),
        "locate": ("posterior", "monte_carlo", "tools"),
        "confidence": (0.5, 0.8),
        "budget": (0, 8),
        "rollouts": (1, 4),
        "pairs": ("first", "all"),
        "teacher": (None, "teacher"),
    },
    "sample": {"solutions": (1, 5)},
    "tool_use": {"solutions": (1, 4), "actions": (0, 2), "errors": (0, 3)},
}
"""The strategies that sample solutions, and the options that they are tried with."""


def draw_options(name: str, rng: Random) -> dict[str, Any]:
    """Draw one value for each option of a strategy."""
    return {option: rng.choice(values) for option, values in OPTIONS[name].items()}
