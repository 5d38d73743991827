"""Strategies on wrong solutions whose first wrong step is known, for `first_error`."""

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, first_bad, true_error
from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.label.first_error import first_error
from stepsmith.transforms.label.given import given
from stepsmith.transforms.label.posterior import FIT, posterior
from stepsmith.transforms.label.prior import Prior
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.search.first_error.binary_search import RuleName
from stepsmith.transforms.search.monte_carlo import monte_carlo
from stepsmith.transforms.search.omega import omega

PILOT = 64
MOST_SOLUTIONS = 8
Spreader = Callable[[Callable[[int], Any], Sequence[int]], list[Any]]
"""Runs a function of a problem's number on many, on all cores, in order."""

Rows = tuple[LabelledTrajectory, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setting:
    """What kind of worlds there are, and how many problems."""

    kind: str
    n_steps: int
    n_problems: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """One strategy on one problem: the step named for its wrong solution, and the true one."""

    named: int | None
    true: int | None
    n_samples: int
    confidence: float | None = None

    @property
    def exact(self) -> bool:
        """Whether the very step was named."""
        return self.named is not None and self.named == self.true


def world_of(setting: Setting, number: int) -> ChainWorld:
    """Make the world of one problem."""
    rng = Random(f"{setting.kind}/{setting.n_steps}/{number}")
    n_steps, success = setting.n_steps, rng.uniform(0.85, 0.98)
    match setting.kind:
        case "mixed":
            recovery = rng.choice([0.0, 0.02, 0.05, 0.1])
            return ChainWorld(n_steps=n_steps, success=success, recovery=recovery)
        case "no_recovery":
            return ChainWorld(n_steps=n_steps, success=success)
        case "constant":
            # As likely to end right from every intact prefix, and errors anywhere.
            chance, recovery = rng.betavariate(2, 2), rng.betavariate(0.5, 10)
            return ChainWorld(
                n_steps=n_steps, success=1.0, recovery=recovery, curve=lambda _: chance
            )
        case "bottleneck":
            # One hard step somewhere: what lies before it hardly matters.
            hard, recovery = rng.randrange(n_steps), rng.choice([0.0, 0.05])
            chances = [0.4 if step == hard else 0.98 for step in range(n_steps)]
            return _Uneven(n_steps=n_steps, success=1.0, recovery=recovery, chances=tuple(chances))
        case _:
            msg = f"no worlds of the kind {setting.kind!r}"
            raise ValueError(msg)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Uneven(ChainWorld):
    """A chain world whose steps hold with a chance of their own each."""

    chances: tuple[float, ...]

    def value(self, n_done: int, *, intact: bool) -> float:
        """Return the exact chance to end right from a prefix of `n_done` steps."""
        if not intact and n_done < self.n_steps:
            return self.recovery
        return math.prod(self.chances[n_done:]) if intact else 0.0

    def _error_after(self, n_done: int, rng: Random) -> int:
        rest = range(n_done, self.n_steps)
        held = [math.prod(self.chances[n_done:step]) for step in rest]
        weights = [
            chance * (1 - self.chances[step]) for chance, step in zip(held, rest, strict=True)
        ]
        return rng.choices(rest, weights)[0]


def solutions_of(world: ChainWorld, number: int) -> list[Sequence[str]]:
    """Draw solutions until one is wrong, which is the last."""
    rng = Random(f"solutions/{number}")
    drawn: list[Sequence[str]] = []
    while len(drawn) < MOST_SOLUTIONS - 1:
        drawn.append(world.write([], rng))
        if first_bad(drawn[-1]) is not None:
            return drawn
    return [*drawn, world.wrong_solution(rng)]


def try_monte_carlo(setting: Setting, number: int, *, rollouts: int) -> Outcome:
    """Math-Shepherd on the wrong solution: completions of every prefix, the hard rule."""
    world = world_of(setting, number)
    walk = Walk(world=world, seed=number, given=solutions_of(world, number)[-1:])
    rows = walk.run(monte_carlo(PROBLEM, Random(0), solutions=1, rollouts=rollouts)).rows
    [row] = first_error(rows)
    return Outcome(named=row.first_error, true=true_error(row.trajectory), n_samples=walk.n_probes)


def try_omega(setting: Setting, number: int, *, rollouts: int, rule: RuleName) -> Outcome | None:
    """Bisect once as OmegaPRM does, on a solution of its choice; none if it searches nothing."""
    walk = Walk(world=world_of(setting, number), seed=number)
    plan = omega(
        PROBLEM,
        Random(number),
        rollouts=rollouts,
        searches=1,
        rule=rule,
        filter_rollouts=32,
        filter_batch=32,
    )
    rows = given(walk.run(plan).rows)
    searched = [row for row in rows if any(label.n_rollouts for label in row.labels)]
    if not walk.n_probes or not searched:
        return None
    row = next((row for row in searched if row.first_error is not None), searched[0])
    return Outcome(named=row.first_error, true=true_error(row.trajectory), n_samples=walk.n_probes)


def try_bisect(
    setting: Setting,
    number: int,
    *,
    prior: Prior | None,
    confidence: float,
    budget: int,
    batch: int,
) -> tuple[Rows, int]:
    """Search the solutions of one problem; returns its rows and what it sampled."""
    world = world_of(setting, number)
    solutions = solutions_of(world, number)
    walk = Walk(world=world, seed=number, given=solutions)
    plan = bisect(
        PROBLEM,
        Random(0),
        solutions=len(solutions),
        confidence=confidence,
        budget=budget,
        batch=batch,
        right_too=False,
        prior=prior,
    )
    return walk.run(plan).rows, walk.n_probes


def run_bisect(
    setting: Setting, spread_out: Spreader, *, confidence: float, budget: int, batch: int = 1
) -> list[Outcome]:
    """Search and label a whole run, as the pipeline does: pilot, search, labels."""
    attempt = functools.partial(
        try_bisect, setting, confidence=confidence, budget=budget, batch=batch
    )
    searched = spread_out(functools.partial(attempt, prior=None), range(PILOT))
    prior = FIT.fit(_evidence(searched))
    rest = range(PILOT, setting.n_problems)
    searched += spread_out(functools.partial(attempt, prior=prior), rest)
    fitted = FIT.fit(_evidence(searched))
    return [_read(rows, n_samples, fitted) for rows, n_samples in searched]


def _evidence(searched: Sequence[tuple[Rows, int]]) -> list[tuple[str, Any]]:
    return [(str(number), FIT.extract(rows)) for number, (rows, _) in enumerate(searched)]


def _read(rows: Rows, n_samples: int, prior: Prior) -> Outcome:
    """Read off what the labels say of the wrong solution; confidence is that of the likeliest."""
    row = posterior(rows, confidence=0.5, prior=prior)[-1]
    right = [1.0, *(label.correct_prob or 0.0 for label in row.labels)]
    chances = [*(-np.diff(right)).tolist(), right[-1]]
    named = int(np.argmax(chances))
    return Outcome(
        named=named,
        true=true_error(row.trajectory),
        n_samples=n_samples,
        confidence=chances[named],
    )
