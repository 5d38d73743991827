"""Relations in one variable: their solutions are sets, and equal sets are equal relations."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import compare, exact_value, read_formula, substitute
from stepsmith.transforms.formula.solving import solutions
from stepsmith.transforms.formula.tree import Number, Relation

SIGNS = {"<": "<", ">": ">", r"\le": "<=", r"\ge": ">=", "=": "=", r"\ne": "!="}
HOLDS = {
    "<": Fraction.__lt__,
    ">": Fraction.__gt__,
    "<=": Fraction.__le__,
    ">=": Fraction.__ge__,
    "=": Fraction.__eq__,
    "!=": Fraction.__ne__,
}
small = st.integers(-9, 9)
signs = st.sampled_from(sorted(SIGNS))


@given(small, small, small, small, signs)
def test_what_solves_a_linear_relation_is_in_its_set_and_nothing_else(
    a: int, b: int, c: int, d: int, sign: str
) -> None:
    relation = read_formula(f"({a})x + ({b}) {sign} ({c})x + ({d})")
    assert isinstance(relation, Relation)
    found = solutions(relation)
    if a == c:
        assert found is None
        return
    assert found is not None
    name, intervals = found
    assert name == "x"
    end = Fraction(d - b, a - c)
    for number in (end - 1, end - Fraction(1, 10**9), end, end + Fraction(1, 10**9), end + 1):
        sides = [substitute(side, {"x": Number(number)}) for side in relation.sides]
        left, right = [exact_value(side) for side in sides]
        assert left is not None
        assert right is not None
        assert HOLDS[SIGNS[sign]](left, right) == any(
            (each.low, each.low_offset) <= (number, 0) <= (each.high, each.high_offset)
            for each in intervals
        )


@given(small, small, signs, st.integers(1, 9))
def test_multiplying_and_turning_a_relation_leave_it_equal(
    a: int, b: int, sign: str, factor: int
) -> None:
    one = read_formula(f"({a})x {sign} ({b})")
    turned = {"<": ">", ">": "<", r"\le": r"\ge", r"\ge": r"\le"}.get(sign, sign)
    if a == 0:
        return
    assert compare(one, read_formula(f"({a * factor})x {sign} ({b * factor})")) == "equal"
    assert compare(one, read_formula(f"({b}) {turned} ({a})x")) == "equal"
    assert compare(one, read_formula(f"({-a})x {turned} ({-b})")) == "equal"
    assert compare(one, read_formula(f"({a})x {sign} ({b + 1})")) == "different"


@pytest.mark.parametrize(
    "text",
    [
        *("x^2 < 4", "x = x", "x < y", "1/x > 2", r"\sqrt x < 2", "x = i", "5", "(1, 2)"),
        *(r"x \approx 3", r"x \in \mathbb{R}", r"2x \in (1, 2)", "x < 1 or y < 2", r"x < \infty"),
        *("x < 1 or x^2 < 2", "2^{10^9} x < 1", r"x \equiv 1 \pmod 3", "x > 1 and x < 2"),
    ],
)
def test_what_is_no_linear_relation_in_one_variable_has_no_set(text: str) -> None:
    assert solutions(read_formula(text)) is None


SAME = [
    ("1 < x < 3", "3 > x > 1"),
    ("1 < x < 3", r"x \in (1, 3)"),
    ("x < 1 or x < 2", "x < 2"),
    ("x < 2 or x > 1", "x < 5 or x > 4"),
    (r"x \ne 0", "x < 0 or x > 0"),
    ("x = 1 or x = 2", r"x \in \{1, 2\}"),
    (r"x \le 1 or x = 1", r"x \le 1"),
    (r"x < \pi", r"\pi > x"),
    ("1 < 2x + 3 < 7", "-1 < x < 2"),
    (r"x \ge 1", r"[1, \infty)"),
    (r"-1 \le x < 2", "[-1, 2)"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_relations_with_the_same_solutions_are_equal(one: str, other: str) -> None:
    assert compare(read_formula(one), read_formula(other)) == "equal"
    assert compare(read_formula(other), read_formula(one)) == "equal"


OTHER = [
    ("1 < x < 3", r"1 \le x < 3"),
    ("x < 1 or x > 2", "1 < x < 2"),
    (r"x \ne 0", "x > 0"),
    ("x = 1 or x = 2", "x = 1"),
    (r"x \ge 1", r"(1, \infty)"),
    ("x < 1", "y < 1"),
]


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_relations_with_other_solutions_are_different(one: str, other: str) -> None:
    assert compare(read_formula(one), read_formula(other)) == "different"
    assert compare(read_formula(other), read_formula(one)) == "different"
