"""Labels from the posterior: sure places, right prefixes, and silence about everything else."""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import LabelledTrajectory, Outcome, Problem
from stepsmith.schemas.records import FinishReason
from stepsmith.transforms.label.base import ungraded
from stepsmith.transforms.label.beliefs import beliefs_of, correct_probs, error_probs, values
from stepsmith.transforms.label.evidence import read_evidence
from stepsmith.transforms.label.posterior import FIT, label_row, posterior
from stepsmith.transforms.label.prior import Floats, Prior, default_prior
from tests.label.rows import Said, row
from tests.strategies import labelled_trajectories

N_POINTS = len(default_prior().weights)


def believed(*errors: float) -> Floats:
    """Make a joint posterior in which the first wrong step has these probabilities."""
    return np.array(errors)[:, None] * np.array(default_prior().weights)[None, :]


def labelled(
    *errors: float, outcome: Outcome = "invalid", confidence: float = 0.8
) -> LabelledTrajectory:
    return label_row(
        row("a", "abcd"[: len(errors) - 1], outcome), believed(*errors), confidence=confidence
    )


def corrects(done: LabelledTrajectory) -> list[bool | None]:
    return [label.correct for label in done.labels]


def test_a_place_that_is_sure_is_the_first_error_and_all_before_it_is_right() -> None:
    done = labelled(0.05, 0.03, 0.85, 0.05, 0.02)
    assert (done.first_error, done.first_error_prob) == (2, pytest.approx(0.85))
    assert corrects(done) == [True, True, False, None]
    assert [label.source for label in done.labels] == ["posterior"] * 3 + [None]


def test_where_none_is_sure_to_be_wrong_all_are_right() -> None:
    done = labelled(0.02, 0.03, 0.02, 0.03, 0.9, outcome="valid")
    assert (done.first_error, done.first_error_prob) == (None, pytest.approx(0.9))
    assert corrects(done) == [True] * 4


def test_the_confidence_is_reached_by_just_that_probability_however_it_is_rounded() -> None:
    done = labelled(0.4, 0.6, outcome="valid", confidence=float(error_probs(believed(0.4, 0.6))[1]))
    assert (done.first_error, done.first_error_prob) == (None, pytest.approx(0.6))
    assert corrects(done) == [True]


def test_where_no_place_is_sure_right_steps_are_labelled_and_none_is_blamed() -> None:
    done = labelled(0.05, 0.1, 0.45, 0.3, 0.1)
    assert (done.first_error, done.first_error_prob) == (None, None)
    assert corrects(done) == [True, True, None, None]


def test_sure_means_with_the_confidence_that_was_asked_for() -> None:
    errors = (0.02, 0.03, 0.75, 0.1, 0.1)
    assert labelled(*errors, confidence=0.7).first_error == 2
    assert labelled(*errors, confidence=0.8).first_error is None


def test_a_right_answer_may_hide_an_error() -> None:
    done = labelled(0.02, 0.9, 0.03, 0.02, 0.03, outcome="valid")
    assert done.first_error == 1
    assert corrects(done) == [True, False, None, None]
    assert done.labels[-1].value == 1.0


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], (None, None)),
        ([("tool", "undecided")], (None, None)),
        ([("tool", "valid")], (True, "tool")),
        ([("tool", "valid"), ("other", "invalid")], (False, "other")),
        ([("one", "undecided"), ("two", "valid")], (True, "two")),
    ],
)
def test_after_the_first_error_only_a_verifiers_word_on_that_step_counts(
    said: Sequence[tuple[str, Outcome]], expected: tuple[bool | None, str | None]
) -> None:
    judged = row("a", "abcd", verdicts={3: said})
    done = label_row(judged, believed(0.01, 0.95, 0.01, 0.01, 0.02), confidence=0.8)
    assert (done.labels[3].correct, done.labels[3].source) == expected
    assert done.labels[3].verdicts == judged.labels[3].verdicts


def test_a_verdict_before_the_first_error_labels_nothing_by_itself() -> None:
    judged = row("a", "abcd", verdicts={0: [("tool", "invalid")]})
    done = label_row(judged, believed(0.01, 0.95, 0.01, 0.01, 0.02), confidence=0.8)
    assert corrects(done) == [True, False, None, None]


