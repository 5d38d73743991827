"""Searching one problem for many first errors: the parts of `benchmarks.yield`."""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from random import Random

import numpy as np

from benchmarks.locating.omega_trees import searched
from benchmarks.report import Claim, Findings
from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, true_error
from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.label.posterior import FIT, posterior
from stepsmith.transforms.label.prior import Prior
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.search.omega_tree.candidates import Selector

WORLD = ChainWorld(n_steps=12, success=0.88)
SEARCHES = 100
PILOT = 8
LATE = 3
SELECTORS: tuple[Selector, ...] = ("paper", "uniform", "stratified")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """What the searches of one problem brought: the places of exactly located, distinct errors."""

    places: tuple[int, ...]
    n_named: int
    n_samples: int

    @property
    def per_1000(self) -> float:
        """Exactly located first errors per 1,000 samples."""
        return 1_000 * len(self.places) / self.n_samples


def measure(*, quick: bool) -> Findings:
    """Compare OmegaPRM's selectors with adaptive bisection that reuses its probes."""
    n_problems = 4 if quick else 40
    claims: list[Claim] = []
    for selector in SELECTORS:
        found = list(by_omega(selector, n_problems))
        faithful = selector == "paper"
        claims += _claims(f"omega_{selector}", found, least=90.0 if faithful else None)
    claims += _claims("bisect_natural", by_bisect(n_problems, slack=0.09), least=70.0, spread=0.1)
    claims += _claims("bisect_any", by_bisect(n_problems, slack=1.0))
    claims += list(bounds())
    details = {"searches": SEARCHES, "problems": n_problems, "pilot": PILOT, "natural": NATURAL}
    return Findings(claims=claims, details=details)


def natural() -> list[float]:
    """Return where the first error of a wrong solution lies in this world."""
    success, n_steps = WORLD.success, WORLD.n_steps
    mass = [success**place * (1 - success) for place in range(n_steps)]
    return [share / sum(mass) for share in mass]


NATURAL = natural()


def by_omega(selector: Selector, n_problems: int) -> Iterator[Found]:
    """Search with the paper's defaults and a selector."""
    for walk, result in searched(WORLD, n_problems, searches=SEARCHES, selector=selector):
        yield count(result.rows, walk)


def by_bisect(n_problems: int, *, slack: float) -> list[Found]:
    """Search with adaptive bisection; the first problems are the pilot of the others."""
    searches: list[tuple[tuple[LabelledTrajectory, ...], Walk]] = []
    prior: Prior | None = None
    for number in range(n_problems):
        walk = Walk(world=WORLD, seed=number)
        plan = bisect(
            PROBLEM,
            Random(number),
            solutions=4,
            confidence=0.7,
            budget=24,
            batch=1,
            searches=SEARCHES,
            slack=slack,
            right_too=False,
            prior=prior,
        )
        rows = walk.run(plan).rows
        searches.append((rows, walk))
        if number == PILOT - 1:
            prior = _fit(rows for rows, _ in searches)
    fitted = _fit(rows for rows, _ in searches)
    return [count(posterior(rows, confidence=0.5, prior=fitted), walk) for rows, walk in searches]


def _fit(searches: Iterable[tuple[LabelledTrajectory, ...]]) -> Prior:
    known = ((str(number), FIT.extract(rows)) for number, rows in enumerate(searches))
    return FIT.fit([(name, evidence) for name, evidence in known if evidence is not None])


def count(rows: Sequence[LabelledTrajectory], walk: Walk) -> Found:
    """Count the errors that rows name, each broken prefix once."""
    wrong = [row for row in rows if row.outcome.outcome == "invalid"]
    named = [row for row in wrong if row.first_error is not None]
    places: dict[str, int] = {}
    for row in named:
        error = true_error(row.trajectory)
        if error is not None and row.first_error == error:
            prefix = "".join(step.text for step in row.trajectory.steps[: error + 1])
            places[prefix] = error
    return Found(places=tuple(places.values()), n_named=len(named), n_samples=walk.n_samples)


def _claims(
    name: str, found: Sequence[Found], *, least: float | None = None, spread: float | None = None
) -> list[Claim]:
    rates = [one.per_1000 for one in found]
    error = 2 * float(np.std(rates)) / math.sqrt(len(rates))
    mean = float(np.mean(rates))
    places = [place for one in found for place in one.places]
    return [
        Claim(
            name=f"{name}.first_errors",
            value=round(mean, 1),
            spread=(round(mean - error, 1), round(mean + error, 1)),
            target=least,
            better=None if least is None else "higher",
            unit="per 1,000 samples",
        ),
        Claim(
            name=f"{name}.distance_from_natural",
            value=round(distance(places), 3),
            target=spread,
            better=None if spread is None else "lower",
            unit="Kolmogorov-Smirnov",
        ),
        Claim(
            name=f"{name}.late",
            value=round(float(np.mean([place >= WORLD.n_steps - LATE for place in places])), 3),
            unit="share",
        ),
        Claim(
            name=f"{name}.exact",
            value=round(len(places) / max(1, sum(one.n_named for one in found)), 3),
            unit="share of the named",
        ),
    ]


def distance(places: Sequence[int]) -> float:
    """Return the largest distance between the cumulative shares of places and the natural ones."""
    shares = np.bincount(np.array(places), minlength=WORLD.n_steps) / len(places)
    return float(np.abs(np.cumsum(shares) - np.cumsum(NATURAL)).max())


def bounds() -> Iterator[Claim]:
    """Say what no search can exceed whose errors lie where they naturally do.

    A sample tells one bit at most: whether it ends right. From an intact prefix it does with a
    chance p < 1, from a broken one never, and such a channel carries log2(1 + p (1 - p)^(1/p - 1))
    bits; the best prefix here has p = 0.88. The place of an error is worth its entropy.
    """
    entropy = -sum(share * math.log2(share) for share in NATURAL)
    best = WORLD.success
    capacity = math.log2(1 + best * (1 - best) ** (1 / best - 1))
    fresh = 1 / (1 - WORLD.success**WORLD.n_steps)
    yield Claim(
        name="bound.one_bit_a_sample", value=round(1_000 / entropy, 1), unit="per 1,000 samples"
    )
    yield Claim(
        name="bound.best_prefix",
        value=round(1_000 * capacity / entropy, 1),
        unit="per 1,000 samples",
    )
    yield Claim(
        name="bound.best_prefix_fresh_solutions",
        value=round(1_000 / (fresh + entropy / capacity), 1),
        unit="per 1,000 samples",
    )
