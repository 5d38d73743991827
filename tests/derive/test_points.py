import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.points import (
    Function,
    NoValueError,
    Setting,
    differ,
    differ_much,
    evaluate,
)
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol
from tests.derive.reading import side

FRACTIONS = st.fractions(min_value=-20, max_value=20, max_denominator=9)


def value(text: str, **point: int) -> complex | Fraction:
    return evaluate(side(text).formula, {name: Fraction(at) for name, at in point.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3*4", 14),
        ("2x + 3", 11),
        ("-x^2", -16),
        ("(x + 1)(x - 1)", 15),
        ("x/8", Fraction(1, 2)),
        ("\\frac{x}{3} - 1", Fraction(1, 3)),
        ("x^{-2}", Fraction(1, 16)),
        ("\\sqrt{x}", 2),
        ("\\sqrt{\\frac{x}{9}}", Fraction(2, 3)),
        ("|1 - x|", 3),
        ("x!", 24),
        ("\\binom{x}{2}", 6),
        ("\\lfloor \\frac{x}{3} \\rfloor", 1),
        ("\\lceil \\frac{x}{3} \\rceil", 2),
    ],
)
def test_rational_values_are_exact(text: str, expected: Fraction | int) -> None:
    found = value(text, x=4)
    assert isinstance(found, Fraction)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\sqrt{2}", math.sqrt(2)),
        ("\\pi", math.pi),
        ("e^2", math.e**2),
        ("\\sin 30^\\circ", 0.5),
        ("\\cos(0)", 1),
        ("\\ln 5", math.log(5)),
        ("\\log_2 8", 3),
        ("\\sqrt[3]{-8}", -2),
        ("2^{1/2}", math.sqrt(2)),
        ("\\tan 1", math.tan(1)),
        ("\\arctan 1", math.pi / 4),
        ("i^2", -1),
        ("(1 + i)^2", 2j),
        ("\\sqrt{-4}", 2j),
    ],
)
def test_other_values_are_close(text: str, expected: complex) -> None:
    assert complex(value(text)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "1/x",
        "0^0 + x",
        "x^{-1}",
        "\\ln x",
        "(-1)^{1/2}",
        "9^{9^{9}}",
        "200!",
        "(1/2)!",
        "y",
        "\\sin 30",  # degrees, most likely
        "f(3)",
        "\\lfloor \\pi \\rfloor",
        "2^{4001}",
    ],
)
def test_what_has_no_certain_value_has_none(text: str) -> None:
    with pytest.raises(NoValueError):
        value(text, x=0)


def test_a_formula_that_is_too_deep_has_no_value() -> None:
    formula: Formula = Symbol("x")
    for _ in range(150):
        formula = Apply("neg", (formula,))
    with pytest.raises(NoValueError):
        evaluate(formula, {"x": Fraction(1)})


def test_letters_are_variables_where_the_point_names_them() -> None:
    assert value("e + i", e=2, i=3) == 5


def test_an_open_logarithm_is_read_either_way() -> None:
    formula = side("\\log 100").formula
    assert complex(evaluate(formula, {})) == pytest.approx(math.log(100))
    assert complex(evaluate(formula, {}, Setting(decimal_log=True))) == pytest.approx(2)


def test_functions_are_called_with_the_values_of_their_arguments() -> None:
    double = Function(("t",), side("2t").formula)
    setting = Setting({"f": double})
    assert evaluate(side("f(f(3)) + 1").formula, {}, setting) == 13
    assert evaluate(side("f(x)").formula, {"x": Fraction(1, 2)}, setting) == 1
    with pytest.raises(NoValueError):
        evaluate(side("f(1, 2)").formula, {}, setting)
    with pytest.raises(NoValueError):
        evaluate(side("g(1)").formula, {}, setting)


def test_a_function_that_calls_itself_has_no_value() -> None:
    setting = Setting({"f": Function(("x",), side("f(x)").formula)})
    with pytest.raises(NoValueError):
        evaluate(side("f(1)").formula, {}, setting)


@given(FRACTIONS, FRACTIONS)
def test_sums_and_products_are_those_of_the_numbers(x: Fraction, y: Fraction) -> None:
    point = {"x": x, "y": y}
    assert evaluate(side("x + y").formula, point) == x + y
    assert evaluate(side("xy - 3x").formula, point) == x * y - 3 * x
    assert evaluate(Apply("*", (Number(x), Number(y))), {}) == x * y


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Fraction(1, 3), Fraction(1, 3), False),
        (Fraction(1, 3), Fraction(333333333333, 10**12), True),
        (complex(0.1 + 0.2), Fraction(3, 10), False),
        (complex(1), complex(1.00000001), None),
        (complex(1), complex(2), True),
        (complex(0), complex(1e-13), False),
        (Fraction(10**400), complex(1), None),  # beyond what floats hold
    ],
)
def test_values_differ_exactly_or_beyond_rounding(
    one: Fraction | complex, other: Fraction | complex, *, expected: bool | None
) -> None:
    assert differ(one, other) is expected


def test_values_that_differ_much_are_not_rounded() -> None:
    assert differ_much(Fraction(1), Fraction(2))
    assert not differ_much(Fraction(333, 1000), Fraction(1, 3))
    assert not differ_much(Fraction(0), Fraction(0))
    assert not differ_much(Fraction(10**400), Fraction(1))
