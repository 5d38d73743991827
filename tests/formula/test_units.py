"""Units have one name however they are written, and two units are never one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.formula import compare, read_formula
from stepsmith.transforms.formula.units import UNITS, unit_name

FAMILIES = {
    "cm": ["cm", "centimeter", "Centimeters", "centimetres", "CM"],
    "inch": ["inch", "inches", "in", "in."],
    "foot": ["foot", "feet", "ft"],
    "hour": ["hour", "hours", "hr", "HRS"],
    "mile per hour": ["miles per hour", "mile per hour", "Mi per hr"],
    "dollar": ["dollar", "dollars", "USD"],
    "apple": ["apple", "apples", " Apples. "],
    "glass": ["glass"],
    "gas": ["gas"],
    "cm^2": ["cm^2", "cm ^2"],
    "degree": ["degree", "degrees", "deg"],
}


@pytest.mark.parametrize(
    ("name", "written"), [(name, each) for name, all_of in FAMILIES.items() for each in all_of]
)
def test_each_spelling_has_the_name_of_its_unit(name: str, written: str) -> None:
    assert unit_name(written) == name


def test_no_two_families_share_a_name() -> None:
    for one, other in itertools.combinations(FAMILIES, 2):
        assert unit_name(one) != unit_name(other)


@given(st.sampled_from(sorted(UNITS)) | st.text(max_size=12))
def test_a_name_is_its_own_name(text: str) -> None:
    known = unit_name(text)
    if known in UNITS:
        assert unit_name(known) == known
    assert known == known.strip()


TABLE = [
    ("5 cm", "5 centimeters", "equal"),
    ("5 feet", "5 ft", "equal"),
    ("$5", r"5\text{ dollars}", "equal"),
    ("$5", "$6", "different"),
    ("5 apples", "6 apples", "different"),
    ("5 apples", "5 pears", "unknown"),
    ("5 cm", r"5 \text{ cm}^2", "unknown"),
    ("5 feet", "60 inches", "unknown"),
    ("5 cm", "5", "unknown"),
]


@pytest.mark.parametrize(("one", "other", "outcome"), TABLE)
def test_quantities_are_compared_in_one_unit_only(one: str, other: str, outcome: str) -> None:
    assert compare(read_formula(one), read_formula(other)) == outcome
    assert compare(read_formula(other), read_formula(one)) == outcome
