"""Which prefixes to complete next: those whose outcomes say most about the first wrong step."""

import numpy as np

from stepsmith.transforms.label.beliefs import error_probs, success_given_error
from stepsmith.transforms.label.prior import Floats

WORTHLESS = 1e-4
"""Information, in nats, below which a sample is not worth its price."""


def choose_probes(joint: Floats, n: int) -> tuple[int, ...]:
    """Choose the lengths, sorted, of `n` prefixes to complete once each; one may come repeatedly.

    `joint` is the posterior over first wrong step and grid point, (T + 1, G). The lengths lie in
    1..T-1, and fewer than `n` come back where more would say nothing. Each is the one that adds
    most expected information about the first wrong step to those before it: what is chosen may be
    asked all at once. Given the first wrong step, outcomes count as independent of each other.
    """
    n_steps = joint.shape[0] - 1
    errors, success = error_probs(joint), success_given_error(joint)[:, 1:]
    branches = errors[None, :]
    chosen: list[int] = []
    while len(chosen) < n and n_steps > 1:
        gains = information(branches, success)
        best = int(gains.argmax())
        if gains[best] < WORTHLESS:
            break
        chosen.append(best + 1)
        hit = branches * success[:, best]
        branches = np.vstack([hit, branches - hit])
    return tuple(sorted(chosen))


def information(branches: Floats, success: Floats) -> Floats:
    """Return the expected information, in nats, of one more completion of each prefix: (L,).

    `branches`, (B, T + 1), holds P(what was seen, first wrong step) for everything that may be
    seen before; `success`, (T + 1, L), is P(right | first wrong step) for each prefix.
    """
    hits = branches[:, :, None] * success[None, :, :]
    misses = branches[:, :, None] - hits
    gains: Floats = _spread(branches[:, :, None]) - _spread(hits) - _spread(misses)
    return gains


def _spread(mass: Floats) -> Floats:
    """Return the entropy over the middle axis, weighed by each branch's mass and summed: (L,)."""
    mass = np.maximum(mass, 1e-300)
    total = mass.sum(axis=1)
    entropy = total * np.log(total) - (mass * np.log(mass)).sum(axis=1)
    summed: Floats = entropy.sum(axis=0)
    return summed
