# ruff: noqa: RUF001 - look-alike signs are what is written
"""Unicode: every digit and sign has its ASCII, and what has none is left and refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import UnreadableError, read_formula
from stepsmith.transforms.formula.symbols import UNICODE
from stepsmith.transforms.formula.unicode import to_ascii
from tests.formula.shown import reading

WRITTEN = {
    "abc": "abc",
    "x²": "x^{2}",
    "x⁻¹²": "x^{-12}",
    "x₁₂": "x_{12}",
    "½": r"\frac{1}{2}",
    "2¾": r"2\frac{3}{4}",
    "１２＋３": "12+3",
    "٣": "3",
    "４２％": "42%",
    "𝟑": "3",
    "𝑥": "x",
    "a\u00a0b": "a b",
    "a\u2009b": "a b",
    "4\u200b2": "42",
    "\ufeff7": "7",
    "−–—": "---",
    "×": r"\times ",
    "日": "日",
    "ﷺ": "ﷺ",
}


@pytest.mark.parametrize(("text", "ascii_text"), WRITTEN.items())
def test_each_character_has_its_ascii(text: str, ascii_text: str) -> None:
    assert to_ascii(text) == ascii_text


@given(st.characters(categories=["Nd"]))
def test_a_digit_of_any_script_is_that_digit(digit: str) -> None:
    value = unicodedata.decimal(digit)
    assert to_ascii(digit) == str(value)
    assert reading(f"1{digit}") == f"1{value}"


@given(st.text(max_size=30))
def test_writing_in_ascii_is_total_and_done_once(text: str) -> None:
    once = to_ascii(text)
    if once.isascii():
        assert to_ascii(once) == once
    assert to_ascii(once + "x").endswith("x")


@pytest.mark.parametrize("sign", sorted(UNICODE))
def test_every_sign_that_is_known_is_written_in_ascii(sign: str) -> None:
    assert UNICODE[sign].isascii()


EQUIVALENT = {
    "x ≤ 3": r"x \le 3",
    "x ≠ 3": r"x \ne 3",
    "½ · π": r"\frac12 \cdot \pi",
    "(0, 1) ∪ (2, 3)": r"(0, 1) \cup (2, 3)",
    "⌊2.5⌋": r"\lfloor 2.5 \rfloor",
    "∞": r"\infty",
    "α + β": r"\alpha + \beta",
    "∑_{k=1}^3 k": r"\sum_{k=1}^3 k",
    "3 ± 2": r"3 \pm 2",
    "30°": r"30^\circ",
    "x′": "x'",
    "∣x∣": "|x|",
    "log₂8": r"\log_2 8",
    "10⁻³": "10^{-3}",
    "5 ∈ ℝ": r"5 \in \mathbb R",
}


@pytest.mark.parametrize(("text", "latex"), EQUIVALENT.items())
def test_signs_read_as_their_commands(text: str, latex: str) -> None:
    assert reading(text) == reading(latex)


@pytest.mark.parametrize("text", ["1日", "∫ x", "¬x", "x∧y", "1…", "☃ + 1"])
def test_signs_without_a_reading_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_formula(text)
