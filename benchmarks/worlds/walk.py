"""Worlds in which every probability is known: a policy by rule, for searches without a model.

The chain world is the library's own, in which it rehearses; here are walks through any world.
"""

import dataclasses
from collections.abc import Sequence
from random import Random
from typing import Protocol

from stepsmith.schemas.records import FinishReason, Problem, Step, Trajectory, Verdict
from stepsmith.transforms.drive.play import play
from stepsmith.transforms.drive.seeds import derive_seed
from stepsmith.transforms.drive.world import (
    BROKEN,
    RIGHT,
    WRONG,
    ChainWorld,
    first_bad,
)
from stepsmith.transforms.search.base import Ask, Check, Plan, Sample, SearchResult

__all__ = [
    "BROKEN",
    "PROBLEM",
    "RIGHT",
    "WRONG",
    "ChainWorld",
    "Walk",
    "World",
    "first_bad",
    "true_error",
]


class World(Protocol):
    """Writes the continuation of a prefix, one text a step."""

    def write(self, prefix: Sequence[str], rng: Random) -> Sequence[str]:
        """Continue `prefix` to a solution's end; its last step ends in " right" or " wrong"."""
        ...


@dataclasses.dataclass(kw_only=True)
class Walk:
    """Drives one plan in a world, without an event loop, and counts what it asks for.

    `given` solutions, if any, are the answer to the plan's first ask from the empty prefix. Every
    draw has a seed of its own, by path and index, as in a run.
    """

    world: World
    seed: int
    given: Sequence[Sequence[str]] = ()
    n_samples: int = 0
    n_probes: int = 0

    def run(self, plan: Plan) -> SearchResult:
        """Answer the plan to its end. `n_probes` counts the samples from nonempty prefixes."""
        return play(plan, self._answer)

    def _answer(self, ask: Ask) -> object:
        if isinstance(ask, Sample):
            self.n_samples += ask.n
            self.n_probes += ask.n if ask.prefix else 0
            return tuple(self._draw(ask, index) for index in range(ask.n))
        if isinstance(ask, Check):
            right = ask.claim.step.text.endswith(RIGHT)
            return Verdict(outcome="valid" if right else "invalid", verifier="world", evidence="no")
        msg = f"this world answers samples and checks, not {ask!r}"
        raise TypeError(msg)

    def _draw(self, ask: Sample, index: int) -> Trajectory:
        texts = [step.text for step in ask.prefix]
        if not ask.prefix and index < len(self.given):
            written = self.given[index]
        else:
            rng = Random(derive_seed(self.seed, ask.path, index))
            written = self.world.write(texts, rng)
        steps = (*ask.prefix, *(Step(text=text) for text in written))
        finish: FinishReason = "stop"
        return Trajectory(
            id=f"p/{ask.path}#{index}",
            problem_id="p",
            steps=steps,
            answer="right" if steps[-1].text.endswith(RIGHT) else "wrong",
            finish_reason=finish,
            parent_id=ask.parent,
            branch_step=len(ask.prefix) if ask.prefix else None,
            sample_index=index,
        )


PROBLEM = Problem(id="p", prompt="?", answer="right")
"""The problem of a walk: worlds need no more."""


def true_error(trajectory: Trajectory) -> int | None:
    """Return the true first error of a trajectory, if it has one."""
    return first_bad(step.text for step in trajectory.steps)
