"""A whole is as good as its worst part, an element as its best partner."""

import itertools
from typing import get_args

import pytest

from stepsmith.transforms.verify.answers.comparison import Comparison, best, worst

ALL: tuple[Comparison, ...] = get_args(Comparison)


@pytest.mark.parametrize("one", ALL)
def test_one_comparison_is_its_own_best_and_worst(one: Comparison) -> None:
    assert (best([one]), worst([one])) == (one, one)


def test_one_difference_makes_a_whole_different_and_one_equal_partner_is_enough() -> None:
    for one in ALL:
        assert worst([one, "different"]) == "different"
        assert best([one, "same"]) == "same"


def test_nothing_certain_is_said_beside_what_is_unknown() -> None:
    for one in ("same", "rounded", "converted"):
        assert worst([one, "unknown"]) == "unknown"
    for one in ("rounded", "converted", "different"):
        assert best([one, "unknown"]) == "unknown"


def test_order_and_number_do_not_count() -> None:
    for parts in itertools.permutations(ALL, 3):
        assert worst(parts) == worst([*parts, *parts[::-1]])
        assert best(parts) == best(sorted(parts))


def test_a_whole_of_no_parts_is_the_same_and_no_partner_is_a_difference() -> None:
    assert worst([]) == "same"
    assert best([]) == "different"
