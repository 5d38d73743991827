"""The prior is what the run shows: rates of simulated worlds come back, and it is calibrated."""

import dataclasses
import itertools
import math
import tracemalloc
from functools import cache
from random import Random

import numpy as np
import pytest

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, true_error
from stepsmith.schemas import LabelledTrajectory, Outcome, Verdict
from stepsmith.schemas.codec import decode, encode
from stepsmith.transforms.label.base import Rows
from stepsmith.transforms.label.beliefs import beliefs_of, error_probs, values
from stepsmith.transforms.label.evidence import Evidence, Solutions, read_evidence
from stepsmith.transforms.label.posterior import posterior
from stepsmith.transforms.label.prior import (
    DEFAULT_RATES,
    OUTCOMES,
    REACHED,
    Prior,
    Rates,
    default_prior,
    grid,
)
from stepsmith.transforms.label.refit import refit
from stepsmith.transforms.search.monte_carlo import monte_carlo


@cache
def walked(success: float, recovery: float, n_problems: int = 60) -> tuple[Rows, ...]:
    """Label many problems of a world by rollouts."""
    world = ChainWorld(n_steps=8, success=success, recovery=recovery)
    return tuple(
        Walk(world=world, seed=seed).run(monte_carlo(PROBLEM, Random(0), rollouts=6)).rows
        for seed in range(n_problems)
    )


def evidence(problems: tuple[Rows, ...]) -> list[Solutions]:
    return [read_evidence(rows)[0] for rows in problems]


def mean(prior: Prior, axis: np.ndarray) -> float:
    return float(np.array(prior.weights) @ axis)


@pytest.mark.parametrize(
    ("success", "recovery"), [(0.9, 0.0), (0.9, 0.1), (0.75, 0.05), (0.95, 0.25)]
)
def test_how_a_world_succeeds_and_recovers_is_recovered(success: float, recovery: float) -> None:
    prior = refit(evidence(walked(success, recovery)))
    assert mean(prior, grid().success) == pytest.approx(success, abs=0.02)
    assert mean(prior, grid().recovery) == pytest.approx(recovery, abs=0.035)
    default = default_prior()
    assert abs(mean(prior, grid().recovery) - recovery) < abs(
        mean(default, grid().recovery) - recovery
    )
    assert prior.n_problems == 60


def test_the_weights_concentrate_as_problems_come_in() -> None:
    def spread(prior: Prior) -> float:
        centre = mean(prior, grid().recovery)
        return mean(prior, (grid().recovery - centre) ** 2)

    problems = evidence(walked(0.9, 0.1))
    spreads = [spread(refit(problems[:n])) for n in (0, 5, 20, 60)]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] < spreads[0] / 3


def test_weights_and_rates_are_distributions() -> None:
    prior = refit(evidence(tuple(map(judged, walked(0.9, 0.1, 20)))))
    assert math.fsum(prior.weights) == pytest.approx(1)
    assert min(prior.weights) >= 0
    assert set(prior.rates) == {"tool"}
    for rates in prior.rates.values():
        assert [sum(places) for places in rates] == pytest.approx([1, 1, 1])


def test_no_problem_gives_the_default() -> None:
    assert refit([]) == default_prior()


def test_a_problem_that_says_nothing_changes_next_to_nothing() -> None:
    silent = Evidence(n_steps=1, outcome="undecided", judged=(0,), correct=(0,))
    prior = refit([(silent,)] * 50)
    assert prior.weights == pytest.approx(default_prior().weights, abs=1e-9)


def test_the_same_problems_in_another_order_give_the_same_but_for_rounding() -> None:
    problems = evidence(tuple(map(judged, walked(0.9, 0.1, 20))))
    prior, other = refit(problems), refit(problems[::-1])
    assert refit(problems) == prior
    assert other.weights == pytest.approx(prior.weights, abs=1e-9)
    assert other.rates["tool"][1] == pytest.approx(prior.rates["tool"][1], abs=1e-9)


def test_a_prior_survives_being_written() -> None:
    prior = refit(evidence(tuple(map(judged, walked(0.9, 0.1, 5)))))
    assert decode(Prior, encode(prior)) == prior


RATES: Rates = ((0.5, 0.02, 0.48), (0.1, 0.6, 0.3), (0.2, 0.3, 0.5))


def judged(rows: Rows, rates: Rates = RATES) -> Rows:
    """Let a tool of known rates look at every step."""
    return tuple(_judged_row(row, rates) for row in rows)


def _judged_row(row: LabelledTrajectory, rates: Rates) -> LabelledTrajectory:
    error = true_error(row.trajectory)
    rng = Random(row.trajectory.text)

    def verdict(step: int) -> Verdict:
        place = 0 if error is None or step < error else 1 if step == error else 2
        [outcome] = rng.choices(OUTCOMES, rates[place])
        return Verdict(outcome=outcome, verifier="tool")

    labels = tuple(
        dataclasses.replace(label, verdicts=(verdict(step),))
        for step, label in enumerate(row.labels)
    )
    return dataclasses.replace(row, labels=labels)


