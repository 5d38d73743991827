"""Hostile formulas: each is answered or refused at once, and nothing in them is run."""

import contextlib
import random
import time
from fractions import Fraction

import pytest

from stepsmith.transforms.formula import (
    Number,
    TooLargeError,
    UnreadableError,
    alternatives,
    as_assignment,
    compare,
    exact_value,
    read_formula,
    rounds_to,
    without_units,
)

LIMIT_S = 2.5  # of processor time; what is not bounded takes minutes
ONE = read_formula("1")


def _repeated(before: str, middle: str, after: str, times: int) -> str:
    return before * times + middle + after * times


HOSTILE = {
    "tower": "9^{9^{9}}",
    "power": "2^{10^{10}}",
    "long power": "7^{123456789}",
    "factorial": "10000000!",
    "binomial": r"\binom{1000000}{500000}",
    "many binomials": r"\binom{9999}{5000}" * 60,
    "factorial of a long decimal": "0.256783300876676719129135234984630831091210!",
    "many factorials": "*".join(["1999!"] * 300),
    "product": r"\prod_{k=1}^{10000000} k",
    "sum": r"\sum_{k=1}^{1000000000} k^2",
    "nested sums": r"\sum_{k=1}^{2000} \sum_{j=1}^{2000} k j",
    "thrice nested sums": r"\sum_{k=1}^{2000}\sum_{j=1}^{2000}\sum_{m=1}^{2000} k",
    "harmonic sum": r"\sum_{k=1}^{1999}\frac{1}{k}",
    "sum of powers": r"\sum_{k=1}^{2000} k^{2000}",
    "trigonometric powers": r"(\sin x + \cos x)^{50} - (1+\sin 2x)^{25}",
    "integral": r"\int_0^1 \frac{\sin x}{x} dx",
    "40 fractions": _repeated(r"\frac{1}{1+", "1", "}", 40),
    "300 fractions": _repeated(r"\frac{1}{1+", "1", "}", 300),
    "2,000 parentheses": _repeated("(", "1", ")", 2000),
    "900 parentheses": _repeated("(", "1", ")", 900),
    "3,000 braces": "{" * 3000,
    "900 braces": _repeated("{", "1", "}", 900),
    "10,000 digits": "1" * 10_000,
    "1,000 digits": "9" * 1_000,
    "100,000 terms": "1+" * 100_000 + "1",
    "900 terms": "1+" * 900 + "1",
    "900 divisions": "1/" * 900 + "3",
    "900 powers": "2^" * 900 + "2",
    "15 powers": "x^" * 15 + "2",
    "signs": "-" * 1999 + "1",
    "factorial signs": "1" + "!" * 1000,
    "90 roots": _repeated(r"\sqrt{", "2", "}", 90),
    "90 sines": _repeated(r"\sin(", "x", ")", 90),
    "300 sines": r"\sin" * 300 + "x",
    "380 sines": r"\sin x" * 380,
    "90 exponentials": _repeated("e^{", "1", "}", 90),
    "five exponentials": "e^{e^{e^{e^{10}}}}",
    "sine of a giant": r"\sin(10^{500})",
    "floor of a giant": r"\lfloor \pi 10^{300} \rfloor",
    "symbols": "x" * 1999,
    "300 factors": "(x+1)" * 300,
    "degree": "(x+y+z)^{999999}",
    "nested degrees": "(((x^{1000})^{1000})^{1000})^{1000}",
    "exponent": "x^{10^{30}}",
    "self power": "x^{x^{x^{x^{x}}}}",
    "compound interest": "(1+1/10^{100})^{10^{100}}",
    "scientific": "1e99999",
    "bars": "|" * 1000,
    "bars and symbols": "|x" * 500 + "|",
    "commas": "1," * 900 + "1",
    "thousands": "1,000" * 300,
    "spaced thousands": "1 000 " * 300,
    "dollars": "$1$" * 600,
    "boxes": _repeated(r"\boxed{", "1", "}", 250),
    "text": r"\text{" * 300,
    "zero width": "\u200b" * 1999,
    "ligatures": "\ufdfa" * 1999,
    "superscripts": "x" + "²" * 1900,
    "halves": "½" * 1000,
    "subscripts": "x" + "_1" * 500,
    "primes": "x" + "'" * 1900,
    "plus or minus": r"1\pm" * 400 + "1",
    "chain": "=".join("x" * 900),
    "inequalities": "1<" * 900 + "2",
    "unions": r"\cup".join([r"(\sqrt{2},\pi)"] * 100),
    "set of roots": r"\{" + ",".join(rf"\sqrt{{{n}}}" for n in range(150)) + r"\}",
    "matrices": r"\begin{pmatrix}" * 100,
    "one row": r"\begin{pmatrix}" + "&".join("1" * 900) + r"\end{pmatrix}",
    "ratio": "x:" * 900 + "x",
    "repeating": r"0.\overline{" + "3" * 900 + "}",
    "calls": _repeated("f(", "x", ")", 90),
    "bases": "1_" * 900 + "2",
    "pole": r"\tan(\pi/2)",
    "code": "__import__('os').system('touch canary')",
    "attributes": "().__class__.__bases__[0].__subclasses__()",
    "lambda": r"\text{(lambda: exit())()}",
    "white space": " " * 1999,
    "control": "\x00\x01\x02" * 600,
    "surrogates": "\ud800" * 600,
}


def _exercise(text: str) -> None:
    formula = read_formula(text)
    with contextlib.suppress(TooLargeError):
        exact_value(formula)
    rounds_to(Number(Fraction(1), 2), formula)
    as_assignment(formula)
    without_units(formula)
    alternatives(formula)
    assert compare(formula, formula) == "equal"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_formula_is_answered_or_refused_at_once(text: str) -> None:
    compare(read_formula(r"\sin 1"), ONE)  # the import of mpmath is not the formula's
    started = time.process_time()
    try:
        _exercise(text)
        changed = read_formula(f"{text} + 1")
    except UnreadableError:
        changed = ONE
    else:
        assert compare(read_formula(text), changed) != "equal" or "," in text
    assert time.process_time() - started < 4 * LIMIT_S


def test_a_thousand_permuted_integers_are_the_same_set() -> None:
    numbers = list(range(1000))
    text = rf"\{{{','.join(map(str, numbers))}\}}"
    random.Random(0).shuffle(numbers)
    permuted = rf"\{{{','.join(map(str, numbers))}\}}"
    started = time.process_time()
    one, other = (read_formula(each, max_length=10_000) for each in (text, permuted))
    assert compare(one, other) == "equal"
    changed = read_formula(
        permuted.replace("{0,", "{1000,").replace(",0,", ",1000,"), max_length=10_000
    )
    assert compare(one, changed) == "different"
    assert time.process_time() - started < 2 * LIMIT_S


@pytest.mark.parametrize("text", ["(x+1)" * 380, r"\frac{1}{x}" * 180, "x+" * 990 + "x"])
def test_reading_takes_time_linear_in_the_text(text: str) -> None:
    started = time.process_time()
    read_formula(text)
    assert time.process_time() - started < LIMIT_S


def test_a_deep_stack_of_the_caller_is_no_crash() -> None:
    text = _repeated("(", "1", ")", 99)

    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
            return
        with pytest.raises(UnreadableError, match="stack"):
            read_formula(text)

    deeper(700)
