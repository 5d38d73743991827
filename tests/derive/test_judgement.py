"""Values in evidence are short, whatever their size, and text is one bounded line."""

from fractions import Fraction

import pytest

from stepsmith.transforms.derive.judgement import shorten, show, show_point


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(3), "3"),
        (Fraction(-1, 2), "-1/2"),
        (Fraction(10**30, 7), "about 1.42857e+29"),
        (complex(0.5), "0.5"),
        (complex(1, -2), "1-2i"),
    ],
)
def test_a_value_is_exact_where_that_is_short(value: Fraction | complex, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize("power", [400, 5_000])
def test_a_value_beyond_floats_is_written_by_its_leading_digits(power: int) -> None:
    assert show(Fraction(10**power)) == f"about 1.00000e+{power}"
    assert len(show(Fraction(10**power, 3))) < 40


def test_a_point_names_its_variables() -> None:
    assert show_point({"x": Fraction(3), "y": Fraction(1, 2)}) == "x = 3, y = 1/2"


def test_long_text_keeps_its_beginning_and_its_end() -> None:
    assert shorten("a\n b") == "a b"
    assert shorten("x" * 500).startswith("x" * 56 + " ... ")
    assert len(shorten("x" * 500)) <= 85
