"""The comparison counts what it says it counts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks.batching.engine import Pace
from benchmarks.batching.process import serving
from benchmarks.engine_busy import Outcomes, Trial, ratio_claims, rounds, share_claims, write_work
from benchmarks.peers.systems import Outcome, Stepsmith, run
from stepsmith.transforms.policy.chain import find_sum


def outcome(
    *, n_samples: int = 100, n_generations: int = 100, span_s: float = 1.0, busy: float = 0.5
) -> Outcome:
    stats = {
        "n_samples": n_samples,
        "n_generations": n_generations,
        "span_s": span_s,
        "busy_share": busy,
    }
    return Outcome(stats=stats, wall_s=2 * span_s, client_cpu_s=span_s)


def values(claims: Sequence[object]) -> Mapping[str, tuple[float, tuple[float, float] | None]]:
    return {
        claim.name.removeprefix("engine_busy."): (claim.value, claim.spread) for claim in claims
    }


def test_a_share_is_that_of_a_systems_best_setting_and_ours_alone_has_a_target() -> None:
    outcomes: Outcomes = {
        "stepsmith": [outcome(busy=0.9), outcome(busy=0.98)],
        "peer.small": [outcome(busy=0.5)],
        "peer.large": [outcome(busy=0.7)],
    }
    claims = share_claims(outcomes)
    assert values(claims) == {
        "share.stepsmith": (0.94, (0.9, 0.98)),
        "share.peer": (0.7, (0.7, 0.7)),
    }
    assert [claim.holds for claim in claims] == [False, None]


def test_ratios_are_round_by_round_and_those_over_distilabels_texts_are_of_generations() -> None:
    grouped = {"n_samples": 800, "n_generations": 800}
    outcomes: Outcomes = {
        "stepsmith.choices": [outcome(**grouped), outcome(**grouped)],
        "distilabel.text": [
            outcome(n_samples=800, span_s=1.0),
            outcome(n_samples=800, span_s=0.5),
        ],
        "datatrove.single": [outcome(), outcome(n_samples=400)],
        "stepsmith.single": [outcome(n_samples=600)],
        "distilabel.single": [outcome(span_s=2.0)],
    }
    claims = ratio_claims(outcomes)
    assert values(claims) == {
        "generations_over_distilabel": (6.0, (4.0, 8.0)),
        "samples_over_datatrove": (5.0, (2.0, 8.0)),
        "samples_over_distilabel.text": (0.75, (0.5, 1.0)),
        "samples_over_distilabel.one_a_request": (12.0, (12.0, 12.0)),
        "samples_over_datatrove.one_a_request": (6.0, (6.0, 6.0)),
    }
    assert [claim.holds for claim in claims] == [True, True, None, None, None]


def test_the_answers_of_the_problems_are_right_and_lengths_differ(tmp_path: Path) -> None:
    problems = list(map(json.loads, write_work(tmp_path, 50).problems.read_text().splitlines()))
    lengths = set()
    for problem in problems:
        found = find_sum(problem["question"])
        assert found is not None
        start, terms = found
        assert start + sum(int(f"{sign}{number}") for sign, number in terms) == int(
            problem["answer"]
        )
        lengths.add(len(terms))
    assert min(lengths) == 2
    assert len(lengths) >= 6
    assert write_work(tmp_path, 50).problems.read_text().splitlines() == [
        json.dumps(problem) for problem in problems
    ]


@pytest.mark.slow
def test_a_run_draws_every_solution_and_every_completion_once(tmp_path: Path) -> None:
    work = write_work(tmp_path, 3)
    problems = map(json.loads, work.problems.read_text().splitlines())
    operations = [len(find_sum(problem["question"])[1]) for problem in problems]
    expected = sum(work.solutions * (1 + n * work.rollouts) for n in operations)
    choices = Stepsmith(in_flight=16, samples_per_request=work.rollouts)
    trials = {
        "single": Trial(system=Stepsmith(in_flight=16), work=work),
        "choices": Trial(system=choices, work=work),
    }
    found = rounds(trials, Pace(tick_s=0.0), 1)
    [single], [choices] = found["single"], found["choices"]
    assert single.stats["n_samples"] == single.stats["n_requests"] == expected
    assert choices.stats["n_samples"] == choices.stats["n_generations"] == expected
    assert choices.stats["n_requests"] == sum(1 + work.solutions * n for n in operations)


@pytest.mark.slow
def test_a_run_that_fails_is_no_measurement(tmp_path: Path) -> None:
    from benchmarks.report import CannotRunError

    work = write_work(tmp_path, 1)
    with serving(Pace(tick_s=0.0)) as server, pytest.raises(CannotRunError, match="bisekt"):
        run(Stepsmith(in_flight=16, strategy="bisekt"), work, server)
