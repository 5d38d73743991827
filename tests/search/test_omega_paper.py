"""The paper's bars for OmegaPRM, small: the benchmark `papers_omega` measures them in full."""

import statistics
from random import Random

import pytest

from benchmarks.locating.bisections import bisect_many, brute_force_many, planted
from benchmarks.locating.omega_trees import searched
from benchmarks.papers_omega import (
    answers,
    both_labels,
    screened,
    values,
)
from benchmarks.worlds.walk import ChainWorld, first_bad, true_error
from stepsmith.transforms.search.first_error.binary_search import Rule


def test_without_recovery_32_samples_find_what_brute_force_finds_with_120() -> None:
    found = bisect_many(n_steps=16, recovery=0.0, rule=Rule(), repeats=120)
    assert statistics.fmean(found.exact) >= 0.97
    assert set(found.probes) == {32}
    brute = brute_force_many(n_steps=16, repeats=15)
    assert set(brute.probes) == {120}
    assert statistics.fmean(brute.exact) >= 0.9


@pytest.mark.parametrize("rollouts", [8, 16])
def test_under_recovery_the_relative_rule_holds_where_the_papers_fails(rollouts: int) -> None:
    """With more completions the paper's rule gets worse, since one lucky one is enough for it."""

    def exact(rule: Rule) -> float:
        found = bisect_many(n_steps=16, recovery=0.05, rule=rule, repeats=120, rollouts=rollouts)
        return statistics.fmean(found.exact)

    assert exact(Rule(name="relative")) >= {8: 0.85, 16: 0.93}[rollouts]
    assert exact(Rule()) <= {8: 0.55, 16: 0.4}[rollouts]


def test_the_error_of_the_values_is_within_the_binomial_bound() -> None:
    found = {claim.name: claim for claim in values(6)}
    error = found["omega.value.mean_absolute_error"]
    assert error.holds
    assert abs(found["omega.value.bias"].value) < 0.02


@pytest.mark.parametrize("pass_rate", [0.2, 0.5, 0.8])
def test_the_filter_keeps_what_can_be_searched_for_a_third_of_32_solutions(
    pass_rate: float,
) -> None:
    kept, draws = screened(pass_rate, 200)
    assert statistics.fmean(kept) > 0.99
    assert statistics.fmean(draws) < 11


@pytest.mark.parametrize("pass_rate", [0.0, 1.0])
def test_the_filter_drops_what_is_always_or_never_solved(pass_rate: float) -> None:
    kept, draws = screened(pass_rate, 3)
    assert (set(kept), set(draws)) == ({False}, {32})


def test_usable_trees_hold_both_labels() -> None:
    assert all(claim.holds for claim in both_labels(4))


def test_a_target_does_not_match_a_number_that_holds_it() -> None:
    assert answers().value == 0


def test_the_yield_is_that_of_the_faithful_search() -> None:
    """About 93 first errors per 1,000 samples, most of them late, nearly all of them exact."""
    found = list(searched(ChainWorld(n_steps=12, success=0.88), 5, searches=100))
    rows = [row for _, result in found for row in result.rows if row.first_error is not None]
    n_samples = sum(walk.n_samples for walk, _ in found)
    assert len(rows) == 500
    assert 80 < 1_000 * len(rows) / n_samples < 105
    assert statistics.fmean((row.first_error or 0) >= 9 for row in rows) > 0.7
    assert statistics.fmean(row.first_error == true_error(row.trajectory) for row in rows) > 0.98


def test_planted_errors_are_uniform() -> None:
    places = [first_bad(planted(4, Random(seed))) for seed in range(2_000)]
    assert all(440 < places.count(place) < 560 for place in range(4))
