from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.verify.steps.trees import (
    Node,
    Number,
    Operation,
    UnreadableError,
    Value,
    apart,
    compute,
    magnitude,
    root,
    within_budget,
)


def number(value: Value) -> Number:
    return Number(value, 0)


def node(operation: Operation, left: Value, right: Value) -> Node:
    return Node(operation, number(left), number(right))


@pytest.mark.parametrize(
    "tree",
    [
        node("^", 9, 10**9),
        node("^", 2, 5_000),
        node("^", Fraction(1, 3), -(10**7)),
        node("^", -2, Fraction(1, 3)),
        node("^", 1.5, 10**6),
        node("^", 0.0, -1),
        node("!", 171, 0),
        node("!", -1, 0),
        node("!", Fraction(1, 2), 0),
        node("binomial", 10**6, 5),
        node("binomial", 5, -1),
        node("binomial", 2.5, 1),
        node("root", 2, -4),
        node("root", 1, 4),
        node("root", 10**9, 4),
        node("root", 2.5, 4),
        node("*", 1e150, 1e150),
        node("*", 10**1000, 10**1000),
    ],
)
def test_what_is_too_large_or_not_real_is_unreadable(tree: Node) -> None:
    with pytest.raises(UnreadableError):
        compute(tree)


@pytest.mark.parametrize("operation", ["/", "//"])
def test_a_division_by_zero_is_told_from_what_cannot_be_read(operation: Operation) -> None:
    with pytest.raises(ZeroDivisionError):
        compute(node(operation, 1, 0))


@given(st.fractions(0, 10**6), st.integers(2, 5))
def test_the_root_of_a_power_is_exact(base: Fraction, index: int) -> None:
    assert root(index, base**index) == base


@given(st.integers(0, 10**30))
def test_roots_that_are_not_rational_are_near(radicand: int) -> None:
    assert float(root(2, radicand)) ** 2 == pytest.approx(radicand)


def test_the_root_of_a_power_beyond_floats_is_exact() -> None:
    assert root(60, Fraction(930_364**60)) == 930_364
    assert root(64, Fraction(64_833, 2) ** 64) == Fraction(64_833, 2)


def test_an_odd_root_of_a_negative_number_is_negative() -> None:
    assert root(3, -27) == -3


@given(st.fractions())
def test_a_value_within_the_budget_stays_itself_and_whole_ones_are_integers(
    value: Fraction,
) -> None:
    kept = within_budget(value)
    assert kept == value
    assert isinstance(kept, int) is (value.denominator == 1)


@given(st.integers() | st.fractions(), st.integers() | st.fractions())
def test_distances_are_those_between_numbers(one: Fraction, other: Fraction) -> None:
    difference, size = apart(one, other)
    assert difference == abs(one - other) == magnitude(other - one)
    assert size == max(abs(one), abs(other))
