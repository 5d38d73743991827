import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.pipelines.dependence.auc import auc_of


def by_pairs(labels: list[bool], scores: list[float]) -> float:
    """Count every pair of a true and a false example, as the definition says."""
    won = [
        1.0 if true > false else 0.5 if true == false else 0.0
        for true, truth in zip(scores, labels, strict=True)
        for false, other in zip(scores, labels, strict=True)
        if truth and not other
    ]
    return sum(won) / len(won)


scored = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30).filter(
    lambda rows: len({label for label, _ in rows}) == 2
)


@given(rows=scored)
def test_it_is_the_share_of_pairs_in_the_right_order_ties_half(
    rows: list[tuple[bool, int]],
) -> None:
    labels = [label for label, _ in rows]
    scores = [score / 7 for _, score in rows]
    groups = [str(index) for index in range(len(rows))]
    found = auc_of(labels, np.array(scores), groups, resamples=10)
    assert found.value == pytest.approx(by_pairs(labels, scores))


def test_whole_groups_are_resampled() -> None:
    # Two kinds of groups: with independent rows the interval would be far narrower.
    labels = [True, False] * 40
    groups = [str(index // 20) for index in range(80)]
    scores = np.array([1.0, 0.0] * 20 + [0.0, 1.0] * 20)
    found = auc_of(labels, scores, groups, resamples=500)
    assert found.value == 0.5
    assert found.low == 0.0
    assert found.high == 1.0


def test_groups_that_each_balance_have_no_width() -> None:
    labels = [True, False, False, True] * 5
    groups = [str(index // 4) for index in range(20)]
    found = auc_of(labels, np.array([0.3, 0.3, 0.7, 0.7] * 5), groups, resamples=100)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def test_scores_that_differ_by_rounding_are_ties() -> None:
    found = auc_of([True, False], np.array([0.1 + 0.2, 0.3]), ["a", "b"], resamples=10)
    assert found.value == 0.5


def test_one_label_has_no_auc() -> None:
    with pytest.raises(ValueError, match="both labels"):
        auc_of([True, True], np.array([0.0, 1.0]), ["a", "b"], resamples=10)


def test_the_same_rows_give_the_same_interval() -> None:
    labels = [True, False, True, False, False]
    scores = np.array([0.9, 0.8, 0.2, 0.4, 0.1])
    groups = ["a", "a", "b", "b", "c"]
    assert auc_of(labels, scores, groups, resamples=50) == auc_of(
        labels, scores, groups, resamples=50
    )