@pytest.mark.parametrize(("outcome", "value"), [("valid", 1.0), ("invalid", 0.0)])
def test_the_last_value_is_the_outcome_and_advantages_add_up_to_it(
    outcome: Outcome, value: float
) -> None:
    rows = [row("a", "abcd", outcome, counts={1: (4, 3), 2: (4, 1)})]
    [done] = posterior(rows)
    [solution], _ = read_evidence(rows)
    before = values(beliefs_of([solution], default_prior()).joint(0))
    assert done.labels[-1].value == value
    assert [label.value for label in done.labels[:-1]] == pytest.approx(before[1:])
    gained = sum(label.advantage or 0.0 for label in done.labels)
    assert before[0] + gained == pytest.approx(value)


def test_an_undecided_end_has_no_value_and_its_step_no_advantage() -> None:
    [done] = posterior([row("a", "abc", "undecided")])
    assert (done.labels[-1].value, done.labels[-1].advantage) == (None, None)
    assert all(label.advantage is not None for label in done.labels[:-1])


def test_rollouts_locate_the_error() -> None:
    counts = {1: (8, 7), 2: (8, 6), 3: (8, 0), 4: (8, 0)}
    [done] = posterior([row("a", "abcde", counts=counts)])
    assert done.first_error == 2
    assert corrects(done) == [True, True, False, None, None]


def test_conflicting_verdicts_are_weighed_and_none_is_a_rule() -> None:
    sharp = Prior(
        weights=default_prior().weights,
        rates={
            "sharp": ((0.49, 0.01, 0.5), (0.01, 0.49, 0.5), (0.3, 0.2, 0.5)),
            "blunt": ((0.3, 0.3, 0.4), (0.3, 0.3, 0.4), (0.3, 0.3, 0.4)),
        },
    )

    def probability(*said: tuple[str, Outcome]) -> float:
        [done] = posterior([row("a", "abcd", verdicts={1: said})], prior=sharp)
        rights = [label.correct_prob or 0.0 for label in done.labels]
        return rights[0] - rights[1]

    unheard = probability()
    assert probability(("sharp", "invalid")) > 0.6 > unheard
    assert probability(("sharp", "valid")) < unheard
    assert probability(("blunt", "invalid")) == pytest.approx(unheard)
    both = probability(("sharp", "invalid"), ("sharp", "valid"))
    assert probability(("sharp", "valid")) < both < probability(("sharp", "invalid"))


@pytest.mark.parametrize(
    ("given_row", "keep", "reason"),
    [
        (row("a", "ab", "undecided", finish="length"), False, "truncated"),
        (row("a", "", "undecided", finish="empty"), False, "empty"),
        (row("a", "ab"), True, None),
        (dataclasses.replace(row("a", "ab"), keep=False, drop_reason="why"), False, "why"),
        (dataclasses.replace(row("a", "ab"), keep=False), False, None),
    ],
)
def test_what_is_kept_stays_the_strategys_word(
    given_row: LabelledTrajectory, keep: bool, reason: str | None
) -> None:
    [done] = posterior([given_row])
    assert (done.keep, done.drop_reason) == (keep, reason)


def test_a_row_without_steps_is_left_as_it_is() -> None:
    blank = row("b", "", "undecided")
    rows = posterior([row("a", "ab"), blank])
    assert rows[1] == blank


def test_other_solutions_of_the_problem_count() -> None:
    alone = posterior([row("a", "abcd")])[0]
    rich = [row(f"r{at}", [f"{at}", "x", "y", "z"], "valid") for at in range(8)]
    among = posterior([row("a", "abcd"), *rich])[0]
    assert among.labels[0].correct_prob != alone.labels[0].correct_prob
    assert [label.correct for label in among.labels[:1]] != [False]


@pytest.mark.parametrize(("finish", "last"), [("length", "2 + 3 = 1"), ("empty", "  ")])
def test_where_a_reply_was_cut_or_blank_its_last_step_is_neither_right_nor_wrong(
    finish: FinishReason, last: str
) -> None:
    [done] = posterior(
        [row("a", ["a", last], "undecided", finish=finish, counts={1: (8, 8)})], confidence=0.5
    )
    assert corrects(done) == [True, None]
    assert (done.labels[1].correct_prob, done.labels[1].source) == (None, None)


def test_an_error_that_is_sought_in_a_step_that_was_cut_is_none() -> None:
    cut = row("a", "abc", "undecided", finish="length")
    done = label_row(cut, believed(0.02, 0.03, 0.9, 0.05), confidence=0.8)
    assert (done.first_error, done.first_error_prob) == (None, None)
    assert corrects(done) == [True, True, None]


