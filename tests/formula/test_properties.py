"""What holds for every formula: it is read to its value, and compared without a wrong verdict."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import (
    TooLargeError,
    UnreadableError,
    compare,
    exact_value,
    read_formula,
)
from tests.formula.written import (
    Written,
    _polynomial,
    coefficients,
    formulas,
    polynomials,
)

ALPHABET = [
    *r"0123456789xyzfeiPn+-*/^_=<>()[]{}|!%$.,;:&' \\",
    *(r"\frac", r"\sqrt", r"\left(", r"\right)", r"\pi", r"\sin", r"\log_2", r"\text{cm}", r"\pm"),
    *(r"\cup", r"\infty", r"\begin{pmatrix}", r"\end{pmatrix}", r"\{", r"\}", r"\sum_{k=1}^"),
    *("½", "²", "√", "٣", "and", "mod", "sqrt", "of", "cm", r"\boxed{", r"\circ", r"\pmod"),
]
texts = st.lists(st.sampled_from(ALPHABET), max_size=25).map("".join) | st.text(max_size=40)


@given(formulas)
def test_both_notations_are_read_to_the_value(formula: Written) -> None:
    assert exact_value(read_formula(formula.latex)) == formula.value
    assert exact_value(read_formula(formula.plain)) == formula.value


@given(formulas)
def test_both_notations_are_equal_and_no_other_value_is(formula: Written) -> None:
    read = read_formula(formula.latex)
    assert compare(read, read_formula(formula.plain)) == "equal"
    edited = read_formula(f"{formula.latex} + 10^{{-40}}")
    assert compare(read, edited) == "different"


@given(coefficients, st.integers(-9, 9))
def test_a_shifted_polynomial_expanded_is_equal_and_changed_is_not(
    inner: list[int], shift: int
) -> None:
    shifted = read_formula(_polynomial(inner).replace("x", f"(x + ({shift}))"))
    expanded = [0] * len(inner)
    for power, coefficient in enumerate(inner):
        term = [coefficient]
        for _ in range(power):
            term = [a * shift + b for a, b in zip([*term, 0], [0, *term], strict=True)]
        for index, value in enumerate(term):
            expanded[index] += value
    assert compare(shifted, read_formula(_polynomial(expanded))) == "equal"
    expanded[0] += 1
    assert compare(shifted, read_formula(_polynomial(expanded))) == "different"


@given(polynomials, polynomials, polynomials)
def test_algebra_does_not_change_a_function(a: str, b: str, c: str) -> None:
    together = read_formula(f"({a})(({b}) + ({c}))")
    apart = read_formula(f"({c})({a}) + ({a})({b})")
    assert compare(together, apart) == "equal"
    assert compare(together, read_formula(f"({c})({a}) + ({a})({b}) + x^7")) == "different"


@given(st.integers(2, 500), st.integers(2, 500), st.integers(-20, 20))
def test_roots_multiply_and_no_other_value_is_equal(a: int, b: int, c: int) -> None:
    apart = read_formula(rf"{c} + \sqrt{{{a}}}\sqrt{{{b}}}")
    assert compare(apart, read_formula(rf"\sqrt{{{a * b}}} + {c}")) == "equal"
    assert compare(apart, read_formula(rf"\sqrt{{{a * b + 1}}} + {c}")) == "different"
    assert compare(apart, read_formula(rf"{c} - \sqrt{{{a * b}}}")) == "different"


@given(st.fractions(-5, 5, max_denominator=30), st.fractions(-5, 5, max_denominator=30))
def test_powers_of_e_add_their_exponents(a: Fraction, b: Fraction) -> None:
    apart = read_formula(rf"e^{{{a}}} \cdot e^{{{b}}}")
    assert compare(apart, read_formula(f"e^{{{a + b}}}")) == "equal"
    assert compare(apart, read_formula(f"e^{{{a + b + Fraction(1, 10**12)}}}")) == "different"


@given(st.permutations(range(40)), st.integers(0, 39))
def test_a_set_has_no_order_and_an_element_more_is_another_set(
    order: list[int], dropped: int
) -> None:
    def written(items: list[int]) -> str:
        return rf"\{{{', '.join(map(str, items))}\}}"

    everything = read_formula(written(list(range(40))))
    assert compare(everything, read_formula(written(order))) == "equal"
    fewer = [item for item in order if item != dropped]
    assert compare(everything, read_formula(written(fewer))) == "different"


@given(texts)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        formula = read_formula(text)
    except UnreadableError as refused:
        assert str(refused)  # noqa: PT017 - either way is right, a reason is due
        return
    assert compare(formula, formula) == "equal"
    try:
        exact_value(formula)
    except TooLargeError as refused:
        assert str(refused)  # noqa: PT017


@given(texts, texts)
def test_comparing_is_total_and_symmetric(one: str, other: str) -> None:
    try:
        left, right = read_formula(one), read_formula(other)
    except UnreadableError:
        return
    assert compare(left, right) == compare(right, left)
