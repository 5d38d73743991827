"""A number is foreign only where nothing that is given leads to it at once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.negatives.mismatch.numbers import (
    foreign,
    numbers,
    skeleton,
    within_reach,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("no figures, but seven", ()),
        ("1,234.50 and 0.5", ("2469/2", "1/2")),
        ("x12y3", ("12", "3")),
        ("1,2 or 12,34", ("1", "2", "12", "34")),
        ("$<<3+4=7>>7", ("3", "4", "7", "7")),
        (".75 of 8, no. v.3", ("3/4", "8", "3")),
        ("Step 12: 3 + 4\n(2) 5\n **Step 3** six\n4. x7", ("3", "4", "5", "7")),
        ("28. It is 3.5", ("7/2",)),
        ("3.5 and 7.25", ("7/2", "29/4")),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, expected: tuple[str, ...]) -> None:
    assert numbers(text) == tuple(map(Fraction, expected))


def test_a_skeleton_keeps_the_words_alone() -> None:
    assert skeleton(" She ate  3 + 1,250.5 = 8\n slices.") == "She ate # + # = # slices."
    assert skeleton("3 x 4") == skeleton("30 x 0.4") != skeleton("3 + 4")


PROMPT = "Ann has 47 pears and gives 19 away; a third of her 200 plums are ripe, 15% are not."


@pytest.mark.parametrize(
    "step",
    [
        "47 - 19 = 28",
        "19 + 47 = 66 pears",
        "200 / 3 is not whole",
        "15 per cent of 200 is 30",
        "0.15 of them, and 0.85 of the others",
        "a week has 7 days and an hour 60 minutes",
        "no number at all",
    ],
)
def test_what_follows_at_once_is_not_foreign(step: str) -> None:
    assert foreign(step, within_reach([PROMPT])) is None


@pytest.mark.parametrize(
    ("step", "number"), [("47 + 33 = 80", 33), ("so 5003", 5003), ("8.5", 8.5)]
)
def test_what_nothing_leads_to_is_foreign(step: str, number: float) -> None:
    assert foreign(step, within_reach([PROMPT])) == Fraction(number)


def test_more_that_is_given_leads_to_more() -> None:
    assert foreign("28 * 9 = 252", within_reach([PROMPT])) is not None
    assert foreign("28 * 9 = 252", within_reach([PROMPT, "she keeps 28, 9 times"])) is None


@given(st.lists(st.integers(0, 10_000), max_size=60), st.text())
def test_whatever_is_stated_is_within_reach(stated: list[int], text: str) -> None:
    written = " ".join(map(str, stated))
    assert foreign(written, within_reach([written, text])) is None
    assert {*numbers(text)} <= (within_reach([text]) or frozenset())


def test_of_more_numbers_than_can_be_taken_together_none_is_called_foreign() -> None:
    few = " ".join(str(1_000 + 7 * each) for each in range(100))
    assert foreign("900,001 of them", within_reach([few])) == 900_001
    many = " ".join(str(1_000 + 7 * each) for each in range(121))
    assert within_reach([many]) is None
    assert foreign("900,001 of them", within_reach([many])) is None


@pytest.mark.parametrize(
    ("given_text", "step"),
    [
        ("Use \u00be of a cup for each of the 6.", "0.75 of a cup, 4.5 in all"),
        ("A town of 2.7 million.", "2,700,000 people"),
        ("A tax of 0.35.", ".35 of it"),
        ("A mile.", "There are 5,280 feet in a mile, and 3,600 seconds in an hour."),
    ],
)
def test_what_is_given_in_other_signs_or_known_to_all_is_not_foreign(
    given_text: str, step: str
) -> None:
    assert foreign(step, within_reach([given_text])) is None
