import math
import time

import pytest
from hypothesis import given

from stepsmith.transforms.judging.compare import (
    PYTHON,
    STRICT,
    Comparison,
    Difference,
    first_difference,
    show,
)
from tests.judging.values import VALUES

NAN = math.nan


@given(VALUES)
def test_every_value_equals_itself(value: object) -> None:
    from stepsmith.transforms.judging.codec import decode, encode

    for how in (STRICT, PYTHON, Comparison(rel_tol=1e-9, list_is_tuple=True, int_is_float=False)):
        assert first_difference(value, decode(encode(value)), how) is None


@given(VALUES, VALUES)
def test_a_difference_is_one_from_both_sides(left: object, right: object) -> None:
    for how in (STRICT, PYTHON):
        one, other = first_difference(left, right, how), first_difference(right, left, how)
        assert (one is None) == (other is None)


@given(VALUES, VALUES)
def test_python_options_follow_python_where_no_nan_is(left: object, right: object) -> None:
    if "nan" not in repr((left, right)):
        assert (first_difference(left, right, PYTHON) is None) == (left == right)


@pytest.mark.parametrize(
    ("expected", "got", "option"),
    [
        (True, 1, {"bool_is_int": True}),
        ([0, 1], [False, 1], {"bool_is_int": True}),
        ({True: "a"}, {1: "a"}, {"bool_is_int": True}),
        ({1}, {True}, {"bool_is_int": True}),
        ([1, 2], (1, 2), {"list_is_tuple": True}),
        ({(1, (2,))}, {(1, (2,))}, {}),
        (1, 1.0, {}),
        (1, 1 + 0j, {}),
        ({1}, {1.0}, {}),
        (0.0, -0.0, {}),
        (NAN, NAN, {}),
        ([NAN], [float("nan")], {}),
        ({NAN}, {float("nan")}, {}),
        ({(1, NAN)}, {(1, float("nan"))}, {}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {}),
        ({1, 2}, frozenset({2, 1}), {}),
        (0.3, 0.1 + 0.2, {"rel_tol": 1e-9}),
        (0.0, 1e-9, {"abs_tol": 1e-6}),
        ([1, {"x": 2.0}], [1, {"x": 2.0000001}], {"rel_tol": 1e-6}),
        ({1.0, 2.0}, {1.0000001, 1.9999999}, {"rel_tol": 1e-6}),
        ({(1.0,), (1.5,)}, {(1.4,), (2.0,)}, {"abs_tol": 0.5}),
        ({1.0, 1.5}, {1.4, 2.0}, {"abs_tol": 0.5}),  # 1.0 could take the one that 1.5 needs
        (10**400, 10**400 + 1, {"rel_tol": 1e-9}),
        (1j, 1j + 1e-12, {"abs_tol": 1e-9}),
        (math.inf, math.inf, {"rel_tol": 1e-9}),
    ],
)
def test_equal(expected: object, got: object, option: dict[str, bool]) -> None:
    assert first_difference(expected, got, Comparison(**option)) is None


@pytest.mark.parametrize(
    ("expected", "got", "option"),
    [
        (True, 1, {}),
        ({True: "a"}, {1: "a"}, {}),
        ({1}, {True}, {}),
        ([1, 2], (1, 2), {}),
        (1, 1.0, {"int_is_float": False}),
        ({1}, {1.0}, {"int_is_float": False}),
        (NAN, NAN, {"nan_equal": False}),
        (NAN, 1.0, {}),
        (NAN, 1.0, {"abs_tol": math.inf}),
        ({NAN}, {1.0}, {}),
        ("1", 1, {}),
        ("a", b"a", {}),
        (None, False, {"bool_is_int": True}),
        ({}, set(), {}),
        ([], None, {}),
        (0.3, 0.1 + 0.2, {}),
        ({1.0, 2.0}, {1.0000001, 1.5}, {"rel_tol": 1e-6}),
        ({1.0: 1}, {1.0000001: 1}, {"rel_tol": 1e-6}),  # keys are exact
        (10**400, 1.0, {"rel_tol": 1e-9}),
        (10**400, math.inf, {"rel_tol": 1e-9}),
    ],
)
def test_not_equal(expected: object, got: object, option: dict[str, bool]) -> None:
    assert first_difference(expected, got, Comparison(**option)) is not None


@pytest.mark.parametrize(
    ("expected", "got", "difference"),
    [
        (1, 2, Difference(path="", expected="1", got="2")),
        (1, "1", Difference(path="", expected="int 1", got="str '1'")),
        ([1, [2, 3]], [1, [2, 4]], Difference(path="[1][1]", expected="3", got="4")),
        ([1], [1, 2], Difference(path="", expected="1 items [1]", got="2 items [1, 2]")),
        ({"a": (1,)}, {"a": (2,)}, Difference(path="['a'][0]", expected="1", got="2")),
        ({"a": 1}, {}, Difference(path="['a']", expected="1", got="no such key")),
        ({}, {"a": 1}, Difference(path="['a']", expected="no such key", got="1")),
        ({1, 2}, {1, 3}, Difference(path="", expected="{1, 2} with [2]", got="{1, 3} with [3]")),
    ],
)
def test_the_first_difference_is_found_with_its_path(
    expected: object, got: object, difference: Difference
) -> None:
    assert first_difference(expected, got) == difference


def test_a_difference_reads_as_a_sentence() -> None:
    assert str(first_difference([1], [2])) == "expected 1 at [0], got 2"
    assert str(first_difference(1, 2)) == "expected 1, got 2"


def test_long_values_are_cut_and_huge_numbers_described() -> None:
    assert len(show("x" * 10_000)) < 200
    assert len(show([list(range(1000))] * 1000)) < 1_000
    assert show(10**5_000) == "<int of 16610 bits>"


def test_a_big_set_is_compared_in_good_time() -> None:
    began = time.process_time()
    large = set(range(100_000))
    assert first_difference(large, {value + 1 for value in large}, Comparison(rel_tol=1e-9))
    assert time.process_time() - began < 60  # each with each it would be hours


def test_a_big_set_of_numbers_is_matched_within_a_tolerance_in_good_time() -> None:
    began = time.process_time()
    left = {float(value) for value in range(50_000)}
    near = {value + 1e-9 for value in left}
    assert first_difference(left, near, Comparison(abs_tol=1e-6)) is None
    assert first_difference(left, near | {-9.0}, Comparison(abs_tol=1e-6)) is not None
    assert time.process_time() - began < 60  # each with each it would be hours


def test_elements_without_an_order_are_matched_up_to_a_bearable_number() -> None:
    left = {(float(value), "x") for value in range(64)}
    near = {(value + 1e-9, text) for value, text in left}
    assert first_difference(left, near, Comparison(abs_tol=1e-6)) is None


def test_an_int_that_no_float_holds_equals_none() -> None:
    for how in (STRICT, PYTHON):
        assert first_difference(2**53 + 1, 2.0**53, how) is not None
        assert first_difference(2**53, 2.0**53, how) is None
    assert first_difference(2**53 + 1, 2.0**53, Comparison(rel_tol=1e-9)) is None
