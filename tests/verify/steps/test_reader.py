from fractions import Fraction

import pytest
from hypothesis import given

from stepsmith.transforms.verify.steps.reader import Expression, read_expression
from stepsmith.transforms.verify.steps.tokens import tokenise
from stepsmith.transforms.verify.steps.trees import Reading, UnreadableError, Value, compute
from tests.verify.steps.sums import SUMS, Sum


def read(text: str) -> Expression:
    tokens = tokenise(text)
    return read_expression(tokens, [token.kind for token in tokens], 0, x_multiplies=True)


def value(text: str, reading: Reading | None = None) -> Value:
    """Compute text that is nothing but an expression."""
    found = read(text)
    assert tokenise(text)[found.stop].kind == "end", f"read up to token {found.stop}"
    return compute(found.tree, reading or Reading())


@given(SUMS)
def test_sums_have_their_exact_values(sum_: Sum) -> None:
    assert value(sum_.text) == sum_.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("[2 + 3] * 4", "20"),
        ("5--9", "14"),
        ("5 - -9 + -2", "12"),
        ("3 * -2", "-6"),
        ("-(2 + 3)", "-5"),
        ("2^3", "8"),
        ("2^{-3}", "1/8"),
        ("10^-2", "1/100"),
        ("-2^2", "-4"),
        ("(-2)^2", "4"),
        ("2(3)", "6"),
        ("(2)(3)", "6"),
        ("2(3)^2", "18"),
        ("0.15 (54) + 1", "91/10"),
        ("10 / 4", "5/2"),
        ("1/2/2", "1/4"),
        (r"\frac{1}{2} + \frac{3}{4}", "5/4"),
        (r"\frac{1 + 2}{3 \cdot 4}", "1/4"),
        (r"\frac12", "1/2"),
        (r"\frac1{12}", "1/12"),
        ("2 1/2", "5/2"),
        (r"2\frac{1}{2}", "5/2"),
        ("2½", "5/2"),
        (r"\frac{1}{2} \sqrt{16}", "2"),
        (r"\sqrt{16}", "4"),
        (r"\sqrt{\frac{4}{9}}", "2/3"),
        (r"\sqrt[3]{27}", "3"),
        ("sqrt(25)", "5"),
        ("√(9)", "3"),
        ("√9", "3"),
        ("4^{1/2}", "2"),
        ("5! ", "120"),
        (r"\binom{5}{2}", "10"),
        ("5C2", "10"),
        ("5 choose 2", "10"),
        ("|3 - 5|", "2"),
        ("20% * 50", "10"),
        ("20% of 50", "10"),
        ("3/4 of 20", "15"),
        ("20 percent * 50", "10"),
        ("3 x 4", "12"),
        ("3x4", "12"),
        ("3 x $4", "12"),
        ("$5 - $3", "2"),
        ("$-65", "-65"),
        ("5$ + 3$", "8"),
        ("2 apples + 3 red apples + 1", "6"),
        ("16 scallops x $6.00/scallop", "96"),
        ("2 x $12 (adult tickets) + 1", "25"),
        ("2 cm^2 + 3", "5"),
        (r"180^\circ - 60^\circ", "120"),
        (r"\left( 2 + 3 \right)", "5"),
        (r"5 \pm 2", "7"),
    ],
)
def test_expressions_have_their_exact_values(text: str, expected: str) -> None:
    text = f"${text.strip()}$" if "!" in text else text
    assert value(text) == Fraction(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(r"\sqrt{2}", 2**0.5), (r"2\pi", 6.283185307179586), ("2^{0.5}", 2**0.5), ("√2 * √2", 2.0)],
)
def test_irrational_values_are_floats(text: str, expected: float) -> None:
    found = value(text)
    assert isinstance(found, float)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "reading", "expected"),
    [
        ("25%", Reading(percent=False), "25"),
        (r"2\frac{1}{2}", Reading(mixed=False), "1"),
        ("1/2(3)", Reading(tight=True), "1/6"),
        ("28 / 1/5", Reading(tight=True), "140"),
        ("-2^2", Reading(whole_base=True), "4"),
        ("15% of 300", Reading(part=False), "3/20"),
        (r"5 \pm 2", Reading(plus=False), "3"),
    ],
)
def test_what_has_two_readings_says_so(text: str, reading: Reading, expected: str) -> None:
    found = read(text)
    assert reading in set(found.readings())
    assert value(text, reading) == Fraction(expected)


def test_what_has_one_reading_is_read_once() -> None:
    assert list(read("2 + 3 * 4").readings()) == [Reading()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2 + x",
        "2 3",
        "(2",
        "(2, 3)",
        "(2]",
        "()",
        "50 + 20%",
        r"\frac{1}",
        r"\sqrt12",
        r"\log 5",
        "2^",
        "2^3^4",
        "2^x",
        "1/ x",
        "(" * 50 + "1" + ")" * 50,
        "1 + " * 500 + "1",
        r"\frac{1}{" * 50 + "1" + "}" * 50,
    ],
)
def test_what_could_mean_something_else_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("5 apples and", "apples"),
        ("5x", "x"),
        ("5 (see above)", "("),
        ("5 of them", "of"),
        ("5!", "!"),
        ("5)", ")"),
        ("5 times 3", "times"),
        ("5 x", "x"),
        ("5 + ", "+"),
        ("5 / ", "/"),
    ],
)
def test_an_expression_ends_where_it_does_not_go_on(text: str, rest: str) -> None:
    assert tokenise(text)[read(text).stop].text == rest


def test_the_way_it_is_written_is_kept() -> None:
    found = read("$2.50 * 3 boxes + 4 cups / 2.125 = 1")
    assert (found.n_numbers, found.places, found.units) == (4, 3, ("box", "cup"))
    assert (found.adds, found.multiplies, found.divides, found.has_currency) == (True,) * 4


@pytest.mark.parametrize(
    ("text", "is_lone"),
    [("5", True), ("-5", True), ("5%", True), ("2 + 3", False), (r"\sqrt{2}", False), ("π", False)],
)
def test_a_lone_number_is_one_that_is_printed(text: str, is_lone: bool) -> None:
    assert read(text).is_lone is is_lone
