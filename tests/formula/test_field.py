"""The prime field keeps sums, products and roots, and refuses what it cannot map."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import read_formula
from stepsmith.transforms.formula.field import PRIME, UnsupportedError, field_value, square_root

whole = st.integers(-(10**6), 10**6)


def image(text: str, **point: int) -> int:
    return field_value(read_formula(text), point)


def test_the_prime_is_one_and_has_the_roots_that_are_needed() -> None:
    assert all(pow(witness, PRIME - 1, PRIME) == 1 for witness in (2, 3, 5, 7, 11))
    assert PRIME % 8 == 1
    for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, PRIME - 1):
        root = square_root(prime)
        assert root is not None
        assert root * root % PRIME == prime


@given(whole, whole, whole)
def test_the_image_of_a_polynomial_is_its_value(a: int, b: int, x: int) -> None:
    assert image(f"({a})x^2 + ({b})x - 1", x=x % PRIME) == (a * x * x + b * x - 1) % PRIME


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_roots_multiply(a: int, b: int) -> None:
    try:
        apart = image(rf"\sqrt{{{a}}} \cdot \sqrt{{{b}}}")
        together = image(rf"\sqrt{{{a * b}}}")
    except UnsupportedError:
        return
    assert apart == together
    assert apart * apart % PRIME == a * b


@given(st.integers(1, 10**6))
def test_the_root_of_a_square_is_positive(a: int) -> None:
    assert image(rf"\sqrt{{{a * a}}}") == a
    assert image(rf"\sqrt{{{-a * a}}}") == image(f"{a}i")


@pytest.mark.parametrize(
    "text",
    [
        r"\sin x",
        "2^x",
        r"\sqrt{x}",
        r"\sqrt[3]{2}",
        "1/(x - x)",
        "0^0",
        f"{2**60}",
        "x^{1000000000}",
        "((x^{2000})^{2000})^2",
        "y",
        r"\infty",
        r"\{1\}",
    ],
)
def test_what_has_no_image_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedError):
        image(text, x=12345)


def test_powers_are_those_of_the_field() -> None:
    assert image("x^{-2}", x=7) == pow(7, -2, PRIME)
    assert image("8^{1/2}") == image(r"2\sqrt2")
    assert image(r"50\%") == image("1/2")
    assert image("5!") == math.factorial(5)