def test_that_nothing_is_wrong_is_not_said_of_a_reply_that_was_cut() -> None:
    cut = row("a", "abc", "undecided", finish="length")
    done = label_row(cut, believed(0.01, 0.01, 0.01, 0.97), confidence=0.8)
    assert (done.first_error, done.first_error_prob) == (None, None)
    assert corrects(done) == [True, True, None]
    done = label_row(cut, believed(0.01, 0.97, 0.01, 0.01), confidence=0.8)
    assert (done.first_error, done.first_error_prob) == (1, pytest.approx(0.97))


ROWS = (
    row("a", "abcd", counts={1: (4, 4), 2: (4, 2)}, verdicts={2: [("tool", "invalid")]}),
    row("b", "abxy", "valid", parent="a", branch=2, counts={3: (2, 2)}),
    row("c", "zbxz", counts={1: (3, 0)}),
    row("d", "abcd", verdicts={1: [("tool", "valid")]}),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(ROWS)))))
def test_labels_do_not_depend_on_the_order_of_the_rows(order: tuple[int, ...]) -> None:
    done = posterior([ROWS[at] for at in order])
    expected = posterior(ROWS)
    assert done == tuple(expected[at] for at in order)


def sound(done: LabelledTrajectory) -> None:
    silent = ungraded(done.trajectory)
    assert all(done.labels[at].correct_prob is None for at in silent)
    labels = [label for at, label in enumerate(done.labels) if at not in silent]
    rights = [label.correct_prob for label in labels]
    assert all(right is not None and 0 <= right <= 1 for right in rights)
    assert rights == sorted(rights, key=lambda right: -(right or 0.0))
    for label in done.labels:
        assert label.value is None or 0 <= label.value <= 1
    assert done.first_error is None or done.labels[done.first_error].correct is False
    assert done.first_error_prob is None or 0.8 <= done.first_error_prob <= 1 + 1e-9


@given(st.lists(labelled_trajectories(), max_size=4))
def test_any_rows_are_labelled_the_same_way_twice_and_nothing_else_is_touched(
    rows: list[LabelledTrajectory],
) -> None:
    done = posterior(rows)
    assert done == posterior(rows)
    for before, after in zip(rows, done, strict=True):
        assert after.trajectory == before.trajectory
        assert after.outcome == before.outcome
        for label, old in zip(after.labels, before.labels, strict=True):
            assert label.verdicts == old.verdicts
            assert (label.n_rollouts, label.n_correct) == (old.n_rollouts, old.n_correct)
        if after.trajectory.steps:
            sound(after)


@given(
    errors=st.lists(st.floats(0.001, 1), min_size=2, max_size=5),
    confidence=st.floats(0.5, 1),
)
def test_the_rules_hold_whatever_is_believed(errors: list[float], confidence: float) -> None:
    probabilities = [error / sum(errors) for error in errors]
    done = labelled(*probabilities, confidence=confidence)
    joint = believed(*probabilities)
    best = float(error_probs(joint).max())
    rights = correct_probs(joint)
    assert [label.correct_prob for label in done.labels] == pytest.approx(list(rights))
    assert (done.first_error_prob is not None) == (best >= confidence)
    if done.first_error is None:
        none = done.first_error_prob is not None
        expected = [True if none or right >= confidence else None for right in rights]
        assert corrects(done) == expected
    else:
        at = done.first_error
        assert corrects(done)[: at + 1] == [True] * at + [False]
        assert not any(corrects(done)[at + 1 :])


def test_rows_without_steps_are_no_evidence_to_fit() -> None:
    assert FIT.extract((row("a", ""),)) is None
    found = FIT.extract((row("a", "ab"), row("b", "")))
    assert found is not None
    assert len(found.solutions) == 1


def test_a_prior_is_fitted_to_the_policys_own_solutions_and_not_to_repairs() -> None:
    own = row("a", "abcd", counts={2: (4, 1)})
    mended = row("b", "abxy", "valid", parent="a", branch=2, origin="repair")
    assert FIT.extract((own, mended)) == FIT.extract((own,))
    assert FIT.extract((mended,)) is None


def test_the_fit_is_that_of_all_problems() -> None:
    found = FIT.extract((row("a", "ab"),))
    assert found is not None
    prior = FIT.fit([("p", found), ("q", found)])
    assert isinstance(prior, FIT.prior)
    assert prior.n_problems == 2


