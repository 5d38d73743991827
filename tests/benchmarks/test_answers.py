"""The pairs of `benchmarks.answers` are what they are said to be, whoever judges them."""

import collections
import os
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from benchmarks.answers import HOME, public_pairs, read
from benchmarks.pairs.different import DIFFERENT
from benchmarks.pairs.equal import EQUAL
from benchmarks.pairs.known import PLAINLY_WRONG
from benchmarks.pairs.metamorphic import PER_WAY, math_golds, pairs
from benchmarks.report import CannotRunError

DATA = Path(os.environ.get("STEPSMITH_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data in {DATA}")

WAYS = {**EQUAL, **DIFFERENT}


def write(way: str, gold: str) -> set[str]:
    """Return all that one way makes of an answer, under many seeds."""
    found = (WAYS[way](gold, Random(seed)) for seed in range(60))
    return {made for made in found if made is not None}


@pytest.mark.parametrize(
    ("way", "gold", "made"),
    [
        ("rewrite_fractions", r"\frac{1}{2}", {r"\dfrac{1}{2}", r"\tfrac{1}{2}"}),
        ("slash", r"-\frac{1}{2}", {"-1/2"}),
        ("add_spaces", "x+1", {"x  +  1"}),
        ("size_brackets", "(1,2]", {r"\left(1,2\right]"}),
        ("wrap", "5", {"$5$", r"\boxed{5}", r"\(5\)", "5."}),
        ("add_zeros", "0.5", {"0.50", "0.500", "0.5000"}),
        ("scientific", "-1200", {r"-1.2 \times 10^{3}", r"-1.2 \cdot 10^{3}"}),
        ("reverse_sum", "x^2 - 3x + 1", {"1-3x+x^2"}),
        ("reverse_list", "1, -2", {"-2, 1"}),
        ("mixed", r"-\frac{7}{3}", {r"-2\frac{1}{3}"}),
        ("decimal", r"\frac{3}{8}", {"0.375"}),
        ("decimal", "0.06", {r"\frac{3}{50}"}),
        ("push_under_root", r"-2\sqrt{3}", {r"-\sqrt{12}"}),
        ("unicode_signs", "10", {"\uff11\uff10"}),
        ("brace_base", "12_5", {"12_{5}"}),
        ("swap_parts", r"\frac{2}{3}", {r"\frac{3}{2}"}),
        ("negate", "-5", {"5"}),
        ("change_end", "[1,2)", {"(1, 2)", "[1, 2]"}),
        ("drop_element", "1, 2", {"1", "2"}),
        ("change_element", "(1,2)", {"(3, 2)", "(1, 3)"}),
        ("swap_tuple", "(1,2,3)", {"(3, 2, 1)"}),
        ("change_exponent", "x^2+x", {"x^{3}+x"}),
        ("cube_root", r"2\sqrt{5}", {r"2\sqrt[3]{5}"}),
        ("flip", r"x \le 5", {r"x \ge 5"}),
        ("change_letter", r"\text{(B)}", {r"\text{(C)}"}),
        ("change_base", "12_5", {"12_6"}),
    ],
)
def test_each_way_writes_what_it_says(way: str, gold: str, made: set[str]) -> None:
    assert write(way, gold) == made


@pytest.mark.parametrize(
    ("way", "gold"),
    [
        ("swap_parts", r"\frac{3}{3}"),
        ("swap_parts", r"\frac{0}{3}"),
        ("negate", "0"),
        ("negate", r"\frac{0}{3}"),
        ("swap_tuple", "(1,2,1)"),
        ("drop_element", "1, 1"),
        ("drop_element", "(1,2)"),
        ("change_end", "(2,1)"),
        ("change_exponent", "x^2+y^2"),
        ("change_base", "1_5"),
        ("cube_root", r"\sqrt{1}"),
        ("decimal", r"\frac{1}{3}"),
        ("mixed", r"\frac{6}{3}"),
        ("reverse_list", "100, 200"),
        ("add_one", "1, 2"),
        ("nudge", r"3 \pm x"),
        ("neutral", "x = 1"),
    ],
)
def test_no_way_writes_what_construction_does_not_vouch_for(way: str, gold: str) -> None:
    assert write(way, gold) == set()


@pytest.mark.parametrize("gold", ["0", "7", "-12", "100", "1234", "-98765"])
def test_what_is_made_of_integers_has_the_value_that_is_claimed(gold: str) -> None:
    for way in ("group_thousands", "add_zeros", "split_integer", "scale_fraction", "scientific"):
        assert {value_of(made) for made in write(way, gold)} <= {Fraction(gold)}, way
    for way in ("add_one", "change_digit", "negate", "nudge"):
        assert Fraction(gold) not in {value_of(made) for made in write(way, gold)}, way


def value_of(text: str) -> Fraction:
    """Compute what the builder writes of an integer, by rules of its own."""
    for mark in (r"\!", r"\,", r"\ ", "{,}", ","):
        text = text.replace(mark, "")
    if text.startswith(r"\frac"):
        above, below = text.removeprefix(r"\frac{").removesuffix("}").split("}{")
        return Fraction(int(above), int(below))
    if "10^{" in text:
        mantissa, _, power = text.removesuffix("}").partition("10^{")
        digits = mantissa.replace(r"\times", "").replace(r"\cdot", "").strip()
        return Fraction(digits) * 10 ** int(power)
    if r"\cdot" in text:
        first, rest = text.split(r"\cdot")
        second, third = rest.split("+")
        return Fraction(first.strip()) * Fraction(second.strip()) + Fraction(third.strip())
    if "+" in text:
        return sum((Fraction(part.strip()) for part in text.split("+")), Fraction(0))
    head, minus, tail = text.rpartition("-")
    return Fraction(head) - Fraction(tail) if minus and head else Fraction(text)


def test_the_same_seed_makes_the_same_pairs() -> None:
    golds = ["5", r"\frac{1}{2}", "(1,2)", "x^2+1"]
    assert pairs(golds) == pairs(golds)
    assert pairs(golds) != pairs(golds, seed=1)


def test_no_way_adds_more_than_its_share() -> None:
    made = pairs([str(number) for number in range(10, 1_000)])
    counts = collections.Counter((pair.equal, pair.way) for pair in made)
    assert max(counts.values()) == max(PER_WAY.values())
    assert all(count <= PER_WAY[equal] for (equal, _), count in counts.items())


@needs_data
def test_math_gives_five_thousand_pairs_of_both_kinds() -> None:
    made = pairs(math_golds(DATA))
    assert len(made) >= 5_000
    assert sum(not pair.equal for pair in made) >= 2_000
    assert {pair.way for pair in made} >= set(WAYS) - {"flip"}
    assert all(pair.gold != pair.answer for pair in made)


@needs_data
def test_the_public_set_is_whole_and_its_wrong_pairs_are_in_it() -> None:
    found = public_pairs(DATA)
    assert len(found) == 383
    assert sum(pair.source != HOME for pair in found) == 126
    assert set(PLAINLY_WRONG) < {pair.index for pair in found}


def test_without_data_it_cannot_run(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="STEPSMITH_DATA"):
        math_golds(tmp_path)
    with pytest.raises(CannotRunError, match="STEPSMITH_DATA"):
        public_pairs(tmp_path)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("-5", "-5"),
        (r"so \boxed{5}.", "5"),
        (r"Answer \( (9+1) \)", "(9+1)"),
        ("so the number is 10 which is 1,000.99", "1,000.99"),
        (r"\text{Evelyn}", r"\text{Evelyn}"),
        ("x^2 + 1", "x^2 + 1"),
    ],
)
def test_a_text_may_be_an_answer_or_hold_one(text: str, answer: str) -> None:
    assert read(text) == answer
