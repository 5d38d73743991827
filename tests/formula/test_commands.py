r"""LaTeX commands: what belongs to each as its argument, and what is no argument."""

import pytest

from stepsmith.transforms.formula import UnreadableError, read_formula
from tests.formula.shown import reading

READINGS = {
    r"\frac{1}{2}": "/(1, 2)",
    r"\frac{1+x}{2}": "/(+(1, x), 2)",
    r"\frac12": "/(1, 2)",
    r"\frac1{23}": "/(1, 23)",
    r"\frac{12}3": "/(12, 3)",
    r"\frac ab": "/(a, b)",
    r"\frac\pi2": "/(pi, 2)",
    r"\frac{\sqrt3}2": "/(sqrt(3), 2)",
    r"\frac\sqrt{3}{2}": "/(sqrt(3), 2)",
    r"\frac12x": "*(/(1, 2), x)",
    r"\frac{1}{2}^2": "^(/(1, 2), 2)",
    r"\dfrac{\frac12}{3}": "/(/(1, 2), 3)",
    r"\tfrac{d}{d + 1}": "/(d, +(d, 1))",
    r"\frac{ad}{bd}": "/(*(a, d), *(b, d))",
    r"\frac{d_1}{d_2}": "/(d_1, d_2)",
    r"\frac{d}{2}": "/(d, 2)",
    r"\frac{d}{d}": "/(d, d)",
    r"\frac{1}{dx}": "/(1, *(d, x))",
    r"\binom{n}{k}": "binom(n, k)",
    r"\dbinom{n}2": "binom(n, 2)",
    r"\tbinom nk": "binom(n, k)",
    r"\sqrt{x+1}": "sqrt(+(x, 1))",
    r"\sqrt x": "sqrt(x)",
    r"\sqrt2x": "*(sqrt(2), x)",
    r"\sqrt(12)": "sqrt(12)",
    r"\sqrt\pi": "sqrt(pi)",
    r"\sqrt[3]{8}": "root(3, 8)",
    r"\sqrt[n+1]{x}": "root(+(n, 1), x)",
    r"\sqrt{\sqrt{x}}": "sqrt(sqrt(x))",
    r"\sqrt{x}^2": "^(sqrt(x), 2)",
    "√(x + 1)": "sqrt(+(x, 1))",
    "√(2)²": "^(sqrt(2), 2)",
    "2√3": "*(2, sqrt(3))",
    "3²√2": "*(^(3, 2), sqrt(2))",
    "√x": "sqrt(x)",
    "√√16": "sqrt(sqrt(16))",
    "∛27": "root(3, 27)",
    r"\overline{z}": "call(overline, z)",
    r"\vec v": "call(vec, v)",
    r"\hat{x} + \bar y": "+(call(hat, x), call(bar, y))",
    "$5": "5 [dollar]",
    r"\$5.50": "11/2 [dollar]",
    "€5": "5 [euro]",
    "£1,200": "1200 [pound]",
    r"\begin{pmatrix}1\end{pmatrix}": "matrix(row1)",
    r"\begin{pmatrix}1\\2\\\end{pmatrix}": "matrix(row1; row2)",
    r"\begin{bmatrix}a&b\\c&d\end{bmatrix}": "matrix[rowa; b; rowc; d]",
    r"\begin{array}{c|c}1&2\end{array}": "matrix(row1; 2)",
    r"2\begin{pmatrix}x\\y\end{pmatrix}": "*(2, matrix(rowx; rowy))",
}


@pytest.mark.parametrize(("text", "tree"), READINGS.items())
def test_commands_take_their_arguments(text: str, tree: str) -> None:
    assert reading(text) == tree


REFUSED = [
    *(r"\frac", r"\frac{1}", r"\frac1", r"\frac{}{2}", r"\frac{1}{2", r"\frac123", r"\frac+2"),
    *(r"\binom5", r"\sqrt", r"\sqrt{}", r"\sqrt[3]", r"\sqrt[3", r"\sqrt 12", r"\sqrt+2"),
    *("√", "√+", "∛)", "√?", "√日", r"\overline", r"\vec+", "$", "$x", "€", r"\$-5"),
    *(r"\begin{pmatrix}1", r"\begin{pmatrix}1\\2", r"\begin{pmatrix}&\end{pmatrix}"),
    *(r"\begin{cases}1\end{cases}", r"\begin{array}{cc", r"\end{pmatrix}"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_commands_without_their_arguments_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{dy}{dx}",
        r"\frac{d}{dx}",
        r"\frac{d}{dx} x^2",
        r"\frac{d^2y}{dx^2}",
        r"\frac{d^2}{dt^2}",
        r"\frac{dA}{dt} = 3",
        r"\dfrac{dV}{dr}",
    ],
)
def test_a_derivative_is_no_quotient_of_products(text: str) -> None:
    with pytest.raises(UnreadableError, match="derivative"):
        read_formula(text)


@pytest.mark.parametrize("text", ["√x²", "√2²", "2√3²", "2³√8", "x + 1⁴√16", "∛2²"])
def test_a_power_beside_a_radical_sign_may_belong_to_either(text: str) -> None:
    with pytest.raises(UnreadableError, match="root"):
        read_formula(text)