def test_the_problem_of_a_row_is_not_looked_at() -> None:
    other = dataclasses.replace(row("a", "abc"), problem=Problem(id="q", prompt="!"))
    [one], [two] = posterior([row("a", "abc")]), posterior([other])
    assert one.labels == two.labels


def test_that_a_solution_is_drawn_again_does_not_move_the_blame_from_its_last_step() -> None:
    counts = {2: (2, 2), 3: (4, 2)}
    [alone] = posterior([row("a", "abcd", counts=counts)], confidence=0.6)
    labelled = posterior([row(f"r{n}", "abcd", counts=counts) for n in range(8)], confidence=0.6)
    assert alone.first_error == 3
    assert [one.first_error for one in labelled] == [3] * 8
    assert {one.labels for one in labelled} == {labelled[0].labels}


def observed(done: LabelledTrajectory, *places: int) -> LabelledTrajectory:
    """Make what stands at `places` the answer of a tool."""
    steps = tuple(
        dataclasses.replace(step, kind="observation" if at in places else step.kind)
        for at, step in enumerate(done.trajectory.steps)
    )
    return dataclasses.replace(done, trajectory=dataclasses.replace(done.trajectory, steps=steps))


@pytest.mark.parametrize(
    ("places", "blamed"), [((), 2), ((2,), 1), ((1, 2), 0), ((0,), 2), ((3,), 2)]
)
def test_an_observation_is_never_blamed_but_the_step_that_it_answers(
    places: tuple[int, ...], blamed: int
) -> None:
    # Intact up to just before what is blamed, and broken after the third step.
    counts = {blamed: (6, 6), 3: (6, 0)} if blamed else {3: (6, 0)}
    [done] = posterior([observed(row("a", "abcd", counts=counts), *places)], confidence=0.6)
    assert done.first_error == blamed


@given(st.sets(st.integers(0, 4)), st.integers(1, 4))
def test_nothing_is_believed_of_observations_and_all_adds_up(places: set[int], n: int) -> None:
    solution = observed(row("a", "abcde"[: n + 1]), *places)
    [known], _ = read_evidence([solution])
    errors = error_probs(beliefs_of([known], default_prior()).joint(0))
    assert errors.sum() == pytest.approx(1.0)
    assert all(errors[at] < 1e-200 for at in places if at <= n)


def test_an_observation_is_neither_right_nor_wrong_and_its_step_has_a_value() -> None:
    counts = {1: (8, 8), 2: (8, 8), 3: (8, 8)}
    [done] = posterior([observed(row("a", "abcd", "valid", counts=counts), 1)])
    assert corrects(done) == [True, None, True, True]
    assert [label.correct_prob is None for label in done.labels] == [False, True, False, False]
    assert all(label.value is not None for label in done.labels)


def test_a_reply_that_was_cut_says_nothing_of_a_solution_that_begins_like_it() -> None:
    solution = row("b", "abcd", counts={1: (8, 4), 2: (8, 0), 3: (8, 0)})
    # A loop to the token limit, whose length is that of no solution.
    cut = row("a", ["a", *(f"{at}" for at in range(120))], "undecided", finish="length")
    [alone], [beside, _] = posterior([solution]), posterior([solution, cut])
    assert (alone.first_error, corrects(alone)) == (1, [True, False, None, None])
    rights = [label.correct_prob for label in beside.labels]
    assert rights == pytest.approx([label.correct_prob for label in alone.labels])
    assert (beside.first_error, corrects(beside)) == (1, corrects(alone))


@pytest.mark.parametrize("n_steps", [1, 2, 60])
@pytest.mark.parametrize("n", [10**6, 10**9])
def test_counts_of_any_size_give_probabilities(n: int, n_steps: int) -> None:
    """Neither an overflow nor a 0/0, which warnings as errors would show."""
    half = n_steps // 2
    counts = {at: (n, n if at <= half else 0) for at in range(1, n_steps)}
    split: Sequence[tuple[str, Outcome]] = [("tool", "valid"), ("tool", "invalid")]
    said: Said = {at: [*split] * 30 for at in range(n_steps)}
    [done] = posterior([row("a", [str(at) for at in range(n_steps)], counts=counts, verdicts=said)])
    sound(done)
    assert done.first_error == half
    [solution], _ = read_evidence([done])
    assert error_probs(beliefs_of([solution], default_prior()).joint(0)).sum() == pytest.approx(1)
