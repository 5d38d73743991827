"""Dates in digits are days: neither sums, nor quotients, nor one day because one may be meant."""

import pytest

from stepsmith.transforms.verify.answers.dates import MONTHS, compare_dates, in_full, is_in_digits

DAY = "2021-03-13"


@pytest.mark.parametrize(
    "text",
    [
        DAY,
        "3/13/2021",
        "13/3/2021",
        "03/13/2021",
        "March 13, 2021",
        "March 13 2021",
        "Mar. 13, 2021",
        "13 March 2021",
        "13 of March 2021",
        r"\text{March 13, 2021}",
    ],
)
def test_one_day_is_equal_however_it_is_written(text: str) -> None:
    assert compare_dates(DAY, text) is True
    assert compare_dates(text, DAY) is True


@pytest.mark.parametrize(
    "text", ["2021-03-14", "2020-03-13", "3/12/2021", "13 April 2021", "May 13, 2021"]
)
def test_another_day_differs(text: str) -> None:
    assert compare_dates(DAY, text) is False
    assert compare_dates(text, DAY) is False


def test_a_day_that_may_be_a_month_is_left_open_unless_neither_order_fits() -> None:
    assert compare_dates("2021-03-04", "3/4/2021") is None
    assert compare_dates("3/4/2021", "4/3/2021") is None
    assert compare_dates("2021-03-05", "3/4/2021") is False
    assert compare_dates("5/5/2021", "2021-05-05") is True


@pytest.mark.parametrize(
    "text", ["2015", "2021-13-40", "Smarch 13, 2021", "March 13", "3/13", "2021 - 3 - 13", ""]
)
def test_what_is_no_date_is_compared_with_none(text: str) -> None:
    assert compare_dates(DAY, text) is None
    assert compare_dates(text, DAY) is None


def test_only_whole_dates_with_four_digits_of_a_year_are_taken_for_some() -> None:
    dates = ("2021-03-13", "3/13/2021", "2021-3-1")
    others = ("3/13", "3/4/5", "12-25", "2021-03", "x-2021-03-13", "March 13, 2021", "1/2/20210")
    assert all(map(is_in_digits, dates))
    assert not any(map(is_in_digits, others))


@pytest.mark.parametrize("text", ["Marching 13, 2021", "13 marchers 2021", "Maybe 13 2021"])
def test_a_word_that_only_begins_like_a_month_is_none(text: str) -> None:
    assert compare_dates(DAY, text) is None


def test_months_and_days_are_known_in_full_and_by_their_first_three_or_four_letters() -> None:
    for name in (*MONTHS, "tuesday", "thursday"):
        assert {in_full(name), in_full(name[:3]), in_full(name[:4])} == {name}
    assert [in_full(word) for word in ("marcé", "marching", "sunset", "day", "")] == [
        "marcé", "marching", "sunset", "day", "",
    ]  # fmt: skip
