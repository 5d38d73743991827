"""The posterior over the first wrong step of every solution of one problem, exactly, on a grid.

The unknowns are the problem's point on the prior's grid, shared by all its solutions, and for each
solution the first wrong step: 0..T-1, or T for none. A completion of a prefix is right with the
grid's probability for an intact prefix, or with its recovery for a broken one; a verdict has its
verifier's rates before, at and after the first wrong step. Solutions that branch from another
one share its prefix, so that what is learnt of a prefix serves all that run through it: they form
trees, over which the posterior is computed by passing messages. Everything is summed, nothing is
sampled. Arrays over the grid have G as their last axis but one, or alone, as they say.
"""

import dataclasses
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from stepsmith.schemas.records import Outcome
from stepsmith.transforms.label.evidence import Evidence
from stepsmith.transforms.label.prior import OUTCOMES, REACHED, Floats, Prior, grid


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Shape:
    """The grid's logarithms for solutions of one length T."""

    log_hit: Floats  # (T, G): a completion of the intact prefix of i steps is right
    log_miss: Floats  # (T, G): it is wrong
    log_error: Floats  # (T + 1, G): the first wrong step, none last
    rates: (
        Floats  # (G, T + 1): the chance of an intact prefix of i steps, and of a broken one, last
    )


@lru_cache(maxsize=256)
def _shape(n_steps: int) -> _Shape:
    points = grid()
    curve = points.curve(n_steps).T
    errors = points.first_error(n_steps).T
    return _Shape(
        log_hit=np.log(curve),
        log_miss=np.log1p(-curve),
        log_error=np.log(np.maximum(errors, 1e-300)),
        rates=np.hstack([curve.T, points.recovery[:, None]]),
    )


class Beliefs:
    """What is known of one problem's solutions so far; solutions are named by their place."""

    def __init__(self, prior: Prior) -> None:
        self._prior = prior
        self._log_weights = np.log(np.maximum(np.array(prior.weights), 1e-300))
        recovery = np.clip(grid().recovery, 1e-9, 1 - 1e-9)
        self._log_recovered = np.log(recovery)
        self._log_lost = np.log1p(-recovery)
        self._log_roots: Floats = np.zeros_like(self._log_weights)
        self._solutions: list[_Solution] = []

    def add(self, evidence: Evidence) -> int:
        """Add a solution with all that is known of it, and return its place."""
        place = len(self._solutions)
        parent = None
        if evidence.parent is not None:
            parent = self.owner(evidence.parent, evidence.branch)
        solution = self._begin(evidence, parent)
        self._solutions.append(solution)
        counts = enumerate(zip(evidence.judged, evidence.correct, strict=True))
        for length, (judged, correct) in counts:
            if judged and length > solution.branch - (parent is None):
                self._count(solution, length, judged=judged, correct=correct)
        for verifier, step, outcome in evidence.verdicts:
            solution.hear(step, self._log_rates(verifier, outcome))
        self._settle(place)
        return place

    def observe(self, place: int, length: int, *, judged: int, correct: int) -> None:
        """Add completions of the solution's prefix of `length` steps; negative takes them out."""
        owner = self.owner(place, length)
        self._count(self._solutions[owner], length, judged=judged, correct=correct)
        self._settle(owner)

    def hear(self, place: int, step: int, verifier: str, outcome: Outcome) -> None:
        """Add a verdict on a step of the solution."""
        owner = self.owner(place, step + 1)
        self._solutions[owner].hear(step, self._log_rates(verifier, outcome))
        self._settle(owner)

    def owner(self, place: int, length: int) -> int:
        """Return the solution to which the evidence on this prefix belongs."""
        solution = self._solutions[place]
        while solution.parent is not None and length <= solution.branch:
            place = solution.parent
            solution = self._solutions[place]
        return place

    def joint(self, place: int) -> Floats:
        """Return P(first wrong step, point | everything): (T + 1, G), adding up to 1."""
        logs = self._log_joint(place)
        weights = np.exp(logs - logs.max())
        total: Floats = weights / weights.sum()
        return total

    def log_evidence(self) -> Floats:
        """Return log P(everything | point): (G,)."""
        return self._log_roots

    def _begin(self, evidence: Evidence, parent: int | None) -> "_Solution":
        """Return a solution of which only its length, its branch and its end are known."""
        log_own = _shape(evidence.n_steps - evidence.branch).log_error.copy()
        _clear(log_own, [step - evidence.branch for step in evidence.unwritten])
        log_broken = np.zeros_like(self._log_lost)
        if evidence.outcome == "valid":
            log_own[-1] += np.log(REACHED)
            log_own[:-1] += self._log_recovered
            log_broken = self._log_recovered
        elif evidence.outcome == "invalid":
            log_own[-1] += np.log1p(-REACHED)
            log_own[:-1] += self._log_lost
            log_broken = self._log_lost
        return _Solution(
            n_steps=evidence.n_steps,
            branch=evidence.branch,
            parent=parent,
            log_own=log_own,
            up_broken=log_broken.copy(),
        )

    def _count(self, solution: "_Solution", length: int, *, judged: int, correct: int) -> None:
        shape, wrong = _shape(solution.n_steps), judged - correct
        intact = correct * shape.log_hit[length] + wrong * shape.log_miss[length]
        solution.shift(length, intact, correct * self._log_recovered + wrong * self._log_lost)

    def _log_rates(self, verifier: str, outcome: Outcome) -> Floats:
        rates: Floats = np.log(np.array(self._prior.rates_of(verifier)))
        return rates[:, OUTCOMES.index(outcome)]

    def _settle(self, place: int) -> None:
        """Tell the solution that this one branches from, and so on, what has changed."""
        solution = self._solutions[place]
        intact = _log_sum(solution.log_own)
        change, solution.up_intact = intact - solution.up_intact, intact
        if solution.parent is None:
            self._log_roots = self._log_roots + change
            return
        change_broken = solution.up_broken - solution.told_broken
        solution.told_broken = solution.up_broken.copy()
        self._solutions[solution.parent].shift(solution.branch, change, change_broken)
        self._settle(solution.parent)

    def _log_joint(self, place: int) -> Floats:
        solution = self._solutions[place]
        if solution.parent is None:
            others = self.log_evidence() - solution.up_intact
            joint: Floats = solution.log_own + self._log_weights + others
            return joint
        above = self._log_joint(solution.parent)
        reached = _log_sum(above[solution.branch :]) - solution.up_intact
        return np.vstack([above[: solution.branch], solution.log_own + reached])


