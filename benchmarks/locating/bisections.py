"""Bisecting one wrong solution as OmegaPRM does, and estimating every prefix of it instead."""

import dataclasses
from collections.abc import Sequence
from random import Random

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, first_bad
from stepsmith.transforms.label.first_error import first_error
from stepsmith.transforms.search.base import Plan, Sample, SearchResult, draw, judge_outcomes
from stepsmith.transforms.search.first_error.binary_search import Bisection, Rule, locate_each
from stepsmith.transforms.search.monte_carlo import monte_carlo
from stepsmith.transforms.search.prefixes.estimates import Estimate, make_row
from stepsmith.transforms.search.prefixes.rates import rate

ROOT_SOLUTIONS = 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class Located:
    """How often the first errors of given solutions were found exactly, at how many samples."""

    exact: tuple[bool, ...]
    probes: tuple[int, ...]


def bisect_many(
    *, n_steps: int, recovery: float, rule: Rule, repeats: int, rollouts: int = 8
) -> Located:
    """Bisect one given wrong solution a walk; its first error is uniform over the steps."""
    world = ChainWorld(n_steps=n_steps, success=0.95, recovery=recovery)
    exact: list[bool] = []
    probes: list[int] = []
    for seed in range(repeats):
        given = planted(n_steps, Random(seed))
        walk = Walk(world=world, seed=seed, given=[given])
        [row] = walk.run(_bisect_one(rule, rollouts)).rows
        exact.append(row.first_error == first_bad(given))
        probes.append(walk.n_probes)
    return Located(exact=tuple(exact), probes=tuple(probes))


def _bisect_one(rule: Rule, rollouts: int) -> Plan:
    """Search the first solution drawn; `ROOT_SOLUTIONS` others estimate the root."""
    solutions = yield from draw(Sample(path="solve", n=1 + ROOT_SOLUTIONS))
    outcomes = yield from judge_outcomes(PROBLEM, solutions)
    root = Estimate(
        depth=0,
        completions=solutions[1:],
        outcomes=tuple(outcomes[1:]),
        label=rate(solutions[1:], outcomes[1:]),
    )
    bisection = Bisection(solutions[0], path="search", reference=root.label.value or 0.0)
    known = {"": root}
    yield from locate_each(PROBLEM, [bisection], known, rule=rule, rollouts=rollouts)
    row = make_row(PROBLEM, solutions[0], outcomes[0], known)
    return SearchResult(rows=(dataclasses.replace(row, first_error=bisection.first_error),))


def brute_force_many(*, n_steps: int, repeats: int) -> Located:
    """Estimate every prefix of the same solutions; the paper counts the last step too."""
    world = ChainWorld(n_steps=n_steps, success=0.95)
    exact: list[bool] = []
    probes: list[int] = []
    for seed in range(repeats):
        given = planted(n_steps, Random(seed))
        walk = Walk(world=world, seed=seed, given=[given])
        rows = walk.run(monte_carlo(PROBLEM, Random(seed), solutions=1, rollouts=8)).rows
        exact.append(first_error(rows)[0].first_error == first_bad(given))
        probes.append(walk.n_probes)
    return Located(exact=tuple(exact), probes=tuple(probes))


def planted(n_steps: int, rng: Random) -> Sequence[str]:
    """Write a wrong solution whose first error is uniform over the steps."""
    world = ChainWorld(n_steps=n_steps, success=1.0)
    return world.wrong_solution(rng)
