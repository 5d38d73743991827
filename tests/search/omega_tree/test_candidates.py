"""Selection: the paper's score to the digit, removal, and the two other selectors."""

import math
from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

from stepsmith.schemas import Step, StepLabel, Trajectory, Verdict
from stepsmith.transforms.search.omega_tree.candidates import Pool, Scoring, Selector, count_tokens
from stepsmith.transforms.search.prefixes.estimates import Estimate

EVEN = Scoring(beta=1.0)


def state(
    name: str,
    value: float | None,
    texts: Sequence[str],
    *,
    depth: int = 0,
    outcome: str = "invalid",
) -> Estimate:
    """Make a state whose completions end wrong, unless `outcome` says otherwise."""
    completions = tuple(
        Trajectory(id=f"{name}{index}", problem_id="p", steps=(Step(text=text),))
        for index, text in enumerate(texts)
    )
    return Estimate(
        depth=depth,
        completions=completions,
        outcomes=tuple(Verdict(outcome=outcome) for _ in texts),  # type: ignore[arg-type]
        label=StepLabel(value=value),
    )


def taken(
    states: Sequence[Estimate],
    *,
    scoring: Scoring = EVEN,
    selector: Selector = "paper",
    seed: int = 0,
) -> list[str]:
    """Take everything from a pool of these states; the ids in order."""
    pool = Pool(scoring, selector, Random(seed))
    for one in states:
        pool.add(one)
    order: list[str] = []
    while candidate := pool.take():
        order.append(candidate.completion.id)
    return order


def test_quality_and_exploration_are_the_papers() -> None:
    scoring = Scoring()
    assert scoring.quality(0.25, 250) == pytest.approx(0.5**0.75 * 0.9**0.5, rel=1e-12)
    assert scoring.exploration(9, 2) == pytest.approx(0.125 * 3 / 3, rel=1e-12)
    assert scoring.exploration(0, 0) == 0.0


def test_promising_states_come_first_then_short_completions_then_the_oldest() -> None:
    states = [state("a", 0.25, ["four", "five"]), state("b", 0.75, ["a long one", "one", "two"])]
    assert taken(states, scoring=Scoring(c_puct=0.0)) == ["b1", "b2", "b0", "a0", "a1"]


def test_a_state_that_was_selected_gives_way_as_the_others_explore() -> None:
    # Q is 1 step apart: 0.5^0.5 - 0.5^0.625 = 0.0587. After the first selection of b its U is
    # c/2 and that of a is c: a comes next only where half of c is more than that.
    states = [state("a", 0.375, ["1", "2"]), state("b", 0.5, ["3", "4"])]
    assert taken(states, scoring=Scoring(beta=1.0, c_puct=0.117)) == ["b0", "b1", "a0", "a1"]
    assert taken(states, scoring=Scoring(beta=1.0, c_puct=0.118)) == ["b0", "a0", "b1", "a1"]


def test_every_selection_is_the_argmax_of_the_definition() -> None:
    rng = Random(7)
    states = [
        state(
            f"s{n}-",
            rng.choice([0.125, 0.5, 0.875]),
            [f"{n} {m}" * rng.randint(1, 60) for m in range(6)],
        )
        for n in range(8)
    ]
    scoring = Scoring(length=50.0)
    pairs = [(one, completion) for one in states for completion in one.completions]
    visits: Counter[Estimate] = Counter()
    expected: list[str] = []
    while pairs:
        scores = [
            0.5 ** (1 - (one.label.value or 0)) * 0.9 ** (count_tokens(completion, 0) / 50.0)
            + 0.125 * math.sqrt(visits.total()) / (1 + visits[one])
            for one, completion in pairs
        ]
        one, completion = pairs.pop(scores.index(max(scores)))
        visits[one] += 1
        expected.append(completion.id)
    assert taken(states, scoring=scoring) == expected


@pytest.mark.parametrize("value", [None, 0.0, 1.0])
def test_states_without_two_sides_never_enter(value: float | None) -> None:
    assert taken([state("a", value, ["x"])]) == []


@pytest.mark.parametrize("outcome", ["valid", "undecided"])
def test_only_wrong_completions_enter(outcome: str) -> None:
    assert taken([state("a", 0.5, ["x"], outcome=outcome)]) == []


@pytest.mark.parametrize("selector", ["paper", "uniform", "stratified"])
def test_everything_is_taken_once(selector: Selector) -> None:
    states = [state(f"{n}-", 0.5, [f"{n}{m}" for m in range(4)], depth=n % 3) for n in range(6)]
    order = taken([*states, *states], selector=selector)
    assert sorted(order) == sorted(c.id for one in states for c in one.completions)


@pytest.mark.parametrize("selector", ["paper", "uniform", "stratified"])
def test_a_solution_is_taken_once_from_whichever_states(selector: Selector) -> None:
    states = [state("a", 0.5, ["x", "y", "x"]), state("b", 0.75, ["y", "z"], depth=1)]
    assert len(taken(states, selector=selector)) == 3


def test_visits_count_the_selections_of_a_state() -> None:
    first, second = state("a", 0.5, ["x", "y"]), state("b", 0.25, ["x", "z"])
    pool = Pool(Scoring(c_puct=0.0), "paper", Random(0))
    pool.add(first)
    pool.add(second)
    while pool.take():
        pass
    # The x of b had been searched from a, and was passed over without a visit.
    assert (pool.visits(first), pool.visits(second)) == (2, 1)
    assert pool.visits(state("c", 0.0, [])) == 0


def test_uniform_takes_each_candidate_as_often() -> None:
    states = [state("a", 0.9, ["1"]), state("b", 0.1, ["2", "3", "4"])]
    firsts = Counter(taken(states, selector="uniform", seed=seed)[0] for seed in range(2_000))
    assert all(400 < firsts[name] < 600 for name in ("a0", "b0", "b1", "b2"))


def test_stratified_takes_each_depth_as_often_and_its_best() -> None:
    states = [
        state("a", 0.25, ["1", "2"], depth=1),
        state("b", 0.75, ["3"], depth=1),
        state("c", 0.5, ["4"], depth=5),
    ]
    firsts = Counter(taken(states, selector="stratified", seed=seed)[0] for seed in range(1_000))
    assert set(firsts) == {"b0", "c0"}
    assert 400 < firsts["b0"] < 600


def test_length_is_counted_in_the_engines_tokens_where_they_are_known() -> None:
    steps = (
        Step(text="given"),
        Step(text="a", token_start=0, token_end=7),
        Step(text="b", token_start=7, token_end=12),
    )
    assert count_tokens(Trajectory(id="t", problem_id="p", steps=steps), 1) == 12


def test_length_is_guessed_from_bytes_where_no_tokens_are_known() -> None:
    trajectory = Trajectory(
        id="t", problem_id="p", steps=(Step(text="given"), Step(text="ab\n"), Step(text="数学"))
    )
    assert count_tokens(trajectory, 1) == pytest.approx(9 / 2.3)
    assert count_tokens(trajectory, 3) == 0.0
