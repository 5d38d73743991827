"""A root is exact or there is none, for every number and every degree."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula.roots import rational_root, whole_root

DEGREES = st.integers(2, 12)


@given(st.integers(0, 10**40), DEGREES)
def test_the_root_of_a_power_is_its_base(base: int, degree: int) -> None:
    assert whole_root(base**degree, degree) == base


@given(st.integers(2, 10**40), DEGREES, st.sampled_from([-1, 1]))
def test_the_neighbour_of_a_power_has_no_whole_root(base: int, degree: int, by: int) -> None:
    assert whole_root(base**degree + by, degree) is None


@given(st.integers(0, 10**60), DEGREES)
def test_a_root_that_is_found_raises_to_its_number(value: int, degree: int) -> None:
    root = whole_root(value, degree)
    assert root is None or root**degree == value


@given(st.fractions(min_value=0, max_denominator=10**12), DEGREES)
def test_the_root_of_a_fraction_to_a_power_is_the_fraction(base: Fraction, degree: int) -> None:
    assert rational_root(base**degree, degree) == base


@pytest.mark.parametrize(
    ("value", "degree", "root"),
    [
        (Fraction(9, 4), 2, Fraction(3, 2)),
        (Fraction(8, 27), 3, Fraction(2, 3)),
        (Fraction(2), 2, None),
        (Fraction(1, 3), 2, None),
        (Fraction(4, 3), 2, None),
        (Fraction(-4), 2, None),
        (Fraction(-8), 3, None),  # which root of a negative number is meant, the caller says
        (16, 4, Fraction(2)),
        (Fraction(0), 5, Fraction(0)),
        (Fraction(1), 10**9, Fraction(1)),
        (Fraction(2), 10**9, None),
    ],
)
def test_only_rational_roots_of_what_is_not_negative_are_found(
    value: Fraction, degree: int, root: Fraction | None
) -> None:
    assert rational_root(value, degree) == root
