"""What to ask next: the expected information of a completion is what counting by hand gives."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Outcome
from stepsmith.transforms.label.beliefs import beliefs_of, error_probs, success_given_error
from stepsmith.transforms.label.evidence import Evidence
from stepsmith.transforms.label.prior import Floats, default_prior, grid
from stepsmith.transforms.search.first_error.probes import WORTHLESS, choose_probes, information


def joint_of(
    n_steps: int, *, outcome: Outcome = "invalid", judged: Sequence[int] = (), correct: int = 0
) -> Floats:
    counts = (*judged, *(0,) * (n_steps - len(judged)))
    evidence = Evidence(
        n_steps=n_steps,
        outcome=outcome,
        judged=counts,
        correct=tuple(min(count, correct) for count in counts),
    )
    return beliefs_of((evidence,), default_prior()).joint(0)


def mutual_information(errors: Floats, success: Floats, lengths: Sequence[int]) -> float:
    """Sum p log(p / qr) over every first error and everything that the probes may say."""
    total = 0.0
    for said in itertools.product((True, False), repeat=len(lengths)):
        together = errors.copy()
        for right, length in zip(said, lengths, strict=True):
            chance = success[:, length]
            together = together * (chance if right else 1 - chance)
        seen = together.sum()
        for mass, prior in zip(together, errors, strict=True):
            if mass > 0:
                total += mass * math.log(mass / (prior * seen))
    return total


joints = st.builds(
    joint_of,
    st.integers(2, 7),
    outcome=st.sampled_from(("valid", "invalid", "undecided")),
    judged=st.lists(st.integers(0, 3), max_size=2),
    correct=st.integers(0, 2),
)


@given(
    errors=st.lists(st.floats(0.01, 1), min_size=2, max_size=6),
    data=st.data(),
)
def test_information_is_the_mutual_information_and_never_negative(
    errors: list[float], data: st.DataObject
) -> None:
    mass = np.array(errors) / sum(errors)
    chances = st.lists(st.floats(0, 1), min_size=len(errors), max_size=len(errors))
    success = np.array(data.draw(chances))[:, None]
    [found] = information(mass[None, :], success)
    assert found == pytest.approx(mutual_information(mass, success, [0]), abs=1e-12)
    assert found >= -1e-12


@given(st.floats(0, 1), st.integers(1, 5))
def test_an_outcome_that_cannot_tell_says_nothing(chance: float, n_steps: int) -> None:
    errors = np.full((1, n_steps + 1), 1 / (n_steps + 1))
    success = np.full((n_steps + 1, 3), chance)
    assert information(errors, success) == pytest.approx(np.zeros(3), abs=1e-12)


def test_an_outcome_that_tells_for_sure_says_all_there_is() -> None:
    errors = np.array([[0.5, 0.5]])
    success = np.array([[1.0], [0.0]])
    assert information(errors, success) == pytest.approx([math.log(2)])


@given(joint=joints, first=st.integers(0, 5), second=st.integers(0, 5))
def test_a_second_completion_adds_what_it_says_beyond_the_first(
    joint: Floats, first: int, second: int
) -> None:
    errors, success = error_probs(joint), success_given_error(joint)
    first, second = first % success.shape[1], second % success.shape[1]
    branches = np.vstack([errors * success[:, first], errors * (1 - success[:, first])])
    added = information(branches, success)[second]
    alone = mutual_information(errors, success, [first])
    both = mutual_information(errors, success, [first, second])
    assert added == pytest.approx(both - alone, abs=1e-9)


@given(joint=joints)
def test_the_first_probe_is_the_best_of_all(joint: Floats) -> None:
    errors, success = error_probs(joint), success_given_error(joint)
    lengths = range(1, joint.shape[0] - 1)
    worth = {length: mutual_information(errors, success, [length]) for length in lengths}
    best = max(worth.values())
    chosen = choose_probes(joint, 1)
    if best < WORTHLESS - 1e-9:
        assert chosen == ()
    elif best > WORTHLESS + 1e-9:
        [length] = chosen
        assert worth[length] == pytest.approx(best, abs=1e-9)


@given(joint=joints, n=st.integers(0, 6))
def test_lengths_are_sorted_and_inside_the_solution_and_no_more_than_asked(
    joint: Floats, n: int
) -> None:
    chosen = choose_probes(joint, n)
    assert list(chosen) == sorted(chosen)
    assert set(chosen) <= set(range(1, joint.shape[0] - 1))
    assert len(chosen) <= n


@given(joint=joints, n=st.integers(1, 5))
def test_one_more_probe_keeps_those_before_it(joint: Floats, n: int) -> None:
    fewer, more = list(choose_probes(joint, n - 1)), list(choose_probes(joint, n))
    for length in fewer:
        more.remove(length)
    assert len(more) <= 1


@pytest.mark.parametrize("outcome", ["valid", "invalid", "undecided"])
def test_a_solution_of_one_step_has_nothing_to_ask_about(outcome: Outcome) -> None:
    assert choose_probes(joint_of(1, outcome=outcome), 8) == ()


def test_fewer_come_back_where_more_would_say_nothing() -> None:
    sure = np.zeros((5, len(grid().success)))
    sure[2] = np.array(default_prior().weights)
    assert choose_probes(sure, 4) == ()


def test_several_probes_of_one_round_are_spread_where_one_would_not_settle_it() -> None:
    chosen = choose_probes(joint_of(12), 4)
    assert len(chosen) == 4
    assert len(set(chosen)) > 1
