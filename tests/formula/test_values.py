r"""Values: equal functions are equal, others are not, and no stage contradicts another."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import compare, exact_value, read_formula
from stepsmith.transforms.formula.field import PRIME, UnsupportedError, field_value
from stepsmith.transforms.formula.nearness import compare_at
from stepsmith.transforms.formula.tree import Number, same
from stepsmith.transforms.formula.values import compare_values, infinity_sign
from tests.formula.written import Written, formulas, polynomials

fractions = st.fractions(-50, 50, max_denominator=40)


@given(formulas)
def test_the_field_never_contradicts_an_exact_value(formula: Written) -> None:
    read = read_formula(formula.latex)
    try:
        image = field_value(read, {})
    except UnsupportedError:
        return
    below = pow(formula.value.denominator, -1, PRIME)
    assert image == formula.value.numerator * below % PRIME


@given(formulas, formulas)
def test_exact_values_decide_alone(one: Written, other: Written) -> None:
    expected = "equal" if one.value == other.value else "different"
    assert compare_values(read_formula(one.latex), read_formula(other.plain)) == expected


@given(fractions, fractions)
def test_digits_tell_fractions_apart_however_near(one: Fraction, other: Fraction) -> None:
    expected = "equal" if one == other else "different"
    assert compare_at(Number(one), Number(other), {}, real=True) == expected
    near = Number(one + Fraction(1, 10**80))
    assert compare_at(Number(one), near, {}, real=True) == "different"


@given(polynomials, polynomials)
def test_a_quotient_times_its_divisor_is_the_dividend(above: str, below: str) -> None:
    if exact_value(read_formula(below.replace("x", "(1/3)"))) in {0, None}:
        return
    quotient = read_formula(rf"\frac{{{above}}}{{{below}}} \cdot ({below})")
    assert compare(quotient, read_formula(above)) in {"equal", "unknown"}
    assert compare(quotient, read_formula(f"({above}) + 1")) != "equal"


@given(st.integers(-1000, 1000), st.integers(1, 50))
def test_an_absolute_value_is_neither_branch_alone(shift: int, factor: int) -> None:
    bars = read_formula(f"|{factor}x - ({shift})|")
    assert compare(bars, read_formula(f"|({shift}) - {factor}x|")) == "equal"
    assert compare(bars, read_formula(f"{factor}x - ({shift})")) == "different"
    assert compare(bars, read_formula(f"({shift}) - {factor}x")) == "different"


@given(formulas)
def test_a_tree_is_like_itself_and_equal_to_itself(formula: Written) -> None:
    one, other = read_formula(formula.latex), read_formula(formula.latex)
    assert same(one, other)
    assert compare(one, other) == "equal"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        (r"\infty", 1),
        (r"-\infty", -1),
        (r"+\infty", 1),
        (r"--\infty", 1),
        ("5", 0),
        ("x", 0),
        (r"\infty + 1", 0),
    ],
)
def test_the_infinities_have_their_sign(text: str, sign: int) -> None:
    assert infinity_sign(read_formula(text)) == sign


TABLE = [
    (r"\infty", r"\infty", "equal"),
    (r"\infty", r"-\infty", "different"),
    (r"\infty", "7", "different"),
    (r"\infty", "x", "unknown"),
    (r"\log 100", r"\log 10 + \log 10", "equal"),
    (r"\log 100", "2", "unknown"),
    (r"\log x", r"\log y", "different"),
    (r"\log x^2", r"2\log x", "equal"),
    ("f(x) + f(x)", "2f(x)", "equal"),
    ("f(x)", "f(y)", "unknown"),
    ("f(x)", "g(x)", "unknown"),
    ("f(x)", "5", "unknown"),
    (r"\overline{z} + 1", r"1 + \overline{z}", "equal"),
    (r"\sqrt{x}", r"\sqrt{y}", "different"),
    (r"\sqrt{-x^2 - 1}", "1", "unknown"),
    (r"\sqrt{x}\sqrt{x}", "x", "equal"),
    (r"\sqrt{x^2 + 1}", r"\sqrt{1 + x^2}", "equal"),
    (r"\sqrt{x^2 + 1}", "x", "different"),
    (r"\frac{|x|}{x}", "1", "different"),
    (r"|x|^2", "x^2", "equal"),
    (r"\lfloor x \rfloor", "x", "different"),
    (r"\lceil x \rceil", r"-\lfloor -x \rfloor", "equal"),
    ("x!", "x(x-1)!", "equal"),
    (r"\frac{x^2-1}{x-1}", "x + 1", "equal"),
    ("(x+i)^2", "x^2 + 2ix - 1", "equal"),
    (r"e^{ix}", r"\cos x + i\sin x", "equal"),
    (r"e^{ix}", r"\cos x - i\sin x", "different"),
    (r"\pi", "22/7", "different"),
    (r"\sqrt{2} + \sqrt{3}", r"\sqrt{5 + 2\sqrt{6}}", "equal"),
    (r"\sqrt{2} + \sqrt{3}", "3.14626436994198", "different"),
]


@pytest.mark.parametrize(("one", "other", "outcome"), TABLE)
def test_values_are_compared(one: str, other: str, outcome: str) -> None:
    assert compare(read_formula(one), read_formula(other)) == outcome
    assert compare(read_formula(other), read_formula(one)) == outcome
