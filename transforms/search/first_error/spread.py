"""Keeping located errors where errors naturally lie, though the cheap ones lie late."""

from functools import cache

import numpy as np

from stepsmith.transforms.label.prior import Floats, grid
from stepsmith.transforms.search.first_error.suspect import Found, Suspect
from stepsmith.transforms.search.first_error.suspects import Suspects

_INTACT = 0.95
"""How surely the prefix of a completion must be intact for its error to be sought behind it."""

_CELLS = 60
"""Places are compared as shares of a solution's length, in this many cells."""


class Spread:
    """Where the errors sought so far may lie, and where those of fresh solutions do.

    What counts is where an error was expected when its search began, not where it was found: the
    mixture over all problems is then as close to the natural one as asked, while each problem's
    own few errors may scatter as they do.
    """

    def __init__(self, *, slack: float) -> None:
        self._slack = slack
        self._sought = np.zeros(_CELLS)
        self._natural = np.zeros(_CELLS)
        self._seen: set[int] = set()

    def see(self, suspects: Suspects) -> None:
        """Count the searches that began since, and update what is natural."""
        weights = _point_weights(suspects)
        self._natural = np.zeros(_CELLS)
        for suspect in suspects:
            n_steps = len(suspect.trajectory.steps)
            if suspect.found is None:
                self._natural += _cells(_places(weights, n_steps, 0))
            if suspect.number not in self._seen and suspect.outcome.outcome == "invalid":
                self._seen.add(suspect.number)
                self._sought += _cells(_places(weights, n_steps, _start(suspect)))

    def pick(self, suspects: Suspects) -> Found | None:
        """Return the completion whose error is cheapest to locate and welcome where it may lie.

        The longer the intact prefix, the fewer the places. Nothing if none is welcome.
        """
        if not suspects.found:
            return None
        weights = _point_weights(suspects)
        natural = np.cumsum(self._natural) / self._natural.sum()

        @cache
        def is_welcome(n_steps: int, start: int) -> bool:
            after = self._sought + _cells(_places(weights, n_steps, start))
            shares = np.cumsum(after) / after.sum()
            return bool(np.abs(shares - natural).max() <= self._slack)

        for found in sorted(suspects.found, key=lambda found: -found.length):
            welcome = is_welcome(len(found.trajectory.steps), found.length)
            if welcome and _is_intact(suspects, found):
                return found
        return None


def _start(suspect: Suspect) -> int:
    """Return how many steps were believed to be intact when it was taken up."""
    return suspect.found.length if suspect.found else 0


def _is_intact(suspects: Suspects, found: Found) -> bool:
    errors = suspects.joint(found.owner).sum(axis=1)
    return bool(errors[found.length :].sum() >= _INTACT)


def _point_weights(suspects: Suspects) -> Floats:
    """Return the posterior over the grid's points: (G,)."""
    logs = suspects.log_evidence() + np.log(np.maximum(suspects.weights, 1e-300))
    weights = np.exp(logs - logs.max())
    total: Floats = weights / weights.sum()
    return total


def _places(weights: Floats, n_steps: int, start: int) -> Floats:
    """Return where the first wrong step of a wrong solution lies from `start` on: (n_steps,)."""
    mass = weights @ grid().first_error(n_steps)[:, :-1]
    mass[:start] = 0.0
    total: Floats = mass / mass.sum()
    return total


def _cells(mass: Floats) -> Floats:
    """Spread probabilities of steps over cells of equal width: (n_steps,) to (cells,)."""
    edges = np.arange(len(mass) + 1) / len(mass)
    cumulative = np.concatenate([[0.0], np.cumsum(mass)])
    return np.diff(np.interp(np.arange(_CELLS + 1) / _CELLS, edges, cumulative))
