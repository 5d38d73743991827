"""Re-estimating the prior from a run: expectation and maximisation, with the default as ballast."""

from collections.abc import Sequence

import numpy as np

from stepsmith.transforms.label.beliefs import Beliefs, beliefs_of, error_probs
from stepsmith.transforms.label.evidence import Solutions
from stepsmith.transforms.label.prior import (
    DEFAULT_RATES,
    OUTCOMES,
    PLACES,
    Floats,
    Prior,
    Rates,
    default_prior,
)

# The default counts as much as this many problems, and its rates as this many verdicts.
_BALLAST_PROBLEMS = 4.0
_BALLAST_VERDICTS = 20.0
_RATE_ROUNDS = 3
_WEIGHT_ROUNDS = 200

_Counts = dict[str, Floats]
"""For each verifier its verdicts before, at and after the first error: (3, 3)."""


def refit(problems: Sequence[Solutions]) -> Prior:
    """Estimate the grid's weights and the verifiers' rates from a run's problems.

    The same problems in the same order give the same prior, and none the default. Verdicts tell of
    the first errors and the first errors of the verdicts, so the two are estimated in turn.
    """
    prior = default_prior()
    if not problems:
        return prior
    rounds = _RATE_ROUNDS if any(one.verdicts for some in problems for one in some) else 1
    for _ in range(rounds):
        counts: _Counts = {}
        log_evidence: list[Floats] = []
        for solutions in problems:
            # One problem's beliefs at a time: those of a whole run would fill the memory.
            beliefs = beliefs_of(solutions, prior)
            log_evidence.append(beliefs.log_evidence())
            _count_verdicts(counts, solutions, beliefs)
        prior = Prior(
            weights=tuple(_weights(np.array(log_evidence)).tolist()),
            rates={name: _normalised(table) for name, table in sorted(counts.items())},
            n_problems=len(problems),
        )
    return prior


def _weights(log_evidence: Floats) -> Floats:
    """Estimate the points' weights from the problems' log-evidence: (problems, G) to (G,)."""
    start = np.array(default_prior().weights)
    likelihood = np.exp(log_evidence - log_evidence.max(axis=1, keepdims=True))
    weights = start
    for _ in range(_WEIGHT_ROUNDS):
        shares = likelihood * weights
        shares /= shares.sum(axis=1, keepdims=True)
        weights = shares.sum(axis=0) + _BALLAST_PROBLEMS * start
        weights /= weights.sum()
    return weights


def _count_verdicts(counts: _Counts, solutions: Solutions, beliefs: Beliefs) -> None:
    """Count each verifier's verdicts before, at and after the first error, by their probability."""
    for place, solution in enumerate(solutions):
        if not solution.verdicts:
            continue
        errors = error_probs(beliefs.joint(place))
        after = np.concatenate([[0.0], np.cumsum(errors)])
        for verifier, step, outcome in solution.verdicts:
            places = (1 - after[step + 1], errors[step], after[step])
            if verifier not in counts:
                counts[verifier] = _BALLAST_VERDICTS * np.array(DEFAULT_RATES)
            counts[verifier][:, OUTCOMES.index(outcome)] += places


def _normalised(table: Floats) -> Rates:
    rates = table / table.sum(axis=1, keepdims=True)
    rows = [(float(a), float(b), float(c)) for a, b, c in rates]
    return tuple(rows[place] for place in range(len(PLACES)))
