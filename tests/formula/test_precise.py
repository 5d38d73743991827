"""Many digits: values agree with Python's floats where these reach, and with exact fractions."""

import cmath
import math
import time
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import TooLargeError, exact_value, read_formula
from stepsmith.transforms.formula.field import UnsupportedError
from stepsmith.transforms.formula.precise import evaluate, real_value
from tests.formula.written import Written, formulas

LIMIT_S = 2.5


def value(text: str, **point: Fraction) -> complex:
    return complex(evaluate(read_formula(text), point, bits=160).value)


REAL: dict[str, Callable[[float], float]] = {
    r"\sin x": math.sin,
    r"\cos x": math.cos,
    r"\tan x": math.tan,
    r"\cot x": lambda x: 1 / math.tan(x),
    r"\sec x": lambda x: 1 / math.cos(x),
    r"\csc x": lambda x: 1 / math.sin(x),
    r"\sinh x": math.sinh,
    r"\cosh x": math.cosh,
    r"\tanh x": math.tanh,
    r"\coth x": lambda x: 1 / math.tanh(x),
    r"\arctan x": math.atan,
    r"\operatorname{arcsinh} x": math.asinh,
    r"\exp x": math.exp,
    "e^x": math.exp,
    "2^x": lambda x: 2**x,
    "x^3": lambda x: x**3,
    "x^{-2}": lambda x: x**-2,
    r"|x|": abs,
    r"\lfloor x \rfloor": math.floor,
    r"\lceil x \rceil": math.ceil,
    r"\sqrt[3]{x}": math.cbrt,
    r"x\%": lambda x: x / 100,
    r"\sin(x^\circ)": lambda x: math.sin(math.radians(x)),
}


@pytest.mark.parametrize("text", REAL)
@pytest.mark.parametrize("x", [Fraction(-7, 3), Fraction(-1, 5), Fraction(2, 7), Fraction(9, 4)])
def test_real_functions_are_those_of_floats(text: str, x: Fraction) -> None:
    assert value(text, x=x) == pytest.approx(REAL[text](float(x)), rel=1e-12)


POSITIVE: dict[str, Callable[[float], float]] = {
    r"\ln x": math.log,
    r"\log_2 x": math.log2,
    r"\sqrt x": math.sqrt,
    r"x^{1/3}": lambda x: x ** (1 / 3),
    r"\arcsin(x/4)": lambda x: math.asin(x / 4),
    r"\arccos(x/4)": lambda x: math.acos(x / 4),
    "x!": lambda x: math.gamma(x + 1),
    r"\binom{x}{2}": lambda x: x * (x - 1) / 2,
}


@pytest.mark.parametrize("text", POSITIVE)
@pytest.mark.parametrize("x", [Fraction(1, 9), Fraction(5, 4), Fraction(10, 3)])
def test_functions_of_positive_numbers_are_those_of_floats(text: str, x: Fraction) -> None:
    assert value(text, x=x) == pytest.approx(POSITIVE[text](float(x)), rel=1e-12)


COMPLEX = {
    "i^2": -1,
    r"\sqrt{-4}": 2j,
    r"e^{i\pi/2}": 1j,
    r"\ln(-1)": cmath.log(-1),
    r"(1+i)^4": -4,
    r"|3-4i|": 5,
    r"i^i": cmath.exp(-cmath.pi / 2),
    r"\arcsin 2": cmath.asin(2).conjugate(),
    r"(-4)^{1/2}": 2j,
    r"\sqrt[3]{-8}": -2,
    r"\sqrt[4]{-16}": cmath.sqrt(2) + 1j * cmath.sqrt(2),
}


@pytest.mark.parametrize(("text", "expected"), COMPLEX.items())
def test_complex_values_are_principal_ones(text: str, expected: complex) -> None:
    found = value(text)
    if text == r"\arcsin 2":
        found = complex(found.real, abs(found.imag))
        expected = complex(expected.real, abs(expected.imag))
    assert found == pytest.approx(expected, abs=1e-12)


@given(formulas)
def test_digits_agree_with_exact_values(formula: Written) -> None:
    read = read_formula(formula.latex)
    exact = exact_value(read)
    assert exact is not None
    try:
        found = complex(evaluate(read, {}, bits=2_500).value)
    except (UnsupportedError, TooLargeError, OverflowError):
        return
    assert found == pytest.approx(complex(exact), rel=1e-12)


UNDEFINED = [
    *("1/0", "0^0", "0^{-1}", r"\ln 0", r"\tan x + \infty", r"\infty", "x", r"\cot 0", "(-1)!"),
    *("(-8)^{1/3}", r"\sqrt[x]{8}", r"\sqrt[-2]{8}", r"\sqrt[1/2]{8}", r"\lfloor i \rfloor"),
    *("(1, 2)", "5 cm", "f(2)", r"\pm 1", "x = 1", r"\lfloor \sqrt{x} \rfloor"),
]


@pytest.mark.parametrize("text", UNDEFINED)
def test_what_has_no_one_value_is_unsupported(text: str) -> None:
    with pytest.raises(UnsupportedError):
        evaluate(read_formula(text), {}, bits=100)


HUGE = [
    r"e^{10^{400}}",
    r"\sin(10^{400})",
    r"\arctan(10^{400})",
    r"2^{\pi \cdot 10^{400}}",
    r"(10^5 + 1/2)!",
]
HUGE += [r"\pi^{10^{20}}", r"\cosh(10^{350})"]


@pytest.mark.parametrize("text", HUGE)
def test_what_would_take_too_many_digits_is_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises((TooLargeError, UnsupportedError)):
        evaluate(read_formula(text), {}, bits=200)
    assert time.process_time() - began < LIMIT_S


def test_what_is_real_all_the_way_is_said_to_be() -> None:
    assert evaluate(read_formula(r"\sqrt 2"), {}, bits=100).real
    assert not evaluate(read_formula(r"\sqrt{-2}"), {}, bits=100).real
    assert not evaluate(read_formula(r"\sqrt{-2}^2"), {}, bits=100).real


KNOWN = {r"\pi": math.pi, "e": math.e, r"\sqrt2": math.sqrt(2), r"-\ln 3": -math.log(3)}


@pytest.mark.parametrize(("text", "expected"), KNOWN.items())
def test_a_real_constant_has_its_value_to_many_places(text: str, expected: float) -> None:
    found = real_value(read_formula(text))
    assert found is not None
    assert float(found) == pytest.approx(expected, rel=1e-15)
    assert found.denominator <= 2**128


@pytest.mark.parametrize("text", [r"\sqrt{-4}", "i", r"e^{i}", r"10^{10000}\pi"])
def test_a_constant_that_is_not_real_or_huge_has_no_real_value(text: str) -> None:
    assert real_value(read_formula(text)) is None


def test_a_constant_too_small_to_write_is_zero() -> None:
    assert real_value(read_formula(r"10^{-300}\pi")) == 0


@given(st.integers(2, 10**6), st.integers(2, 10**6))
def test_a_root_and_its_square_agree(a: int, b: int) -> None:
    found = real_value(read_formula(rf"\sqrt{{\frac{{{a}}}{{{b}}}}}"))
    assert found is not None
    assert abs(found * found - Fraction(a, b)) < Fraction(1, 2**100)
