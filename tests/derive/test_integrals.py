import math

import pytest

from stepsmith.transforms.derive.integrals import read_integral, value_of
from stepsmith.transforms.derive.integrate import integrate
from stepsmith.transforms.derive.points import NoValueError
from stepsmith.transforms.derive.statements import read_side
from tests.derive.reading import side


@pytest.mark.parametrize(
    ("formula", "low", "high", "expected"),
    [
        ("x^2", 0, 1, 1 / 3),
        ("x^2", 1, 0, -1 / 3),
        ("5", 2, 2, 0),
        ("x^9", -1, 2, (2**10 - 1) / 10),
        (r"\sin(x)", 0, math.pi, 2),
        (r"e^x", 0, 1, math.e - 1),
        (r"1/(1 + x^2)", 0, 1, math.pi / 4),
        (r"1/x", 1, math.e, 1),
    ],
)
def test_smooth_formulas_are_integrated(
    formula: str, low: float, high: float, expected: float
) -> None:
    assert integrate(side(formula).formula, "x", low, high) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("formula", "low", "high"),
    [
        ("|x - 0.3|", 0, 1),  # a corner
        ("1/x", 0, 1),
        ("1/x", -1, 1),
        (r"\sqrt{x}", 0, 1),  # a vertical tangent
        (r"\sqrt{x}", -1, 0),  # not real
        ("xy", 0, 1),
        ("x", 0, 1e9),
    ],
)
def test_all_others_have_no_value(formula: str, low: float, high: float) -> None:
    with pytest.raises(NoValueError):
        integrate(side(formula).formula, "x", low, high)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\int_0^1 x^2 \, dx", 1 / 3),
        (r"\int_{0}^{\pi} \sin x \, dx", 2),
        (r"\int_0^{\frac{\pi}{2}} \cos t\,dt", 1),
        (r"2\pi \int_0^1 x^3 dx", math.pi / 2),
        (r"2 \cdot \int_0^2x dx", 4),
        ("∫_0^1 x dx", 0.5),
        (r"[x^2 + x]_1^3", 10),
        (r"\frac{x^3}{3} |_0^1", 1 / 3),
        ("x^3\\Big|_0^2", 8),
        ("3 + 4", 7),
    ],
)
def test_numbers_are_computed_however_they_are_written(source: str, expected: float) -> None:
    found = value_of(source, read_side(source), read_integral(source))
    assert found is not None
    assert complex(found) == pytest.approx(expected)


@pytest.mark.parametrize(
    "source",
    [
        r"\int_0^a x dx",  # what is a?
        r"\int_0^1 xy dx",
        r"\int_0^1 f(x) dx",
        r"\int_0^\infty e^{-x} dx",
        "∫_1^10 x dx",  # up to 1, or to 10?
        "∫0^1 x dx",
        r"x + x^2 |_0^1",  # of which term?
        r"k \int_0^1 x dx",
        r"1 + \int_0^1 x dx",
        r"\int_0^1 x",
        r"\int_0^1 \int_0^1 x dx dx",
        "x + 1",
    ],
)
def test_what_may_be_meant_otherwise_has_no_value(source: str) -> None:
    assert value_of(source, read_side(source), read_integral(source)) is None
