"""Functions on fractions: values that agree with Python's own arithmetic, or none."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import TooLargeError, UnreadableError, exact_value, read_formula
from stepsmith.transforms.formula.budget import Budget, Turn
from stepsmith.transforms.formula.rational import FUNCTIONS, add, multiply

fractions = st.fractions(-1000, 1000, max_denominator=60)
naturals = st.integers(0, 40)


def apply(name: str, *values: Fraction | int) -> Fraction | None:
    return FUNCTIONS[name]([Fraction(value) for value in values], Budget(20_000))


@given(st.lists(fractions, min_size=1, max_size=6))
def test_sums_and_products_are_those_of_fractions(values: list[Fraction]) -> None:
    assert apply("+", *values) == sum(values)
    assert apply("*", *values) == math.prod(values)
    assert apply("max", *values) == max(values)
    assert apply("min", *values) == min(values)


@given(fractions, fractions)
def test_operations_agree_with_fractions(a: Fraction, b: Fraction) -> None:
    assert apply("/", a, b) == (a / b if b else None)
    assert apply("neg", a) == -a
    assert apply("abs", a) == abs(a)
    assert apply("floor", a) == math.floor(a)
    assert apply("ceil", a) == math.ceil(a)
    assert apply("sgn", a) == (a > 0) - (a < 0)
    assert apply("percent", a) == a / 100
    assert apply("mod", a, b) == (a % b if b > 0 else None)


@given(fractions, st.integers(-6, 6))
def test_whole_powers_agree_with_fractions(base: Fraction, exponent: int) -> None:
    defined = base != 0 or exponent > 0
    assert apply("^", base, exponent) == (base**exponent if defined else None)


@given(st.fractions(0, 50, max_denominator=20), st.integers(2, 6))
def test_a_root_undoes_its_power_and_nothing_near_it_has_one(base: Fraction, degree: int) -> None:
    power = base**degree
    assert apply("root", degree, power) == base
    assert apply("^", power, Fraction(1, degree)) == base
    assert apply("root", degree, power + Fraction(1, 10**40 + 1)) is None
    negative = apply("root", degree, -power)
    assert negative == (-base if degree % 2 or not base else None)


@given(naturals, naturals)
def test_counting_functions_agree_with_python(a: int, b: int) -> None:
    assert apply("factorial", a) == math.factorial(a)
    assert apply("double-factorial", a) == math.prod(range(a, 0, -2))
    assert apply("binom", a, b) == math.comb(a, b)
    assert apply("gcd", a, b) == math.gcd(a, b)
    assert apply("lcm", a, b) == math.lcm(a, b)


@given(st.fractions(Fraction(1, 9), 9, max_denominator=9), st.fractions(-8, 8, max_denominator=5))
def test_a_logarithm_undoes_a_power(base: Fraction, exponent: Fraction) -> None:
    power = apply("^", base, exponent)
    if base == 1 or power is None:
        return
    assert apply("log", base, power) == exponent
    assert apply("log", base, power * Fraction(10**30 + 1, 10**30)) is None


NOTHING = {
    "/": [(1, 0), (0, 0)],
    "^": [(0, 0), (0, -1), (-8, Fraction(1, 3)), (2, Fraction(1, 2)), (0, Fraction(-1, 2))],
    "sqrt": [(2,), (-4,), (Fraction(1, 2),)],
    "root": [(0, 8), (-3, 8), (Fraction(1, 2), 8), (2, -4), (3, 9), (3, -9), (100, 3)],
    "factorial": [(-1,), (Fraction(1, 2),)],
    "double-factorial": [(-1,), (Fraction(3, 2),)],
    "binom": [(-1, 2), (5, -1), (Fraction(1, 2), 2)],
    "log": [(1, 5), (0, 5), (-2, 4), (2, 0), (2, -4), (2, 3), (10,)],
    "ln": [(2,), (0,), (-1,)],
    "exp": [(1,)],
    "gcd": [(Fraction(1, 2), 2)],
    "lcm": [(2, Fraction(1, 2))],
    "mod": [(5, 0), (5, -3)],
}


@pytest.mark.parametrize(
    ("name", "values"), [(name, values) for name, all_of in NOTHING.items() for values in all_of]
)
def test_what_is_undefined_irrational_or_complex_has_no_value(
    name: str, values: tuple[Fraction | int, ...]
) -> None:
    assert apply(name, *values) is None


EDGES = {
    ("^", 0, 5): 0,
    ("^", 1, 10**30): 1,
    ("^", -1, 10**30): 1,
    ("^", -1, 10**30 + 1): -1,
    ("^", Fraction(4, 9), Fraction(-3, 2)): Fraction(27, 8),
    ("sqrt", 0): 0,
    ("log", 1): 0,
    ("ln", 1): 0,
    ("exp", 0): 1,
    ("log", 2, 1): 0,
    ("log", 8, 4): Fraction(2, 3),
    ("binom", 2, 5): 0,
    ("binom", 10**13, 1): 10**13,
    ("mod", Fraction(-7, 2), 2): Fraction(1, 2),
}


@pytest.mark.parametrize(("call", "value"), EDGES.items())
def test_edges_have_their_value(
    call: tuple[str, *tuple[Fraction | int, ...]], value: Fraction | int
) -> None:
    name, *values = call
    assert apply(name, *values) == value


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("^", (2, 10**9)),
        ("^", (Fraction(1, 3), 10**9)),
        ("factorial", (10**15,)),
        ("factorial", (20_000,)),
        ("double-factorial", (10**15,)),
        ("binom", (10**6, 5 * 10**5)),
        ("binom", (10**13, 10**12)),
    ],
)
def test_a_value_of_too_many_bits_is_refused_before_it_is_computed(
    name: str, values: tuple[Fraction | int, ...]
) -> None:
    with pytest.raises(TooLargeError, match="bits"):
        apply(name, *values)


def test_multiples_of_pi_stay_multiples_of_pi() -> None:
    budget = Budget(1000)
    half, third = Turn(1, 2), Turn(1, 3)
    assert add([half, third], budget) == Turn(5, 6)
    assert isinstance(add([half, third], budget), Turn)
    assert isinstance(multiply([half, Fraction(2)], budget), Turn)
    assert isinstance(FUNCTIONS["neg"]([half], budget), Turn)
    assert isinstance(FUNCTIONS["/"]([half, Fraction(2)], budget), Turn)
    quotient = FUNCTIONS["/"]([half, third], budget)
    assert quotient == Fraction(3, 2)
    assert not isinstance(quotient, Turn)
    assert add([half, Fraction(1)], budget) is None
    assert multiply([half, third], budget) is None
    assert FUNCTIONS["/"]([Fraction(1), half], budget) is None


@pytest.mark.parametrize(
    "text",
    [
        "|\\pi|",
        r"\pi^2",
        r"\sqrt{\pi}",
        r"\lfloor \pi \rfloor",
        r"\pi \%",
        r"\max(\pi, 1)",
        "x",
        "i",
    ],
)
def test_a_multiple_of_pi_is_no_fraction_anywhere_else(text: str) -> None:
    assert exact_value(read_formula(text)) is None


def test_pi_times_nothing_is_nothing() -> None:
    assert exact_value(read_formula(r"0\pi")) == 0
    assert exact_value(read_formula(r"\pi - \pi")) == 0
    assert exact_value(read_formula(r"\frac{3\pi}{2\pi}")) == Fraction(3, 2)


SERIES = {
    r"\sum_{k=1}^{4} k": 10,
    r"\sum_{k=0}^{0} 7": 7,
    r"\sum_{k=3}^{1} k": 0,
    r"\prod_{k=3}^{1} k": 1,
    r"\prod_{k=1}^{4} \frac{k}{k+1}": Fraction(1, 5),
    r"\sum_{i=1}^{3} i^2": 14,
    r"\sum_{k=-2}^{2} |k|": 6,
    r"\sum_{j=1}^{3} \sum_{k=1}^{j} k": 10,
    r"\sum_{k=1}^{3} \cos(k\pi)": -1,
}


@pytest.mark.parametrize(("text", "value"), SERIES.items())
def test_series_are_added_and_multiplied(text: str, value: Fraction | int) -> None:
    assert exact_value(read_formula(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        r"\sum_{k=1}^{n} k",
        r"\sum_{k=1/2}^{3} k",
        r"\sum_{k=1}^{3} x",
        r"\sum_{k=0}^{3} \frac{1}{k}",
        r"\sum_{k=1}^{3} \sum_{k=1}^{2} k",
        r"\sum_{k=1}^{2} \pi",
        r"\sum_{k=1}^{\infty} k",
    ],
)
def test_series_that_are_not_finite_sums_of_fractions_have_no_value(text: str) -> None:
    assert exact_value(read_formula(text)) is None


BASES = {"101_2": 5, "0.1_2": Fraction(1, 2), "FF_{16}": 255, "2A_{16}": 42, "zz": None}
BASES |= {"12_{2}": None, "12_{1}": None, "12_{37}": None, "12_{b}": None, "777_8": 511}


@pytest.mark.parametrize(("text", "value"), BASES.items())
def test_digits_have_their_value_in_a_base_that_has_them(
    text: str, value: Fraction | int | None
) -> None:
    try:
        formula = read_formula(text)
    except UnreadableError:
        assert value is None
        return
    assert exact_value(formula) == value


@given(st.integers(0, 10**9), st.integers(2, 10))
def test_digits_are_read_in_any_base(number: int, base: int) -> None:
    digits, rest = "", number
    while rest or not digits:
        digits, rest = str(rest % base) + digits, rest // base
    assert exact_value(read_formula(f"{digits}_{{{base}}}")) == number
