"""How well first errors were named: precision, recall, F1 and their spread over problems."""

import dataclasses
import statistics
from collections.abc import Sequence

import numpy as np

from benchmarks.report import Claim

DRAWS = 2_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Named:
    """What a strategy says of one wrong solution: `likeliest` where it must say something.

    `confidence` is the probability that it gives to `likeliest`, where it gives one.
    """

    named: int | None
    likeliest: int | None
    true: int
    confidence: float | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """One strategy on one problem: its wrong solutions, and what they cost."""

    named: Sequence[Named]
    n_samples: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arm:
    """One strategy on all problems, and how fast the engine wrote meanwhile."""

    name: str
    found: Sequence[Found]
    tokens_per_s: float | None = None

    @property
    def states_odds(self) -> bool:
        """Whether it says how sure it is."""
        return any(each.confidence is not None for each in all_named(self.found))


def claims_of(arm: Arm) -> list[Claim]:
    """State an arm's numbers, with their spread over problems."""
    rng = np.random.default_rng(1)
    scores = {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "exact": exact,
        "samples": samples,
    }
    again = [
        [arm.found[int(index)] for index in rng.integers(0, len(arm.found), len(arm.found))]
        for _ in range(DRAWS)
    ]
    claims: list[Claim] = []
    for what, score in scores.items():
        low, high = np.quantile([score(found) for found in again], [0.025, 0.975]).tolist()
        claims.append(
            Claim(
                name=f"llm_labels.{arm.name}.{what}",
                value=round(score(arm.found), 4),
                spread=(round(low, 4), round(high, 4)),
                unit="samples a wrong solution" if what == "samples" else "share",
            )
        )
    if arm.tokens_per_s is not None:
        speed = round(arm.tokens_per_s, 1)
        claims.append(Claim(name=f"llm_labels.{arm.name}.tokens", value=speed, unit="tokens/s"))
    return claims


def all_named(found: Sequence[Found]) -> list[Named]:
    """Return what is said of all wrong solutions."""
    return [each for one in found for each in one.named]


def precision(found: Sequence[Found]) -> float:
    """Return the share of the named first errors that are."""
    said = [each.named == each.true for each in all_named(found) if each.named is not None]
    return statistics.fmean(said) if said else 0.0


def recall(found: Sequence[Found]) -> float:
    """Return the share of the wrong solutions whose first error was named."""
    return statistics.fmean([each.named == each.true for each in all_named(found)] or [0])


def f1(found: Sequence[Found]) -> float:
    """Return the harmonic mean of precision and recall."""
    both = precision(found), recall(found)
    return statistics.harmonic_mean(both) if all(both) else 0.0


def exact(found: Sequence[Found]) -> float:
    """Return the share whose likeliest place is the first error."""
    return statistics.fmean([each.likeliest == each.true for each in all_named(found)] or [0])


def samples(found: Sequence[Found]) -> float:
    """Return the completions a wrong solution."""
    n_solutions = len(all_named(found))
    return sum(one.n_samples for one in found) / n_solutions if n_solutions else 0.0


def by_line(arm: Arm) -> dict[int, float]:
    """Return the exact rate by where the first error is."""
    named = all_named(arm.found)
    return {
        line: round(statistics.fmean([e.likeliest == e.true for e in named if e.true == line]), 3)
        for line in sorted({each.true for each in named})
    }


def mean_confidence(arm: Arm) -> float:
    """Return how sure it is on the mean; a calibrated one is exact as often."""
    stated = [each.confidence or 0.0 for each in all_named(arm.found)]
    return round(statistics.fmean(stated), 3)


def where_searched(arm: Arm, arms: Sequence[Arm]) -> tuple[float, int]:
    """Return the exact rate on the problems that all arms found something in, and its size."""
    shared = [
        one
        for one, *others in zip(arm.found, *(each.found for each in arms), strict=True)
        if all(other.named for other in others)
    ]
    return round(exact(shared), 3), len(all_named(shared))
