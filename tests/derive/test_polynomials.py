from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.polynomials import (
    NotRationalError,
    Polynomial,
    common,
    divide,
    numerator,
    remainder,
)
from tests.derive.reading import equation

ROOTS = st.lists(st.integers(-6, 6), max_size=4)


def of(text: str) -> Polynomial:
    left, right = equation(text)
    return numerator(left.formula, right.formula, "x")


def value_at(polynomial: Polynomial, at: Fraction) -> Fraction:
    return sum((each * at**power for power, each in enumerate(polynomial)), Fraction(0))


def with_roots(roots: list[int]) -> Polynomial:
    found: Polynomial = (Fraction(1),)
    for root in roots:
        raised = (Fraction(0), *found)
        scaled = (*(root * each for each in found), Fraction(0))
        found = tuple(a - b for a, b in zip(raised, scaled, strict=True))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x + 3 = 7", (-4, 2)),
        ("x^2 = 4", (-4, 0, 1)),
        ("(x + 1)(x - 2) = 0", (-2, -1, 1)),
        ("x = x", ()),
        ("3 = 3x^2 - x(3x)", (3,)),
        ("-x = 2", (-2, -1)),
        ("\\frac{x}{2} + \\frac{x}{3} = 5", (-30, 5)),
        ("\\frac{1}{x} = 2", (1, -2)),
        ("x^{-1} = 2", (1, -2)),
        ("\\frac{1}{x} = \\frac{2}{x}", (-1,)),
    ],
)
def test_the_numerator_of_the_difference_is_read(text: str, expected: tuple[int, ...]) -> None:
    found = of(text)
    scale = found[-1] / expected[-1] if expected else 1
    assert found == tuple(scale * each for each in expected)


@pytest.mark.parametrize(
    "text",
    [
        "\\sqrt{x} = 2",
        "x^y = 2",
        "x + y = 2",
        "x^{40} = 2",
        "2^x = 4",
        "x/0 = 3",
        "\\pi x = 2",
        "x^{1/2} = 3",
        "(x + 1)^{7}(x - 1)^{7} = 0",
        "0^{-1} = x",
    ],
)
def test_what_is_no_small_rational_function_is_refused(text: str) -> None:
    with pytest.raises(NotRationalError):
        of(text)


@given(ROOTS, st.integers(-6, 6))
def test_a_polynomial_vanishes_at_its_roots_alone(roots: list[int], at: int) -> None:
    assert (value_at(with_roots(roots), Fraction(at)) == 0) == (at in roots)


@given(ROOTS, ROOTS)
def test_the_common_divisor_vanishes_where_both_do(one: list[int], other: list[int]) -> None:
    shared = common(with_roots(one), with_roots(other))
    for at in range(-6, 7):
        assert (value_at(shared, Fraction(at)) == 0) == (at in one and at in other)


@given(ROOTS, ROOTS)
def test_division_gives_back_quotient_and_remainder(one: list[int], other: list[int]) -> None:
    dividend, divisor = with_roots(one), with_roots(other)
    quotient, rest = divide(dividend, divisor)
    assert rest == remainder(dividend, divisor)
    assert len(rest) < len(divisor)
    for at in range(3):
        whole = value_at(quotient, Fraction(at)) * value_at(divisor, Fraction(at))
        assert whole + value_at(rest, Fraction(at)) == value_at(dividend, Fraction(at))
