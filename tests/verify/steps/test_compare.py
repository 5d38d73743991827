from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.verify.steps.compare import Agreement, compare
from tests.verify.steps.pages import side


def agreement(left: str, right: str, *, approximate: bool = False) -> Agreement:
    return compare(side(left), side(right), approximate=approximate).agreement


@given(st.integers(1, 10**6), st.integers(1, 10**4), st.integers(1, 6))
def test_a_quotient_agrees_with_its_digits_rounded_or_cut(
    over: int, under: int, places: int
) -> None:
    exact = Fraction(over, under)
    cut = int(exact * 10**places)
    is_cut = exact * 10**places != cut
    for digits in (cut, cut + 1) if is_cut else (cut,):
        whole, rest = divmod(digits, 10**places)
        written = f"{whole}.{rest:0{places}d}"
        if exact > Fraction(3, 10**places):
            assert agreement(f"{over} / {under}", written) in {"true", "rounded"}


@given(st.integers(2, 10**6), st.integers(2, 10**4), st.integers(2, 10**4))
def test_a_quotient_does_not_agree_with_other_digits(over: int, under: int, off: int) -> None:
    exact = Fraction(over, under)
    wrong = int(exact) + 1 + off
    assert agreement(f"{over} / {under}", str(wrong)) == "false"


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_integers_agree_only_with_themselves(one: int, other: int) -> None:
    expected = "true" if one == other else "false"
    assert agreement(f"{one} * 1", str(other)) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("100 / 7", "14.6", "false"),
        ("1000 / 3", "340", "rounded"),
        ("1000 / 3", "326", "false"),
        ("2 * 50", "102", "rounded"),
        ("2 * 50", "103", "false"),
    ],
)
def test_two_percent_are_allowed_where_the_sign_says_about(
    left: str, right: str, expected: str
) -> None:
    assert agreement(left, right, approximate=True) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1/2(3)", "3/2", "true"),
        ("1/2(3)", "1/6", "otherwise"),
        ("25%", "1/4", "true"),
        ("25%", "25", "otherwise"),
        (r"2\frac{1}{2}", "5/2", "true"),
        (r"2\frac{1}{2}", "1 * 1", "otherwise"),
        ("-2^2", "-4 * 1", "true"),
        ("-2^2", "4 * 1", "otherwise"),
        (r"5 \pm 2", "3 * 1", "otherwise"),
        (r"5 \pm 2", "7 * 1", "otherwise"),
    ],
)
def test_one_reading_that_agrees_is_enough_not_to_refute_and_the_likeliest_one_to_confirm(
    left: str, right: str, expected: str
) -> None:
    assert agreement(left, right) == expected


def test_what_divides_by_zero_is_equal_to_nothing() -> None:
    compared = compare(side("1 / 0"), side("1 / 0"), approximate=False)
    assert (compared.agreement, compared.left, compared.right) == ("false", None, None)


def test_what_cannot_be_computed_is_not_judged() -> None:
    compared = compare(side("9^99999"), side("5"), approximate=False)
    assert (compared.agreement, compared.left) == ("unread", None)
