"""Angles: rational values are exact, and the functions keep their laws at every angle."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import compare, exact_value, read_formula

NAMES = ("sin", "cos", "tan", "csc", "sec", "cot")


def value(name: str, degrees: int) -> Fraction | None:
    return exact_value(read_formula(rf"\{name}({degrees}^\circ)"))


def expected(name: str, degrees: int) -> float | None:
    """Compute with floats; nothing at a pole."""
    sine = round(math.sin(math.radians(degrees)), 12)
    cosine = round(math.cos(math.radians(degrees)), 12)
    above, below = {
        "sin": (sine, 1.0),
        "cos": (cosine, 1.0),
        "tan": (sine, cosine),
        "csc": (1.0, sine),
        "sec": (1.0, cosine),
        "cot": (cosine, sine),
    }[name]
    return above / below if below else None


@pytest.mark.parametrize("name", NAMES)
def test_every_rational_value_on_the_circle_is_found_and_no_other(name: str) -> None:
    rational = {-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0}
    for degrees in range(-720, 721, 15):
        number = expected(name, degrees)
        found = value(name, degrees)
        if number is not None and round(number, 9) in rational:
            assert found == round(number, 9), (name, degrees)
        else:
            assert found is None, (name, degrees)


@given(st.integers(-2000, 2000))
def test_degrees_are_radians(degrees: int) -> None:
    for name in NAMES:
        radians = exact_value(read_formula(rf"\{name}\left(\frac{{{degrees}\pi}}{{180}}\right)"))
        assert value(name, degrees) == radians


@given(st.integers(-400, 400))
def test_sine_and_cosine_are_on_the_circle_and_turn_with_the_angle(degrees: int) -> None:
    square = rf"\sin^2({degrees}^\circ) + \cos^2({degrees}^\circ)"
    assert compare(read_formula(square), read_formula("1")) == "equal"
    assert value("sin", degrees) == value("sin", degrees + 360)
    assert value("sin", degrees) == value("cos", 90 - degrees)
    assert value("tan", degrees) == value("tan", degrees + 180)


@pytest.mark.parametrize("text", [r"\sin 1", r"\cos 60", r"\tan 45", r"\sin(1/2)", r"\cos(x)"])
def test_a_plain_number_is_no_nice_angle(text: str) -> None:
    assert exact_value(read_formula(text)) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [(r"\sin 0", 0), (r"\cos 0", 1), (r"\tan 0", 0), (r"\sec 0", 1), (r"\cot 0", None)],
)
def test_zero_is_an_angle_in_any_unit(text: str, number: int | None) -> None:
    assert exact_value(read_formula(text)) == number
