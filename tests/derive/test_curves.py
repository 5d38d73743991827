"""Points on curves: they solve the equation, exactly where they can, and are found again."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.curves import MIN_POINTS, both_sides, points_on
from stepsmith.transforms.derive.expression import Equation
from stepsmith.transforms.derive.points import NoValueError, differ
from tests.derive.reading import equation

WHOLE = st.integers(-9, 9)


def names(of: Equation) -> list[str]:
    return sorted(of[0].names | of[1].names)


@pytest.mark.parametrize(
    "text",
    [
        "2x + 3y = 7",
        "x^2 + y^2 = 25",
        "x^2 + y^2 + 1 = 0",
        "xy = 6",
        "(x - y)(x + y) = 0",
        "a^2 + b^2 + c^2 + 2ab = 9",
        "x^3 + y = 4",
        "\\frac{x}{y} = 2",
    ],
)
def test_points_solve_the_equation(text: str) -> None:
    curve = equation(text)
    found = list(points_on(curve, names(curve)))
    assert len(found) >= MIN_POINTS
    for point in found:
        assert point.keys() == set(names(curve))
        assert differ(*both_sides(curve, point)) is False


@pytest.mark.parametrize("text", ["x^3 + y^3 = 1", "\\sin x = \\sin y", "2^x = 2^y", "x = x + 0y"])
def test_where_no_variable_is_of_degree_one_or_two_there_are_no_points(text: str) -> None:
    curve = equation(text)
    assert list(points_on(curve, names(curve))) == []


def test_rational_points_are_exact() -> None:
    curve = equation("2x + 3y = 7")
    values = [value for point in points_on(curve, ["x", "y"]) for value in point.values()]
    assert all(isinstance(value, Fraction) for value in values)


def test_points_of_a_quadratic_may_be_complex() -> None:
    curve = equation("x^2 + y^2 + 1 = 0")
    assert all(isinstance(point["x"], complex) for point in points_on(curve, ["x", "y"]))


def test_the_same_equation_has_the_same_points() -> None:
    curve = equation("x^2 + y^2 = 25")
    assert list(points_on(curve, ["x", "y"])) == list(points_on(curve, ["x", "y"]))


@given(WHOLE.filter(bool), WHOLE, WHOLE, WHOLE)
def test_a_square_that_is_completed_keeps_its_points(a: int, b: int, c: int, d: int) -> None:
    curve = equation(f"{a}x^2 + ({2 * a * b})x + ({a})y^2 + ({2 * a * c})y = {d}")
    radius = f"({d})/({a}) + ({b * b + c * c})"
    completed = equation(f"(x + ({b}))^2 + (y + ({c}))^2 = {radius}")
    found = list(points_on(curve, ["x", "y"]))
    assert len(found) >= MIN_POINTS
    assert all(differ(*both_sides(completed, point)) is not True for point in found)


def test_sides_without_a_value_are_said_to_have_none() -> None:
    with pytest.raises(NoValueError):
        both_sides(equation("1/x = y"), {"x": Fraction(0), "y": Fraction(1)})
