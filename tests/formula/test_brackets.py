r"""Brackets: what kind of collection each pair makes, and which pairs match."""

import pytest

from stepsmith.transforms.formula import Group, UnreadableError, read_formula
from tests.formula.shown import reading

READINGS = {
    "(x)": "x",
    "[x]": "x",
    "((x + 1))": "+(x, 1)",
    "(1, 2, 3)": "tuple(1; 2; 3)",
    "[1, 2, 3]": "list[1; 2; 3]",
    "(1; 2)": "tuple(1; 2)",
    "[1, 2]": "interval[1; 2]",
    "(1, 2]": "interval(1; 2]",
    "[1, 2)": "interval[1; 2)",
    r"(-\infty, 2)": "interval(neg(infinity); 2)",
    r"(2, \infty)": "interval(2; infinity)",
    "(1, 2)": "tuple(1; 2)",
    "((1, 2), 3)": "tuple(tuple(1; 2); 3)",
    "{1, 2}": "set{1; 2}",
    "{x}": "x",
    r"\{x\}": "set{x}",
    r"\{\}": "set{}",
    r"\emptyset": "set{}",
    r"\varnothing": "set{}",
    "∅": "set{}",
    r"\{(1, 2), (3, 4)\}": "set{tuple(1; 2); tuple(3; 4)}",
    r"\boxed{1, 2}": "list1; 2",
    r"\boxed{1} + \boxed{2}": "+(1, 2)",
    "|x|": "abs(x)",
    "||x|-|y||": "abs(+(abs(x), neg(abs(y))))",
    "|x||y|": "*(abs(x), abs(y))",
    "3|x|": "*(3, abs(x))",
    "|x|y": "*(abs(x), y)",
    "|2(|x|)|": "abs(*(2, abs(x)))",
    r"\lvert x \rvert": "abs(x)",
    r"\left|\left|x\right|-1\right|": "abs(+(abs(x), -1))",
    r"\lfloor x \rfloor": "floor(x)",
    r"\left\lceil x \right\rceil": "ceil(x)",
    r"\bigl( x \bigr)": "x",
    r"{n \choose k}": "binom(n, k)",
}


@pytest.mark.parametrize(("text", "tree"), READINGS.items())
def test_brackets_have_their_reading(text: str, tree: str) -> None:
    assert reading(text) == tree


REFUSED = [
    *("(", ")", "()", "[]", "(]", "(1", "1)", "{1", "|1", "[1", "[x)", "(x]"),
    *("[1, 2, 3)", "(1, 2, 3]", "(1,)", "(,1)", r"\{1", r"\{1)", r"\{1, \}"),
    *(r"\{x : x > 1\}", r"\{x > 1\}", r"\{x \mid x > 1\}"),
    *(r"\boxed", r"\boxed{", r"\boxed 5", r"\lfloor 1 \rceil", r"\lvert 1 |", r"\left|x|"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_brackets_that_do_not_match_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_formula(text)


@pytest.mark.parametrize("opening", "([")
@pytest.mark.parametrize("closing", ")]")
def test_an_interval_keeps_the_brackets_that_were_written(opening: str, closing: str) -> None:
    formula = read_formula(rf"{opening}-\infty, 5{closing}")
    assert isinstance(formula, Group)
    assert (formula.kind, formula.open, formula.close) == ("interval", opening, closing)


@pytest.mark.parametrize("levels", range(1, 60, 7))
def test_round_brackets_around_a_value_change_nothing(levels: int) -> None:
    assert reading("(" * levels + "x + 1" + ")" * levels) == "+(x, 1)"
