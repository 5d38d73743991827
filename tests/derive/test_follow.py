from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.follow import are_parallel, compare_on, is_linear, solution
from tests.derive.reading import equation

WHOLE = st.integers(-9, 9)


@pytest.mark.parametrize(
    ("source", "other", "agreement"),
    [
        ("2x + 3 = 7", "x = 2", "always"),
        ("2x + 3 = 7", "2x = 4", "always"),
        ("2x + 3 = 7", "x^2 = 4", "always"),  # squared: nothing is lost
        ("x^2 = 4", "x = 2", "sometimes"),  # a root is lost
        ("x^2 = 4", "(x - 2)(x + 2) = 0", "always"),
        ("x^2 = 4", "x = 3", "never"),
        ("2x + 3 = 7", "x = 3", "never"),
        ("x^2 - 5x + 6 = 0", "(x - 2)(x + 3) = 0", "sometimes"),
        ("x^2 - 5x + 6 = 0", "(x - 1)(x + 6) = 0", "never"),
        ("\\frac{x}{2} + \\frac{x}{3} = 5", "5x = 30", "always"),
        ("\\frac{x}{2} + \\frac{x}{3} = 5", "\\frac{7x}{6} = 5", "never"),
        ("\\sqrt{x} = 3", "x = 9", "sometimes"),
        ("\\sqrt{x} = 3", "x = 3", "never"),
        ("2^t = 8", "t = 3", "sometimes"),
        ("2^t = 8", "t = 4", "never"),
        ("\\sin x = \\frac{1}{2}", "x = 30^\\circ", "sometimes"),
        ("2^x = 2 + x", "2^x - 2 = x", "sometimes"),
        ("2^x = 2 + x", "2^x = 5 + x", "never"),
        ("\\frac{1}{x} = 0", "x = 0", "unknown"),  # a pole
        ("x = x", "x = 3", "unknown"),
        ("x = 0.333", "3x = 1", "unknown"),  # rounded
        ("11x = 63", "x = 5.727", "unknown"),
        ("11x = 63", "x = 6.4", "never"),
        ("x + y = 3", "2x + 2y = 6", "always"),
        ("x + y = 3", "x = 3 - y", "always"),
        ("x + y = 3", "2x + 2y = 5", "never"),
        ("xy = 6", "x^2y = 6x", "always"),  # multiplied by x
        ("\\frac{x}{y} = 2", "x = 2y", "always"),
        ("2k + 2j + 2k = 10", "5k + 5j = 10", "never"),
        ("x^2 + y^2 = 1", "x + y = 1", "never"),  # but for two points
        ("x^2 + y^2 = 2x + 3", "(x - 1)^2 + y^2 = 4", "always"),
        ("x^2 + y^2 = 2x + 3", "(x - 1)^2 + y^2 = 3", "never"),
        ("x^3 + y^3 = 1", "x + y = 1", "unknown"),  # of degree three in both
        ("-4.9t^2 + 14t = 6.4", "t = 2", "never"),
        ("-4.9t^2 + 14t = 6.4", "t = 2.28", "unknown"),  # a root, rounded
        ("f(3) + 1 = 5", "f(3) = 4", "always"),
        ("f(3) + 1 = 5", "f(3) = 6", "never"),
        ("0x + y = y", "x + y = 1", "unknown"),
    ],
)
def test_an_equation_holds_on_the_solutions_of_another(
    source: str, other: str, agreement: str
) -> None:
    from stepsmith.transforms.derive.expression import opaque

    one = equation(source)
    two = equation(other)
    found = compare_on((opaque(one[0]), opaque(one[1])), (opaque(two[0]), opaque(two[1])))
    assert found.agreement == agreement


@given(WHOLE.filter(bool), WHOLE, WHOLE, st.integers(1, 9))
def test_the_root_follows_and_no_other_number_does(a: int, b: int, root: int, off: int) -> None:
    source = equation(f"{a}x + ({b}) = {a * root + b}")
    assert compare_on(source, equation(f"x = {root}")).agreement == "always"
    refuted = compare_on(source, equation(f"x = {root + off}"))
    assert refuted.agreement == "never"
    assert refuted.values == (a * (root + off) + b, a * root + b)


@given(WHOLE.filter(bool), WHOLE.filter(bool), WHOLE, st.integers(2, 5), st.integers(1, 9))
def test_a_multiple_follows_and_a_shifted_one_does_not(
    a: int, b: int, c: int, times: int, off: int
) -> None:
    source = equation(f"{a}x + ({b})y = {c}")
    multiple = f"{times * a}x + ({times * b})y = {times * c}"
    assert compare_on(source, equation(multiple)).agreement == "always"
    assert compare_on(source, equation(f"{multiple} + {off}")).agreement == "never"


def test_the_point_solves_the_source_and_shows_the_difference() -> None:
    found = compare_on(equation("x + y = 3"), equation("2x + 2y = 5"))
    assert found.solves
    assert found.point is not None
    assert sum(Fraction(str(value)) for value in found.point.values()) == 3
    assert found.values == (6, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 3", ("x", "3")),
        ("3 = x", ("x", "3")),
        ("x = y", None),
        ("2x = 3", None),
        ("\\pi = 3", None),
        ("3 = 3", None),
    ],
)
def test_a_solution_is_a_variable_and_its_value(
    text: str, expected: tuple[str, str] | None
) -> None:
    found = solution(equation(text))
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found[0] == expected[0]
        assert found[1] is equation(f"y = {expected[1]}")[1]


@pytest.mark.parametrize(
    ("one", "other", "parallel"),
    [
        ("12t = 4s", "4t = s", True),
        ("c - 2b = -13", "c - 2b = -9", True),
        ("2c - 4b = 1", "2b - c = 9", True),
        ("a - b = 3", "a + b = 33", False),
        ("ab = 3", "ab = 4", False),
        ("\\sqrt{a} = b", "a = b", False),
    ],
)
def test_lines_are_parallel_or_meet_in_the_origin(one: str, other: str, *, parallel: bool) -> None:
    assert are_parallel(equation(one), equation(other)) is parallel


def test_a_square_is_not_linear_wherever_its_variable_stands_in_the_alphabet() -> None:
    assert is_linear(equation("a + b = c"))
    assert not any(is_linear(equation(f"{name}^2 = {name} + d")) for name in "abcde")
