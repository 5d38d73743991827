"""Sets of real numbers have one form, however they are written."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import read_formula
from stepsmith.transforms.formula.intervals import (
    Interval,
    complement_of,
    end_of,
    intersect,
    real_set,
    unite,
)

ends = st.tuples(st.integers(-5, 5), st.integers(-5, 5)).map(sorted)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = draw(ends)
    return Interval(
        Fraction(low), draw(st.integers(0, 1)), Fraction(high), draw(st.integers(-1, 0))
    )


def holds(interval: Interval, number: Fraction) -> bool:
    above = number > interval.low or (number == interval.low and interval.low_offset == 0)
    below = number < interval.high or (number == interval.high and interval.high_offset == 0)
    return above and below


NUMBERS = [Fraction(twice, 2) for twice in range(-12, 13)]


@given(st.lists(intervals(), max_size=5))
def test_a_union_holds_what_any_of_its_parts_holds(parts: list[Interval]) -> None:
    united = unite(parts)
    for number in NUMBERS:
        assert any(holds(each, number) for each in united) == any(
            holds(each, number) for each in parts
        )
    assert list(united) == sorted(united)
    assert unite(reversed(united)) == united


@given(st.lists(intervals(), max_size=3).map(unite), st.lists(intervals(), max_size=3).map(unite))
def test_an_intersection_holds_what_both_hold(
    one: tuple[Interval, ...], other: tuple[Interval, ...]
) -> None:
    common = intersect(one, other)
    assert common == intersect(other, one)
    for number in NUMBERS:
        assert any(holds(each, number) for each in common) == all(
            any(holds(each, number) for each in side) for side in (one, other)
        )


def test_the_complement_of_a_point_is_all_but_it() -> None:
    left, right = complement_of(Fraction(2))
    assert not holds(left, Fraction(2))
    assert not holds(right, Fraction(2))
    assert holds(left, Fraction(1))
    assert holds(right, Fraction(3))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"(0,1)\cup[1,2)", "(0,2)"),
        (r"(0,2)\cap(1,3)", "(1,2)"),
        (r"\{1\}\cup(1,2]", "[1,2]"),
        (r"(-\infty,3)\cup(2,\infty)", r"(-\infty,\infty)"),
        (r"[1,\sqrt{4}]", "[1,2]"),
    ],
)
def test_two_ways_to_write_a_set_are_one(one: str, other: str) -> None:
    assert real_set(read_formula(one)) == real_set(read_formula(other))
    assert real_set(read_formula(one)) is not None


@pytest.mark.parametrize("text", ["(3,1)", "(1,1)", "(1,2,3)", "5", "[x,2]", r"[1,\sqrt{-1}]"])
def test_what_is_no_set_of_real_numbers_has_no_form(text: str) -> None:
    assert real_set(read_formula(text)) is None


def test_ends_are_exact_or_near_or_infinite() -> None:
    assert end_of(read_formula("1/3")) == Fraction(1, 3)
    assert end_of(read_formula(r"-\infty")) == -math.inf
    root = end_of(read_formula(r"\sqrt{2}"))
    assert isinstance(root, Fraction)
    assert abs(root**2 - 2) < Fraction(1, 2**120)
    assert end_of(read_formula("x")) is None
    assert end_of(read_formula("9^{9^9}")) is None
