from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.agree import is_identity
from stepsmith.transforms.derive.differentiate import NoDerivativeError, differentiate
from stepsmith.transforms.derive.expression import express
from stepsmith.transforms.derive.points import evaluate
from stepsmith.transforms.formula.tree import Apply, Formula, Symbol
from tests.derive.reading import side


@pytest.mark.parametrize(
    ("formula", "slope"),
    [
        ("5", "0"),
        ("y", "0"),
        ("x", "1"),
        ("3x^2 - 2x + 1", "6x - 2"),
        ("a*x^3", "3a*x^2"),
        ("x*sin(x)", "sin(x) + x*cos(x)"),
        ("x/(x + 1)", "1/(x + 1)^2"),
        ("(x^2 + 1)^5", "10x*(x^2 + 1)^4"),
        ("sqrt(x)", "1/(2*sqrt(x))"),
        ("\\sqrt[3]{x}", "1/3 * x^(-2/3)"),
        ("e^{2x}", "2*e^{2x}"),
        ("\\exp(x^2)", "2x*\\exp(x^2)"),
        ("2^x", "2^x * \\ln(2)"),
        ("x^x", "x^x*(\\ln(x) + 1)"),
        ("\\ln(x^2 + 1)", "2x/(x^2 + 1)"),
        ("\\log_2(x)", "1/(x*\\ln(2))"),
        ("\\cos(3x)", "-3*\\sin(3x)"),
        ("\\tan(x)", "\\sec(x)^2"),
        ("\\cot(x)", "-\\csc(x)^2"),
        ("\\sec(x)", "\\sec(x)*\\tan(x)"),
        ("\\csc(x)", "-\\csc(x)*\\cot(x)"),
        ("\\arcsin(x/9)", "1/(9*\\sqrt{1 - x^2/81})"),
        ("\\arccos(x/9)", "-1/(9*\\sqrt{1 - x^2/81})"),
        ("\\arctan(x)", "1/(1 + x^2)"),
    ],
)
def test_formulas_are_differentiated_by_rule(formula: str, slope: str) -> None:
    assert is_identity(express(differentiate(side(formula).formula, "x")), side(slope))


@pytest.mark.parametrize("formula", ["|x|", "\\lfloor x \\rfloor", "\\log(x)", "f(x)", "x!"])
def test_what_has_no_certain_derivative_has_none(formula: str) -> None:
    with pytest.raises(NoDerivativeError):
        differentiate(side(formula).formula, "x")


def test_a_formula_that_nests_deeply_has_none() -> None:
    formula: Formula = Symbol("x")
    for _ in range(60):
        formula = Apply("sin", (formula,))
    with pytest.raises(NoDerivativeError):
        differentiate(formula, "x")


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=6), st.integers(-5, 5))
def test_a_polynomial_has_the_slope_of_its_terms(coefficients: list[int], at: int) -> None:
    text = " + ".join(f"({each})*x^{power}" for power, each in enumerate(coefficients))
    slope = differentiate(side(text).formula, "x")
    expected = sum(
        power * each * at ** (power - 1) for power, each in enumerate(coefficients) if power
    )
    if at:
        assert evaluate(slope, {"x": Fraction(at)}) == expected
