r"""Tokens: numbers with separators, text, fonts, spacing, and letters side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import UnreadableError
from stepsmith.transforms.formula.tokens import is_product, tokenize

CUT = {
    "1+2": "1 + 2",
    "12.50x": "12.50 x",
    ".5": ".5",
    "1e-5": "1e-5",
    "3e2x": "3 e 2 x",
    "2E3": "2E3",
    "1,234": "1234",
    "1,234,567.5": "1234567.5",
    "1,23": "1 , 23",
    "12 345": "12345",
    "1 000 / 2": "1 000 / 2",
    "(1,234)": "( 1 , 234 )",
    r"1{,}234": "1234",
    r"1,\!234": "1234",
    "x<=y>=z!=w==v": "x <= y >= z != w == v",
    "x**2": "x ** 2",
    r"\left(x\right)": "( x )",
    r"\bigl[x\bigr]": "[ x ]",
    r"\left|x\right|": r"\opening | x \closing |",
    r"x\,y\;z\quad w": "x y z w",
    "x~y": "x y",
    r"\text{cm}": '"cm',
    r"\text{ and }": "and",
    r"\text{x}": "x",
    r"\text{12}": "12",
    r"\mathrm{cm}": '"cm',
    r"\mathbf{ab}": "a b",
    r"\operatorname{lcm}": "lcm",
    r"\displaystyle x": "x",
    r"\begin{pmatrix}": r"\begin{pmatrix}",
    r"\mathbb R": r"\mathbb{R}",
    r"\{x\}": r"\{ x \}",
    "xy": "x y",
    "abc": "a b c",
    "sin": "sin",
    "area": "area",
    "5cm": "5 cm",
    "FF_{16}": "F F _ { 16 }",
    "15A_{16}": "15A _ { 16 }",
}


@pytest.mark.parametrize(("text", "tokens"), CUT.items())
def test_a_text_is_cut_into_its_tokens(text: str, tokens: str) -> None:
    assert tokenize(text, max_digits=100) == tokens.split()


@given(st.text(alphabet=r"0123456789,. xyzab\{}()+-*/^_$%'", max_size=40))
def test_tokens_hold_no_space_and_are_never_empty(text: str) -> None:
    try:
        tokens = tokenize(text, max_digits=100)
    except UnreadableError:
        return
    assert all(token and token.strip() == token for token in tokens)


@given(st.integers(1_000, 10**15))
def test_separators_do_not_change_a_number(number: int) -> None:
    for written in (f"{number:,}", f"{number:,}".replace(",", "{,}"), f"{number}"):
        assert tokenize(written, max_digits=100) == [str(number)]


PRODUCTS = {"xy": True, "ab": True, "abc": True, "xyz": True, "is": False, "of": False}
PRODUCTS |= {"cba": False, "sin": False, "pi": False, "cat": False, "bcdfg": False, "IS": True}


@pytest.mark.parametrize(("word", "product"), PRODUCTS.items())
def test_letters_side_by_side_are_a_product_or_a_word(word: str, product: bool) -> None:
    assert is_product(word) is product


def test_a_unit_after_a_number_is_no_product() -> None:
    assert is_product("cm", after="x")
    assert not is_product("cm", after="5")
    assert not is_product("ft", after=")")
