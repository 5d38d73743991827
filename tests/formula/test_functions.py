r"""Functions: which factors are the argument, and where people differ about it."""

import pytest

from stepsmith.transforms.formula import UnreadableError, read_formula
from stepsmith.transforms.formula.symbols import FUNCTIONS
from tests.formula.shown import reading

READINGS = {
    r"\sin x": "sin(x)",
    "sin x": "sin(x)",
    "sin(x)": "sin(x)",
    r"\sin(x)^2": "^(sin(x), 2)",
    r"\sin^2(x)": "^(sin(x), 2)",
    r"\sin^{2} x": "^(sin(x), 2)",
    r"\sin^{-2} x": "^(sin(x), -2)",
    r"\cos^{-1}(x)": "acos(x)",
    r"\tanh^{-1} x": "atanh(x)",
    r"\arcsin x": "asin(x)",
    r"\sin x^2": "sin(^(x, 2))",
    r"\sin 2x": "sin(*(2, x))",
    r"\sin 2xy": "sin(*(2, x, y))",
    r"\sin -x": "sin(neg(x))",
    r"\sin x + 1": "+(sin(x), 1)",
    r"\sin x \cdot y": "*(sin(x), y)",
    r"\sin x \cos y": "*(sin(x), cos(y))",
    r"\sin\cos x": "sin(cos(x))",
    r"\sin{x}y": "*(sin(x), y)",
    r"\sin(x)y": "*(sin(x), y)",
    r"\sin(x)(y)": "*(sin(x), y)",
    r"\sin x/2": "/(sin(x), 2)",
    r"\sin x / \cos x": "/(sin(x), cos(x))",
    r"\sin(\pi/3)": "sin(/(pi, 3))",
    r"\cos(\pi)/3": "/(cos(pi), 3)",
    r"\cos \frac{\pi}{3}": "cos(/(pi, 3))",
    r"\sin 2(x + 1)": "sin(*(2, +(x, 1)))",
    r"\sin 2\pi(x + 1)": "sin(*(2, pi, +(x, 1)))",
    r"\sin 30^\circ": "sin(degree(30))",
    r"\ln x": "ln(x)",
    r"\ln(x + 1)": "ln(+(x, 1))",
    r"\ln^2 x": "^(ln(x), 2)",
    r"\log x": "log(x)",
    r"\log_2 8": "log(2, 8)",
    r"\log_28": "log(2, 8)",
    r"\log_327": "log(3, 27)",
    r"\log_{27}9": "log(27, 9)",
    r"\log_b x": "log(b, x)",
    r"\log_2^3 x": "^(log(2, x), 3)",
    r"\log_10 x": "log(10, x)",
    "log_10(x)": "log(10, x)",
    "log_27(9)": "log(27, 9)",
    "log_2(9)": "log(2, 9)",
    "log2(9)": "log(2, 9)",
    "log₂ 8": "log(2, 8)",
    r"\lg x": "log(10, x)",
    "exp(2x)": "exp(*(2, x))",
    r"\gcd(4, 6, 8)": "gcd(4, 6, 8)",
    r"\max\{1, 2\}": "max(1, 2)",
    "abs(x)": "abs(x)",
    "floor(2.5)": "floor(5/2)",
    "ceiling(2.5)": "ceil(5/2)",
    "cbrt(x)": "root(3, x)",
    "binom(5, 2)": "binom(5, 2)",
    "tg x": "tan(x)",
    r"\sum_{k=1}^n k^2": "sum(k, 1, n, ^(k, 2))",
    r"\sum_{k=1}^{3} k + 1": "+(sum(k, 1, 3, k), 1)",
    r"\sum_{k=1}^{3} (k + 1)": "sum(k, 1, 3, +(k, 1))",
    r"\prod_{j=0}^{2} 2j": "prod(j, 0, 2, *(2, j))",
}


@pytest.mark.parametrize(("text", "tree"), READINGS.items())
def test_functions_take_their_argument(text: str, tree: str) -> None:
    assert reading(text) == tree


REFUSED = [
    *(r"\sin", r"\sin +", r"\sin()", r"\sin(1, 2)", r"\sin_2 x", r"\sin 2 3", r"\sin x 3"),
    *(r"\ln^{-1} x", r"\log^{-1} x", r"\gcd(4)", r"\max 3", r"\log_", r"\log_{2", "binom(5)"),
    *(r"\sum k", r"\sum_{k}^{3} k", r"\sum_{k=1} k", r"\sum_{2=1}^3 k", r"\sum_{k=1}^{3}"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_functions_without_their_argument_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        r"\sin x (1 - \cos x)",
        r"\cos\theta(2\cos\theta - 1)",
        r"\ln x(x + 1)",
        r"\sin 2x(y)",
        "sin x (x)",
        r"\cos \pi/3",
        r"\sin 2\pi/3",
        "cos pi/3",
        r"\log_27(9)",
        r"\log_125 5x",
        r"\log_16(4)",
    ],
)
def test_what_may_or_may_not_belong_to_the_argument_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"function|base"):
        read_formula(text)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"sqrt", "binom", "gcd", "lcm"}))
def test_a_function_of_plain_text_is_that_of_latex(name: str) -> None:
    arguments = "(x, y)" if name in {"max", "min"} else "(x)"
    assert reading(name + arguments) == reading(f"\\{name}{arguments}")
