"""A reading is written out in time linear in the formula, and brackets only what needs them."""

import pytest

from stepsmith.transforms.formula.read import read_formula
from stepsmith.transforms.verify.answers.show import show


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2+3", "2 + 3"),
        ("-2", "-2"),
        ("2(x+1)", "2*(x + 1)"),
        (r"\sqrt{x}", "sqrt(x)"),
        (r"\frac{1}{2}", "1/2"),
    ],
)
def test_a_formula_reads_as_it_is_usually_written(text: str, shown: str) -> None:
    assert show(read_formula(text)).replace(" ", "") == shown.replace(" ", "")


def test_nesting_costs_each_level_once() -> None:
    # Twice a level would be a thousand million times here, and never return.
    formula = read_formula(r"\sqrt{" * 30 + "x" + "}" * 30)
    assert show(formula) == "sqrt(" * 30 + "x" + ")" * 30