class _Solution:
    """The messages of one solution: what its own part and its branches say.

    `log_own`, (T - branch + 1, G), is under each first wrong step from the branch on, none last,
    given an intact branch; `up_intact` sums that up, and `up_broken` is under a broken branch.
    `told_broken` is what the parent was told of it.
    """

    def __init__(
        self, *, n_steps: int, branch: int, parent: int | None, log_own: Floats, up_broken: Floats
    ) -> None:
        self.n_steps = n_steps
        self.branch = branch
        self.parent = parent
        self.log_own = log_own
        self.up_broken = up_broken
        self.up_intact: Floats = np.zeros_like(up_broken)
        self.told_broken: Floats = np.zeros_like(up_broken)

    def shift(self, length: int, intact: Floats, broken: Floats) -> None:
        """Add what is known of the prefix of `length` steps, if it is intact or broken: (G,)."""
        # It is intact under the hypothesis that step e is the first wrong one where length <= e.
        row = max(0, length - self.branch)
        self.log_own[row:] += intact
        self.log_own[:row] += broken
        self.up_broken += broken

    def hear(self, step: int, log_rates: Floats) -> None:
        """Add a verdict on a step: its log-rates before, at and after the first wrong step."""
        row = step - self.branch
        if row < 0:
            return
        before, at, after = log_rates
        self.log_own[row + 1 :] += before
        self.log_own[row] += at
        self.log_own[:row] += after
        self.up_broken += after


def _clear(log_own: Floats, rows: Iterable[int]) -> None:
    """Leave nothing at rows that cannot be the first wrong step: it belongs to the one before.

    At the start, where none is before, it belongs to the next one that can.
    """
    cleared = {row for row in rows if row >= 0}
    first = next(row for row in range(len(log_own)) if row not in cleared)
    for row in sorted(cleared, reverse=True):
        other = row - 1 if row > 0 else first
        log_own[other] = np.logaddexp(log_own[other], log_own[row])
        log_own[row] = np.log(1e-300)


def _log_sum(logs: Floats) -> Floats:
    """Return the logarithm of the sum of exponentials over the first axis."""
    top = logs.max(axis=0)
    total: Floats = top + np.log(np.exp(logs - top).sum(axis=0))
    return total


def beliefs_of(solutions: Iterable[Evidence], prior: Prior) -> Beliefs:
    """Return what all of this says together; parents come before their branches."""
    beliefs = Beliefs(prior)
    for evidence in solutions:
        beliefs.add(evidence)
    return beliefs


def error_probs(joint: Floats) -> Floats:
    """Return P(first wrong step = j) for j = 0..T-1 and, last, P(none): (T + 1,)."""
    summed: Floats = joint.sum(axis=1)
    return summed


def correct_probs(joint: Floats) -> Floats:
    """Return the probability of each step, 0..T-1, that it and all before it are right: (T,)."""
    errors = error_probs(joint)[:-1]
    return np.clip(1.0 - np.cumsum(errors), 0.0, 1.0)


def success_given_error(joint: Floats) -> Floats:
    """Return P(a completion of the prefix of i steps is right | first wrong step): (T + 1, T).

    The problem's point is averaged out under each hypothesis.
    """
    n_steps = joint.shape[0] - 1
    mass = np.maximum(joint.sum(axis=1, keepdims=True), 1e-300)
    chances = (joint @ _shape(n_steps).rates) / mass
    intact, broken = chances[:, :-1], chances[:, -1:]
    # Under the hypothesis e the prefix of i steps is intact where i <= e.
    is_intact = np.tri(n_steps + 1, n_steps, dtype=np.bool_)
    chance: Floats = np.where(is_intact, intact, broken)
    return chance


def values(joint: Floats) -> Floats:
    """Return the probability that the answer is reached from each prefix, 0..T-1 steps: (T,)."""
    summed: Floats = error_probs(joint) @ success_given_error(joint)
    return summed
