"""Wilson's interval, against published values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.pipelines.audit.interval import Rate, harmonic_mean, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_the_interval_is_the_published_one(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_share_lies_in_its_interval_and_the_interval_in_zero_to_one(a: int, b: int) -> None:
    rate = Rate(min(a, b), max(a, b))
    low, high = rate.interval
    assert 0 <= low <= (rate.value or 0) <= high <= 1 or rate.of == 0


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_of_the_rest_is_the_mirror_image(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert wilson(more, hits + more) == pytest.approx((1 - high, 1 - low))


def test_no_case_says_nothing() -> None:
    assert Rate(0, 0).value is None
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_the_harmonic_mean_is_zero_where_one_share_is() -> None:
    assert harmonic_mean(0.0, 0.0) == harmonic_mean(0.0, 1.0) == 0.0
    assert harmonic_mean(0.5, 1.0) == pytest.approx(2 / 3)