def test_the_rates_of_a_verifier_are_recovered() -> None:
    prior = refit(evidence(tuple(map(judged, walked(0.9, 0.02, 60)))))
    for found, given in zip(prior.rates["tool"], RATES, strict=True):
        assert found == pytest.approx(given, abs=0.08)


def test_a_verifier_that_was_hardly_heard_keeps_the_rates_of_the_default() -> None:
    heard = Evidence(
        n_steps=3,
        outcome="invalid",
        judged=(0, 8, 8),
        correct=(0, 8, 0),
        verdicts=(("tool", 1, "invalid"),),
    )
    prior = refit([(heard,)])
    for found, given in zip(prior.rates_of("tool"), DEFAULT_RATES, strict=True):
        assert found == pytest.approx(given, abs=0.05)
    assert prior.rates_of("another") == DEFAULT_RATES


def test_a_fitted_prior_locates_better_than_the_default_where_recovery_is_common() -> None:
    problems = walked(0.95, 0.25)
    prior = refit(evidence(problems))

    def n_exact(used: Prior | None) -> int:
        done = [row for rows in problems for row in posterior(rows, prior=used)]
        return sum(
            row.first_error == true_error(row.trajectory)
            for row in done
            if row.outcome.outcome == "invalid"
        )

    assert n_exact(prior) >= n_exact(None)


# Calibration: problems drawn from the prior itself, so that its probabilities must be frequencies.


def drawn(rng: np.random.Generator, n_steps: int) -> tuple[Evidence, int]:
    """Draw a problem with one solution: its evidence, and its true first error."""
    points = grid()
    point = int(rng.choice(len(points.success), p=np.array(default_prior().weights)))
    places = points.first_error(n_steps)[point]
    error = int(rng.choice(n_steps + 1, p=places / places.sum()))
    curve, recovery = points.curve(n_steps)[point], float(points.recovery[point])
    judged = rng.integers(0, 5, size=n_steps)
    chances = np.where(np.arange(n_steps) <= error, curve, recovery)
    correct = rng.binomial(judged, chances)
    ends_right = rng.random() < (REACHED if error == n_steps else recovery)
    outcome: Outcome = "valid" if ends_right else "invalid"
    return (
        Evidence(
            n_steps=n_steps,
            outcome=outcome,
            judged=tuple(judged.tolist()),
            correct=tuple(correct.tolist()),
            verdicts=tuple(_heard(rng, error, n_steps)),
        ),
        error,
    )


def _heard(rng: np.random.Generator, error: int, n_steps: int) -> list[tuple[str, int, Outcome]]:
    heard: list[tuple[str, int, Outcome]] = []
    for step in range(n_steps):
        place = 0 if step < error else 1 if step == error else 2
        outcome = OUTCOMES[int(rng.choice(3, p=DEFAULT_RATES[place]))]
        heard.append(("tool", step, outcome))
    return heard


def test_probabilities_are_frequencies_in_worlds_drawn_from_the_prior() -> None:
    rng = np.random.default_rng(11)
    sure: list[tuple[float, bool]] = []
    for index in range(1500):
        evidence, error = drawn(rng, 2 + index % 7)
        errors = error_probs(beliefs_of([evidence], default_prior()).joint(0))
        best = int(errors.argmax())
        sure.append((float(errors[best]), best == error))
    chi_square, gap = 0.0, 0.0
    edges = [0.0, 0.5, 0.65, 0.8, 0.9, 0.97, 1.01]
    for low, high in itertools.pairwise(edges):
        cell = [(p, hit) for p, hit in sure if low <= p < high]
        assert len(cell) > 20
        expected, hits = sum(p for p, _ in cell), sum(hit for _, hit in cell)
        variance = sum(p * (1 - p) for p, _ in cell)
        chi_square += (hits - expected) ** 2 / max(variance, 1e-9)
        gap += abs(hits - expected) / len(sure)
    assert chi_square < 16.8  # six cells: exceeded by chance once in a hundred
    assert gap < 0.03


def test_values_are_frequencies_in_worlds_drawn_from_the_prior() -> None:
    rng = np.random.default_rng(5)
    told, true = 0.0, 0.0
    n_steps = 5
    for _ in range(600):
        evidence, _ = drawn(rng, n_steps)
        hidden = dataclasses.replace(
            evidence, judged=(0, 0, *evidence.judged[2:]), correct=(0, 0, *evidence.correct[2:])
        )
        value = values(beliefs_of([hidden], default_prior()).joint(0))[1]
        told += value * evidence.judged[1]
        true += evidence.correct[1]
    assert told == pytest.approx(true, rel=0.06)


def test_a_fit_holds_the_beliefs_of_one_problem_at_a_time() -> None:
    solution = Evidence(n_steps=12, outcome="invalid", judged=(1,) * 12, correct=(0,) * 12)

    def peak(n_problems: int) -> int:
        problems = [(solution,) * 4] * n_problems
        tracemalloc.start()
        refit(problems)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)  # what is kept for the next time
    n_points = len(default_prior().weights)
    per_problem = (peak(60) - peak(20)) / 40
    assert per_problem < 8 * 8 * n_points  # a few rows of the grid; one solution has 13
