from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.array_values import Array, compute_array
from stepsmith.transforms.derive.points import NoValueError
from stepsmith.transforms.formula.read import read_formula
from stepsmith.transforms.formula.tree import Apply, Group, Number

M = r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"
WIDE = r"\begin{pmatrix} 1 & 2 & 3 \end{pmatrix}"
SINGULAR = r"\begin{bmatrix} 1 & 2 \\ 2 & 4 \end{bmatrix}"
ENTRIES = st.integers(-9, 9)


def compute(text: str, product: Literal["", "dot", "cross"] = "") -> str:
    return str(compute_array(read_formula(text, max_nesting=30, max_digits=30), product))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*(1, 3) + (0, 1)", "(2, 7)"),
        ("(1, 2) - (3, 4)", "(-2, -2)"),
        (r"\frac{(1, 2) + (3, 4)}{2}", "(2, 3)"),
        (r"-\frac12 * (1, 3)", "(-1/2, -3/2)"),
        (f"{M} + 2{M}", "[3, 6; 9, 12]"),
        (f"{M}{M}", "[7, 10; 15, 22]"),
        (f"{M}^3", "[37, 54; 81, 118]"),
        (f"{M}^T", "[1, 3; 2, 4]"),
        (f"{M}^{{-1}}", "[-2, 1; 3/2, -1/2]"),
        (f"{WIDE}{WIDE}^T", "[14]"),
        (f"|{M}|", "-2"),
        (f"|{SINGULAR}|", "0"),
        (r"|\begin{pmatrix} 0 & 3 & 1 \\ 1 & 0 & 2 \\ 1 & 1 & 1 \end{pmatrix}|", "4"),
        ("3 + 4", "7"),
    ],
)
def test_arrays_are_computed_exactly(text: str, expected: str) -> None:
    assert compute(text) == expected


def test_the_product_of_tuples_is_the_one_that_is_asked_for() -> None:
    assert compute(r"(1, 2, 3) \cdot (4, 5, 6)", "dot") == "32"
    assert compute(r"(1, 2, 3) \times (4, 5, 6)", "cross") == "(-3, 6, -3)"
    with pytest.raises(NoValueError):
        compute(r"(1, 2, 3) * (4, 5, 6)")
    with pytest.raises(NoValueError):
        compute(r"(1, 2) \times (4, 5)", "cross")


@pytest.mark.parametrize(
    "text",
    [
        "(1, 2) + (1, 2, 3)",
        "(1, 2) + 3",
        "(x, 2) + (1, 2)",
        r"(\sqrt{2}, 2) + (1, 2)",  # only rational numbers are exact
        "[1, 2] + [3, 4]",
        r"\{1, 2\}",
        f"{M}{WIDE}",
        f"{WIDE}^2",
        f"{M}^0",
        f"{M}^{{1/2}}",
        f"{M}^{{99}}",
        f"{SINGULAR}^{{-1}}",
        f"|{WIDE}|",
        "|(3, 4)|",  # a length
        "(1, 2)/0",
        f"(1, 2)/{M}",
        "(1, 2)^T",
        r"\sin((1, 2))",
        r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}",
    ],
)
def test_what_is_not_certain_has_no_value(text: str) -> None:
    with pytest.raises(NoValueError):
        compute(text)


def test_what_nests_deeply_has_no_value() -> None:
    formula = Apply("neg", (Group("tuple", (Number(Fraction(1)),), "(", ")"),))
    for _ in range(60):
        formula = Apply("neg", (formula,))
    with pytest.raises(NoValueError):
        compute_array(formula)


@given(st.lists(ENTRIES, min_size=9, max_size=9), st.lists(ENTRIES, min_size=9, max_size=9))
def test_determinants_multiply_and_inverses_undo(one: list[int], other: list[int]) -> None:
    first, second = matrix(one), matrix(other)
    assert fraction(f"|{first}{second}|") == fraction(f"|{first}|") * fraction(f"|{second}|")
    if fraction(f"|{first}|"):
        undone = f"{first}{first}^{{-1}}"
        assert compute(undone) == compute(matrix([1, 0, 0, 0, 1, 0, 0, 0, 1]))


def matrix(entries: list[int]) -> str:
    rows = [" & ".join(map(str, entries[at : at + 3])) for at in (0, 3, 6)]
    return r"\begin{pmatrix}" + r" \\ ".join(rows) + r"\end{pmatrix}"


def fraction(text: str) -> Fraction:
    return Fraction(compute(text))


def test_arrays_of_different_kinds_have_different_shapes() -> None:
    row = Array("tuple", ((Fraction(1), Fraction(2)),))
    assert row.shape != Array("matrix", row.rows).shape
