"""Cheap errors lie late: which completions are taken up, and how far that shifts the places."""

from collections.abc import Sequence
from random import Random

import pytest

from benchmarks.worlds.walk import PROBLEM, ChainWorld, Walk, true_error
from stepsmith.schemas import Outcome, Step, Trajectory, Verdict
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.search.first_error.spread import Spread
from stepsmith.transforms.search.first_error.suspect import Suspect
from stepsmith.transforms.search.first_error.suspects import Suspects

N_STEPS = 8


def trajectory(name: str, texts: Sequence[str]) -> Trajectory:
    return Trajectory(
        id=name, problem_id="p", steps=tuple(Step(text=text) for text in texts), sample_index=0
    )


def verdict(outcome: Outcome) -> Verdict:
    return Verdict(outcome=outcome, verifier="test")


def under_search() -> tuple[Suspects, Suspect]:
    suspects = Suspects(PROBLEM, prior=None, confidence=0.9, budget=40)
    fresh = trajectory("fresh", [str(step) for step in range(N_STEPS)])
    return suspects, suspects.add(fresh, verdict("invalid"))


def complete(
    suspects: Suspects, suspect: Suspect, length: int, *, right: int = 0, wrong: int = 0
) -> None:
    """Draw completions of a prefix, each a text of its own."""
    kept = [step.text for step in suspect.trajectory.steps[:length]]
    drawn = [
        trajectory(f"{length} {at}", [*kept, *(f"{length} {at} {step}" for step in range(3))])
        for at in range(right + wrong)
    ]
    verdicts = [verdict("valid")] * right + [verdict("invalid")] * wrong
    suspects.learn(suspect, length, drawn, verdicts)


def welcome(suspects: Suspects, *, slack: float) -> int | None:
    spread = Spread(slack=slack)
    spread.see(suspects)
    found = spread.pick(suspects)
    return None if found is None else found.length


def test_nothing_is_picked_where_nothing_was_found() -> None:
    assert welcome(Suspects(PROBLEM, prior=None, confidence=0.9, budget=1), slack=1.0) is None
    assert welcome(under_search()[0], slack=1.0) is None


def test_the_longest_intact_prefix_comes_first() -> None:
    suspects, suspect = under_search()
    complete(suspects, suspect, 2, right=6, wrong=1)
    complete(suspects, suspect, 5, right=6, wrong=1)
    assert welcome(suspects, slack=1.0) == 5


def test_a_prefix_that_is_believed_broken_is_passed_over() -> None:
    suspects, suspect = under_search()
    complete(suspects, suspect, 2, right=6, wrong=1)
    complete(suspects, suspect, 5, wrong=12)
    assert welcome(suspects, slack=1.0) == 2


def test_a_prefix_of_which_too_little_is_known_is_passed_over() -> None:
    suspects, suspect = under_search()
    complete(suspects, suspect, 4, wrong=1)
    assert welcome(suspects, slack=1.0) is None


@pytest.mark.parametrize("outcome", ["valid", "undecided"])
def test_only_wrong_completions_are_found(outcome: Outcome) -> None:
    suspects, suspect = under_search()
    drawn = trajectory("drawn", [*(step.text for step in suspect.trajectory.steps[:2]), "x"])
    suspects.learn(suspect, 2, [drawn], [verdict(outcome)])
    assert suspects.found == []


def test_a_completion_that_writes_no_step_of_its_own_is_none() -> None:
    suspects, suspect = under_search()
    bare = trajectory("bare", [step.text for step in suspect.trajectory.steps[:3]])
    suspects.learn(suspect, 3, [bare], [verdict("invalid")])
    assert suspects.found == []


def test_what_was_taken_up_is_found_no_more() -> None:
    suspects, suspect = under_search()
    complete(suspects, suspect, 2, right=6, wrong=2)
    first, second = suspects.found
    suspects.adopt(first)
    assert suspects.found == [second]
    suspects.add(second.trajectory, second.outcome)
    assert suspects.found == []
    suspects.learn(suspect, 2, [first.trajectory, second.trajectory], [verdict("invalid")] * 2)
    assert suspects.found == []


def test_a_late_place_is_not_welcome_where_the_spread_may_not_shift() -> None:
    suspects, suspect = under_search()
    complete(suspects, suspect, 7, right=8, wrong=1)
    assert welcome(suspects, slack=1.0) == 7
    assert welcome(suspects, slack=0.0) is None


WORLD = ChainWorld(n_steps=10, success=0.85, recovery=0.01)


def places(slack: float) -> tuple[list[int], int]:
    """Return the true first errors of all wrong rows, and how many samples they took."""
    every: list[int] = []
    n_samples = 0
    for seed in range(6):
        walk = Walk(world=WORLD, seed=seed)
        result = walk.run(bisect(PROBLEM, Random(0), searches=16, slack=slack, budget=24))
        n_samples += walk.n_samples
        for row in result.rows:
            error = true_error(row.trajectory)
            if row.outcome.outcome == "invalid" and error is not None:
                every.append(error)
    return every, n_samples


def distance(found: Sequence[int], natural: Sequence[float]) -> float:
    """Return the largest distance of the cumulative shares."""
    apart, left, right = 0.0, 0.0, 0.0
    for place in range(WORLD.n_steps):
        left += found.count(place) / len(found)
        right += natural[place]
        apart = max(apart, abs(left - right))
    return apart


@pytest.mark.slow
def test_places_stay_as_near_to_natural_as_the_slack_says() -> None:
    weights = [WORLD.success**place for place in range(WORLD.n_steps)]
    natural = [weight / sum(weights) for weight in weights]
    close, dear = places(0.1)
    wide, cheap = places(1.0)
    # Those of fresh solutions scatter by themselves: 1.36 / sqrt(n) in one of twenty samples.
    assert distance(close, natural) <= 0.1 + 1.36 / len(close) ** 0.5
    assert distance(wide, natural) > distance(close, natural)
    assert cheap < dear
