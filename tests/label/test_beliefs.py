"""The posterior on trees of solutions is what summing over every hypothesis by hand gives."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.label.beliefs import (
    Beliefs,
    beliefs_of,
    correct_probs,
    error_probs,
    success_given_error,
    values,
)
from stepsmith.transforms.label.evidence import Evidence
from stepsmith.transforms.label.prior import (
    OUTCOMES,
    REACHED,
    Prior,
    default_prior,
    grid,
)

PRIOR = default_prior()


def brute_force(solutions: tuple[Evidence, ...], prior: Prior) -> list[np.ndarray]:
    """Sum over every combination of first errors that the shared prefixes allow."""
    points = grid()
    totals = [np.zeros(solution.n_steps + 1) for solution in solutions]
    spaces = [range(solution.n_steps + 1) for solution in solutions]
    for errors in itertools.product(*spaces):
        if not all(agree(solutions, errors, place) for place in range(len(solutions))):
            continue
        chance = np.array(prior.weights)
        for solution, error in zip(solutions, errors, strict=True):
            chance = chance * of_error(solution, error) * of_data(solution, error, prior)
        for place, error in enumerate(errors):
            totals[place][error] += chance.sum()
    assert points.success.shape == (len(prior.weights),)
    return [total / total.sum() for total in totals]


def agree(solutions: tuple[Evidence, ...], errors: tuple[int, ...], place: int) -> bool:
    """Two that share a prefix have the same error in it, or none."""
    solution, error = solutions[place], errors[place]
    if solution.parent is None:
        return True
    above = errors[solution.parent]
    if above < solution.branch:
        return error == above
    return error >= solution.branch


def of_error(solution: Evidence, error: int) -> np.ndarray:
    """Return P(first error after the branch), given intact there; 1 where it lies before."""
    if error < solution.branch:
        return np.ones(len(grid().success))
    left = solution.n_steps - solution.branch
    return grid().first_error(left)[:, error - solution.branch]


def of_data(solution: Evidence, error: int, prior: Prior) -> np.ndarray:
    points, curve = grid(), grid().curve(solution.n_steps)
    chance = np.ones(len(points.success))
    first = 0 if solution.parent is None else solution.branch + 1
    for length in range(first, solution.n_steps):
        rate = curve[:, length] if error >= length else points.recovery
        n, k = solution.judged[length], solution.correct[length]
        chance = chance * rate**k * (1 - rate) ** (n - k)
    right = np.full_like(chance, REACHED) if error == solution.n_steps else points.recovery
    if solution.outcome != "undecided":
        chance = chance * (right if solution.outcome == "valid" else 1 - right)
    for verifier, step, outcome in solution.verdicts:
        if step >= solution.branch:
            place = 0 if step < error else 1 if step == error else 2
            chance = chance * prior.rates_of(verifier)[place][OUTCOMES.index(outcome)]
    return chance


@st.composite
def solution(draw: st.DrawFn, parent: int | None, above: int) -> Evidence:
    n_steps = draw(st.integers(1, 3))
    branch = draw(st.integers(1, max(1, min(above, n_steps) - 1))) if parent is not None else 0
    if branch >= min(above, n_steps):
        parent, branch = None, 0
    judged = [draw(st.integers(0, 3)) for _ in range(n_steps)]
    return Evidence(
        n_steps=n_steps,
        outcome=draw(st.sampled_from(OUTCOMES)),
        judged=tuple(judged),
        correct=tuple(draw(st.integers(0, n)) for n in judged),
        verdicts=tuple(
            ("tool", step, draw(st.sampled_from(OUTCOMES)))
            for step in range(branch, n_steps)
            if draw(st.booleans())
        ),
        parent=parent,
        branch=branch,
    )


@st.composite
def forests(draw: st.DrawFn) -> tuple[Evidence, ...]:
    found = [draw(solution(None, 0))]
    for index in range(draw(st.integers(0, 2))):
        parent = draw(st.none() | st.integers(0, index))
        above = 0 if parent is None else found[parent].n_steps
        new = draw(solution(parent, above))
        # Only prefixes that are the parent's own: the reader of rows sees to that.
        while new.parent is not None and new.branch <= found[new.parent].branch:
            up = found[new.parent].parent
            new = Evidence(
                n_steps=new.n_steps,
                outcome=new.outcome,
                judged=new.judged,
                correct=new.correct,
                verdicts=new.verdicts,
                parent=up,
                branch=new.branch if up is not None else 0,
            )
        found.append(new)
    return tuple(found)


@given(solutions=forests())
def test_every_posterior_equals_the_sum_over_all_hypotheses(
    solutions: tuple[Evidence, ...],
) -> None:
    expected = brute_force(solutions, PRIOR)
    beliefs = beliefs_of(solutions, PRIOR)
    for place, wanted in enumerate(expected):
        np.testing.assert_allclose(error_probs(beliefs.joint(place)), wanted, atol=1e-9)


@given(solutions=forests(), data=st.data())
def test_observing_little_by_little_ends_where_knowing_all_at_once_does(
    solutions: tuple[Evidence, ...], data: st.DataObject
) -> None:
    whole = beliefs_of(solutions, PRIOR)
    beliefs = Beliefs(PRIOR)
    for each in solutions:
        zeros = (0,) * each.n_steps
        bare = Evidence(
            n_steps=each.n_steps,
            outcome=each.outcome,
            judged=zeros,
            correct=zeros,
            verdicts=each.verdicts,
            parent=each.parent,
            branch=each.branch,
        )
        beliefs.add(bare)
    facts = [
        (place, length, n, k)
        for place, each in enumerate(solutions)
        for length, (n, k) in enumerate(zip(each.judged, each.correct, strict=True))
        if length > each.branch or (each.parent is None)
    ]
    for place, length, n, k in data.draw(st.permutations(facts)):
        beliefs.observe(place, length, judged=n, correct=k)
    for place in range(len(solutions)):
        np.testing.assert_allclose(beliefs.joint(place), whole.joint(place), atol=1e-9)


def bare(n_steps: int, outcome: str = "invalid", **counts: tuple[int, ...]) -> Evidence:
    zeros = (0,) * n_steps
    return Evidence(
        n_steps=n_steps,
        outcome=outcome,  # type: ignore[arg-type]
        judged=counts.get("judged", zeros),
        correct=counts.get("correct", zeros),
    )


def test_successes_before_and_failures_after_locate_the_error() -> None:
    known = bare(4, judged=(0, 0, 6, 12), correct=(0, 0, 4, 0))
    errors = error_probs(beliefs_of([known], PRIOR).joint(0))
    assert errors.argmax() == 2
    assert errors[2] > 0.9


def test_a_right_answer_may_hide_an_error_and_counts_find_it() -> None:
    errors = error_probs(beliefs_of([bare(4, "valid")], PRIOR).joint(0))
    assert 0.5 < errors[4] < 1
    doubtful = bare(4, "valid", judged=(0, 0, 8, 12), correct=(0, 0, 6, 0))
    hidden = error_probs(beliefs_of([doubtful], PRIOR).joint(0))
    assert hidden[2] > errors[2]


def test_a_success_through_a_shared_prefix_clears_it_for_both() -> None:
    parent = bare(4)
    child = Evidence(
        n_steps=4, outcome="valid", judged=(0,) * 4, correct=(0,) * 4, parent=0, branch=2
    )
    before = correct_probs(beliefs_of([parent], PRIOR).joint(0))
    after = correct_probs(beliefs_of([parent, child], PRIOR).joint(0))
    assert after[1] > before[1]


def test_probabilities_add_up_and_values_lie_between_the_hypotheses() -> None:
    joint = beliefs_of([bare(5, judged=(0, 2, 3, 0, 1), correct=(0, 2, 1, 0, 0))], PRIOR).joint(0)
    assert joint.sum() == pytest.approx(1)
    correct = correct_probs(joint)
    assert (np.diff(correct) <= 1e-12).all()
    given_error = success_given_error(joint)
    assert (
        (given_error.min(axis=0) <= values(joint)) & (values(joint) <= given_error.max(axis=0))
    ).all()
