"""What is believed before a problem is seen: how policies succeed, recover, and how tools err.

A problem is one point of a grid. From an intact prefix with m steps to go, the policy ends right
with probability ceiling * success^m: `success` is the chance that one more step holds, `ceiling`
the chance of one more hurdle that is the same from every prefix. From a broken prefix it ends
right with probability `recovery`. The prior is a weight for each point, and for each verifier the
rates of its verdicts before, at and after the first wrong step. Both are re-estimated over a run
(empirical Bayes); the default stands where there is no run yet.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stepsmith.schemas.records import Outcome

Floats = NDArray[np.float64]

OUTCOMES: tuple[Outcome, ...] = ("valid", "invalid", "undecided")
PLACES = ("before", "at", "after")

REACHED = 0.995
"""How surely a finished, intact solution is judged right: answer checkers err, but rarely."""

SCATTER = 0.02
"""The share of first errors that lie anywhere with equal chance, not where `success` puts them."""

# The default is broad on purpose: it must not decide what a handful of samples can.
_SUCCESS = (0.55, 0.65, 0.73, 0.79, 0.835, 0.87, 0.9, 0.925, 0.945, 0.96, 0.972, 0.982, 0.99, 0.997)
_CEILING = (1.0, 0.8, 0.55, 0.3)
_RECOVERY = (0.001, 0.01, 0.025, 0.05, 0.09, 0.15, 0.25, 0.4)
_CEILING_WEIGHTS = (0.55, 0.2, 0.15, 0.1)
_RECOVERY_WEIGHTS = (0.3, 0.16, 0.15, 0.14, 0.1, 0.07, 0.05, 0.03)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grid:
    """The points of the grid; each array has the shape (G,)."""

    success: Floats
    ceiling: Floats
    recovery: Floats

    def curve(self, n_steps: int) -> Floats:
        """Return the chance to end right from each intact prefix: (G, n_steps), by its length."""
        left = n_steps - np.arange(n_steps)
        chance = self.ceiling[:, None] * self.success[:, None] ** left
        return np.clip(chance, 1e-9, 1 - 1e-9)

    def first_error(self, n_steps: int) -> Floats:
        """Return P(first wrong step = j) for j = 0..n_steps-1 and, last, P(none): (G, n_steps + 1).

        Given an intact start. Mostly geometric; `SCATTER` of it is spread evenly.
        """
        place = np.arange(n_steps)
        geometric = self.success[:, None] ** place * (1 - self.success[:, None])
        none = self.success**n_steps
        even = (1 - none[:, None]) / max(1, n_steps)
        return np.hstack([(1 - SCATTER) * geometric + SCATTER * even, none[:, None]])


@cache
def grid() -> Grid:
    """Return the grid on which every prior has its weights."""
    points = np.meshgrid(_SUCCESS, _CEILING, _RECOVERY, indexing="ij")
    success, ceiling, recovery = (axis.ravel() for axis in points)
    return Grid(success=success, ceiling=ceiling, recovery=recovery)


Rates = tuple[tuple[float, float, float], ...]
"""P(valid), P(invalid), P(undecided): of steps before, at and after the first wrong one."""

# Of a tool whose refutations are nearly always right and whose confirmations say little.
DEFAULT_RATES: Rates = (
    (0.30, 0.004, 0.696),
    (0.08, 0.25, 0.67),
    (0.25, 0.06, 0.69),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prior:
    """Weights over the grid's points, which add up to 1, and the verifiers' rates.

    `n_problems` is how many problems it was estimated from.
    """

    weights: tuple[float, ...]
    rates: Mapping[str, Rates] = dataclasses.field(default_factory=dict[str, Rates])
    n_problems: int = 0

    def rates_of(self, verifier: str) -> Rates:
        """Return a verifier's rates; the default's where the run has not shown its own."""
        return self.rates.get(verifier, DEFAULT_RATES)


@cache
def default_prior() -> Prior:
    """Return what is believed of a run that has shown nothing yet."""
    even = np.full(len(_SUCCESS), 1 / len(_SUCCESS))
    weights = np.einsum("i,j,k->ijk", even, _CEILING_WEIGHTS, _RECOVERY_WEIGHTS).ravel()
    return Prior(weights=tuple((weights / weights.sum()).tolist()))
