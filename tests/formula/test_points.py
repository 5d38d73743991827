"""Points: the same for the same formulas, others for others, and far enough apart."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import read_formula
from stepsmith.transforms.formula.field import PRIME
from stepsmith.transforms.formula.points import (
    far_points,
    field_points,
    fingerprint,
    real_points,
)

KEY = fingerprint([read_formula("x + y")])
keys = st.binary(min_size=32, max_size=32)


def test_the_order_of_the_formulas_does_not_matter() -> None:
    one, other = read_formula("x + 1"), read_formula("x^2")
    assert fingerprint((one, other)) == fingerprint((other, one))


@pytest.mark.parametrize(
    ("one", "other"), [("x", "y"), ("1", "2"), ("1/2", "2/1"), ("x + 1", "x^1"), ("(1,2)", "[1,2]")]
)
def test_what_is_written_decides_the_points(one: str, other: str) -> None:
    assert fingerprint([read_formula(one)]) != fingerprint([read_formula(other)])


@given(keys)
def test_points_of_the_field_lie_in_it_and_are_never_zero_or_one(key: bytes) -> None:
    for point in field_points(["x", "y", "pi"], key, 4):
        assert set(point) == {"x", "y", "pi"}
        assert all(1 < value < PRIME for value in point.values())
        assert len(set(point.values())) == 3


@given(keys)
def test_points_are_the_same_each_time_and_do_not_depend_on_the_other_names(key: bytes) -> None:
    names = ["x", "y"]
    assert list(real_points(names, key)) == list(real_points(names, key))
    assert list(far_points(names, key)) == list(far_points(names, key))
    alone = [point["x"] for point in real_points(["x"], key)]
    assert alone == [point["x"] for point in real_points(names, key)]


@given(keys)
def test_every_other_real_point_is_positive_and_none_is_zero(key: bytes) -> None:
    points = list(real_points(["x", "y"], key))
    assert len(points) == 12
    assert all(value > 0 for point in points[::2] for value in point.values())
    assert all(0 < abs(value) <= 100 for point in points for value in point.values())


@given(keys)
def test_far_points_go_in_every_direction_at_each_scale(key: bytes) -> None:
    points = list(far_points(["x", "y"], key))
    for at, scale in enumerate((400, 10**4, 10**9, 10**30)):
        four = points[4 * at : 4 * at + 4]
        signs = {(point["x"] > 0, point["y"] > 0) for point in four}
        assert signs == {(True, True), (False, False), (True, False), (False, True)}
        assert all(
            Fraction(scale, 4) < abs(value) <= scale for point in four for value in point.values()
        )


def test_no_names_give_empty_points() -> None:
    assert list(field_points([], KEY, 2)) == [{}, {}]
    assert all(point == {} for point in real_points([], KEY))
