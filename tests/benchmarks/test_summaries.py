"""A share or a mean is stated with the interval that its number of cases allows."""

import pytest

from benchmarks.summaries.claims import mean_claim, share_claim


def test_a_share_has_wilsons_interval() -> None:
    claim = share_claim("right", [True] * 8 + [False] * 2, target=0.75)
    assert (claim.value, claim.holds) == (0.8, True)
    assert claim.spread == (0.4902, 0.9433)  # of 8 in 10, as in any table


def test_all_of_few_cases_is_no_certainty() -> None:
    assert share_claim("right", [True] * 3).spread == (0.4385, 1.0)


def test_a_mean_has_two_standard_errors_to_either_side() -> None:
    claim = mean_claim("error", [1.0, 2.0, 3.0], "steps", target=1.0, better="lower")
    assert (claim.value, claim.holds) == (2.0, False)
    assert claim.spread == pytest.approx((2 - 1.96 / 3**0.5, 2 + 1.96 / 3**0.5), abs=1e-4)


def test_of_one_case_no_spread_is_known() -> None:
    assert mean_claim("error", [1.5], "steps").spread == (1.5, 1.5)


def test_without_a_target_nothing_is_claimed() -> None:
    assert share_claim("right", [True, False], better="lower").holds is None
