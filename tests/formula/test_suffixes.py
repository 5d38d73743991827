r"""Powers, subscripts, factorials, percent signs and degrees: what each stands after."""

import pytest

from stepsmith.transforms.formula import UnreadableError, read_formula
from tests.formula.shown import reading

READINGS = {
    "x^2": "^(x, 2)",
    "x**2": "^(x, 2)",
    "x^{2}": "^(x, 2)",
    "x^-1": "^(x, -1)",
    "x^-y": "^(x, neg(y))",
    "x^{-1}y": "*(^(x, -1), y)",
    "2^3^2": "^(2, ^(3, 2))",
    "2^{3^2}": "^(2, ^(3, 2))",
    "(2^3)^2": "^(^(2, 3), 2)",
    "-2^2": "neg(^(2, 2))",
    "(-2)^2": "^(-2, 2)",
    "2^-2^2": "^(2, neg(^(2, 2)))",
    "x^yz": "*(^(x, y), z)",
    r"x^\pi": "^(x, pi)",
    r"x^\frac12": "^(x, /(1, 2))",
    "x^(1/2)": "^(x, /(1, 2))",
    "x_1": "x_1",
    "x_{12}": "x_12",
    "x_{n+1}": "x_n+1",
    "x_n + 1": "+(x_n, 1)",
    "x_i^2": "^(x_i, 2)",
    "x^2_1": "^(x_1, 2)",
    r"v_{\text{max}}": "v_max",
    r"x_\alpha": "x_alpha",
    "x'": "x'",
    "x''": "x''",
    "3!": "factorial(3)",
    "3!!": "double-factorial(3)",
    "(3!)!": "factorial(factorial(3))",
    "x^{2}!": "factorial(^(x, 2))",
    "2n!": "*(2, factorial(n))",
    "n!/2!": "/(factorial(n), factorial(2))",
    "50%": "percent(50)",
    r"50\%": "percent(50)",
    "50 percent": "percent(50)",
    "50 pct": "percent(50)",
    "50% + 1": "+(percent(50), 1)",
    "50% of x": "*(percent(50), x)",
    r"30^\circ": "degree(30)",
    r"30^{\circ}": "degree(30)",
    r"30\degree": "degree(30)",
    "30°": "degree(30)",
    "30 degrees": "degree(30)",
    "1 degree": "degree(1)",
    "f(x)": "call(f, x)",
    "f'(x)": "call(f', x)",
    "f^{-1}(x)": "call(f^-1, x)",
    "f^{-1}(x + 1)": "call(f^-1, +(x, 1))",
    "g^-1(3)": "call(g^-1, 3)",
    "h^2(3r - h)": "*(^(h, 2), +(*(3, r), neg(h)))",
    "f^2": "^(f, 2)",
    "f^2 x": "*(^(f, 2), x)",
    "x^{-1}(y)": "*(^(x, -1), y)",
}


@pytest.mark.parametrize(("text", "tree"), READINGS.items())
def test_suffixes_belong_to_what_they_follow(text: str, tree: str) -> None:
    assert reading(text) == tree


REFUSED = [
    *("x^", "x^+", "x^)", "x**", "x^*2", "^2", "x^{2", "x^{}", "2^3!", "x^2!", "3!!!", "!3"),
    *("x_", "x_+", "x_{", "x_{1", "5_x", "(x)_1", "x^2_", "2^3_1"),
    *(
        "%",
        "5%3",
        "5 % x",
        r"^\circ",
        "x^?",
        "x^#",
        "x^日",
        "x^word",
        "5^{th}",
        "n^{th}",
        "1^{st}",
        "3" + r"\%" * 30,
    ),
    *("f^2(x)", "g^2(3)", "h^{3}(x)"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_suffixes_of_nothing_or_of_either_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_formula(text)
