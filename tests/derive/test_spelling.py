import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.agree import is_identity
from stepsmith.transforms.derive.spelling import spell
from stepsmith.transforms.formula.tree import Apply, Formula, Symbol
from tests.derive.reading import side


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x + 3", "2*x + 3"),
        ("2(x + 3)", "2*(x + 3)"),
        ("x - 3", "x - 3"),
        ("\\frac{x + 1}{2}", "(x + 1)/2"),
        ("-x^2", "-x^2"),
        ("(-x)^2", "(-x)^2"),
        ("(x^2)^3", "(x^2)^3"),
        ("x/(y/z)", "x/(y/z)"),
        ("\\sqrt{x}", "sqrt(x)"),
        ("f(x + 1)", "f(x + 1)"),
        ("f(g(3))", "f(g(3))"),
        ("0.5x", "(1/2)*x"),
    ],
)
def test_formulas_are_spelled_in_one_line(text: str, expected: str) -> None:
    assert spell(side(text).formula) == expected


def formulas() -> st.SearchStrategy[str]:
    atoms = st.sampled_from(["x", "y", "2", "7"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        sums = st.tuples(inner, inner).map(lambda two: f"({two[0]} + {two[1]})")
        minus = st.tuples(inner, inner).map(lambda two: f"({two[0]} - {two[1]})")
        products = st.tuples(inner, inner).map(lambda two: f"({two[0]})({two[1]})")
        quotients = inner.map(lambda one: f"\\frac{{{one}}}{{3}}")
        squares = inner.map(lambda one: f"({one})^2")
        return sums | minus | products | quotients | squares

    return st.recursive(atoms, grow, max_leaves=6)


@given(formulas())
def test_what_is_spelled_reads_as_the_same(text: str) -> None:
    found = side(text)
    assert is_identity(found, side(spell(found.formula)))


def test_what_is_too_deep_is_left_out() -> None:
    formula: Formula = Symbol("x")
    for _ in range(40):
        formula = Apply("sqrt", (formula,))
    assert "..." in spell(formula)
