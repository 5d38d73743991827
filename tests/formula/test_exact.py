"""Exact values: what is rational is computed, what is too large is refused first."""

from fractions import Fraction

import pytest

from stepsmith.transforms.formula import TooLargeError, brief, exact_value, read_formula

RATIONAL = {
    "7": 7,
    "-7": -7,
    "1/2": Fraction(1, 2),
    "-2^2": -4,
    "2^10": 1024,
    "2**10": 1024,
    "2 1/2": Fraction(5, 2),
    r"2\frac{1}{2}": Fraction(5, 2),
    "2½": Fraction(5, 2),
    "1,234.5": Fraction(2469, 2),
    "1e-5": Fraction(1, 100_000),
    r"1.2 \times 10^{-3}": Fraction(3, 2500),
    "50%": Fraction(1, 2),
    r"50\%": Fraction(1, 2),
    r"\frac43\cdot(2)^3": Fraction(32, 3),
    r"\sqrt{9/4}": Fraction(3, 2),
    "8^{1/3}": 2,
    "8^{2/3}": 4,
    r"\sqrt[3]{-8}": -2,
    r"\cos 60^\circ": Fraction(1, 2),
    r"\sin(\pi/6)": Fraction(1, 2),
    r"\tan\frac{3\pi}{4}": -1,
    r"\sec 60^\circ": 2,
    r"\cos\pi": -1,
    r"\log_2 8": 3,
    r"\log_8 2": Fraction(1, 3),
    r"2^{10} \bmod 7": 2,
    "-7 mod 3": 2,
    r"\lfloor -3.7 \rfloor": -4,
    r"\lceil 3.2 \rceil": 4,
    r"\gcd(12, 18)": 6,
    "lcm(4, 6)": 12,
    "max(1, 5, 3)": 5,
    "5!": 120,
    "7!!": 105,
    r"\binom{5}{2}": 10,
    "|-3|": 3,
    "|2-|3-7||": 2,
    r"\left|-3\right|": 3,
    "101_2": 5,
    "4210_{5}": 555,
    r"0.\overline{3}": Fraction(1, 3),
    r"0.1\overline{6}": Fraction(1, 6),
    r"\sum_{k=1}^{10} k^2": 385,
    r"\prod_{k=1}^{5} k": 120,
    "5--9": 14,
}


@pytest.mark.parametrize(("text", "value"), RATIONAL.items())
def test_what_is_rational_is_computed(text: str, value: Fraction | int) -> None:
    assert exact_value(read_formula(text)) == value


@pytest.mark.parametrize(
    "text",
    [r"\sqrt{2}", r"\pi", "x", "x - x", r"\sqrt{-4}", "1/0", "0^0", r"\sin 1", r"\ln 2", "e"],
)
def test_what_is_not_rational_or_not_defined_has_no_value(text: str) -> None:
    assert exact_value(read_formula(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "9^{9^{9}}",
        "2^{10^{10}}",
        "7^{123456789}",
        "10000000!",
        r"\binom{1000000}{500000}",
        r"\prod_{k=1}^{10000000} k",
        r"\sum_{k=1}^{1000000000} k^2",
        "100000!!",
    ],
)
def test_what_is_too_large_is_refused_before_it_is_computed(text: str) -> None:
    with pytest.raises(TooLargeError):
        exact_value(read_formula(text))


def test_a_value_is_written_briefly_however_large() -> None:
    assert brief(Fraction(-7, 3)) == "-7/3"
    assert brief(Fraction(-(10**400))) == "-1.00000e+400"
    assert brief(Fraction(1, 10**400)) == "1.00000e-400"
    value = exact_value(read_formula("1/2004!"))
    assert value is not None
    assert brief(value).endswith("e-5749")
