import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.agree import (
    are_proportional,
    compare_everywhere,
    homogeneous_degree,
    is_identity,
)
from stepsmith.transforms.derive.points import Function, Setting
from tests.derive.reading import equation, side

COEFFICIENTS = st.integers(-9, 9)


@pytest.mark.parametrize(
    ("text", "agreement"),
    [
        ("(x + 1)^2 = x^2 + 2x + 1", "always"),
        ("(x + y)(x - y) = x^2 - y^2", "always"),
        ("\\frac{x^2 - 1}{x - 1} = x + 1", "always"),
        ("\\sin^2 x + \\cos^2 x = 1", "always"),
        ("\\sqrt{x^2} = x", "always"),  # of positive numbers
        ("\\log(xy) = \\log x + \\log y", "always"),  # to any base
        ("n! = n(n - 1)!", "always"),
        ("2^{n+1} = 2(2^n)", "always"),
        ("(x + i)(x - i) = x^2 + 1", "always"),
        ("e + e = 2e", "always"),
        ("2 + 3 = 5", "always"),
        ("(x + 1)^2 = x^2 + 1", "never"),
        ("x = x + 1", "never"),
        ("\\sin 2x = 2\\sin x", "never"),
        ("(a + b)^2 = a^2 + b^2", "never"),
        ("(x + i)^2 = x^2 + i", "never"),  # be i a letter or not
        ("e + 1 = e", "never"),
        ("\\log 100 = 2", "always"),  # to base ten
        ("f(x) = f(x)", "unknown"),
        ("\\frac{1}{x - x} = 3", "unknown"),
        ("(-2)^x = 1", "never"),  # of whole numbers
    ],
)
def test_formulas_agree_always_or_never(text: str, agreement: str) -> None:
    left, right = equation(text)
    assert compare_everywhere(left, right).agreement == agreement
    assert is_identity(left, right) == (agreement == "always")


def test_formulas_that_agree_at_some_points_do_so_sometimes() -> None:
    left, right = equation("|x - 3| = x - 3")
    assert compare_everywhere(left, right).agreement == "sometimes"


def test_a_point_shows_where_formulas_differ() -> None:
    left, right = equation("(x + 1)^2 = x^2 + 1")
    found = compare_everywhere(left, right)
    assert found.point is not None
    assert found.values is not None
    x = found.point["x"]
    assert found.values == ((x + 1) ** 2, x**2 + 1)


def test_verdicts_repeat() -> None:
    left, right = equation("(x + y)^2 = x^2 + y^2")
    assert compare_everywhere(left, right) == compare_everywhere(left, right)


def test_functions_are_evaluated_where_they_are_defined() -> None:
    left, right = equation("f(x + 1) = 3x + 3")
    setting = Setting({"f": Function(("t",), side("3t").formula)})
    assert compare_everywhere(left, right, setting).agreement == "always"
    assert compare_everywhere(left, right).agreement == "unknown"


@given(COEFFICIENTS, COEFFICIENTS, COEFFICIENTS, st.integers(1, 9))
def test_expanding_is_an_identity_and_one_wrong_coefficient_is_none(
    a: int, b: int, c: int, off: int
) -> None:
    product = f"({a}x + ({b}))(x + ({c}))"
    expanded = f"{a}x^2 + ({a * c + b})x + ({b * c})"
    wrong = f"{a}x^2 + ({a * c + b + off})x + ({b * c})"
    assert compare_everywhere(side(product), side(expanded)).agreement == "always"
    assert compare_everywhere(side(product), side(wrong)).agreement == "never"


def test_very_long_formulas_are_not_compared() -> None:
    long = side("+".join(["x"] * 190))
    assert compare_everywhere(long, long).agreement == "unknown"
    assert not is_identity(long, long)


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("(a + b)^3 - a^3", 3),
        ("3abc + a^2b", 3),
        ("a^2 + b", None),
        ("a^2 + 1", None),
        ("sqrt(a) + sqrt(b)", None),
        ("7", None),
    ],
)
def test_terms_of_one_degree_are_known_by_how_a_form_grows(text: str, degree: int | None) -> None:
    assert homogeneous_degree(side(text)) == degree


@pytest.mark.parametrize(
    ("left", "right", "proportional"),
    [
        ("50k", "72k", True),
        ("5k*2", "(1/2)*k*15", True),
        ("50k", "72k^2", False),
        ("x + 1", "2x", False),
        ("1/(x - x)", "x", False),
    ],
)
def test_sides_in_proportion_leave_nothing_to_rewrite(
    left: str, right: str, proportional: bool
) -> None:
    assert are_proportional(side(left), side(right)) is proportional
