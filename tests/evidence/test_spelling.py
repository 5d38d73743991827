# ruff: noqa: RUF001 - look-alike letters are what is compared
"""Which names are one, and which states are no contraries though they stay two names."""

import pytest

from stepsmith.transforms.evidence.spelling import alike, unified
from stepsmith.transforms.text.names import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [("Fever", "fever"), ("pleural  effusion", "pleural effusion"), ("caf\u00e9", "cafe\u0301")],
)
def test_case_spaces_and_composed_letters_make_no_other_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "1.0"),
        ("present", "р\u0072esent"),  # with a Cyrillic letter
        ("ｈｉｇｈ", "high"),
        ("yes", "present"),
        ("Absent", "no"),
        ("grade-2", "grade 2"),
        ("high.", "high"),
    ],
)
def test_states_that_a_reader_takes_for_one_are_alike(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("high", "low"),
        ("1", "10"),
        ("-1", "1"),
        ("present", "absent"),
        ("yes", "no"),
        (">5", "<5"),
        ("+", "-"),
        ("nan", "inf"),
        ("!", "?"),
        ("1" * 60, "2" * 60),
    ],
)
def test_states_that_differ_are_not(one: str, other: str) -> None:
    assert not alike(one, other)


def test_a_name_goes_by_its_commonest_spelling_and_by_the_first_of_equally_common_ones() -> None:
    assert unified(["Fever", "fever", "fever", "Rash", "rash"]) == {
        "Fever": "fever",
        "fever": "fever",
        "Rash": "Rash",
        "rash": "Rash",
    }
