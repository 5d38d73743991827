"""Boxes close where their braces balance, and are taken away with what they hold left."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.text.boxes import boxed, without_boxes
from stepsmith.transforms.text.spans import last_match, outside, says_more, trim, unwrap

PIECES = (r"\boxed{", r"\fbox {", "{", "}", r"\{", r"\}", r"\beginboxed{", "5", " ", "and", ",")
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (r"\boxed{18}", "18"),
        (r"\boxed{ 18 }", "18"),
        (r"\boxed{1}, so \boxed{2}", "2"),
        (r"\boxed{1} and \boxed{2}", r"\boxed{1} and \boxed{2}"),
        (r"\boxed{x = 1} or \boxed{x = 2}", r"\boxed{x = 1} or \boxed{x = 2}"),
        (r"\fbox{\boxed{3}}", "3"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{5} \boxed{}", "5"),
        (r"\boxed{5", None),
        (r"\boxed{\}", None),
        ("{5}", None),
    ],
)
def test_the_last_box_that_closes_counts_or_a_row_of_them(text: str, content: str | None) -> None:
    span = boxed(text)
    assert (None if span is None else text[span[0] : span[1]]) == content


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (r"\boxed{18}", " 18 "),
        (r"\boxed{\frac{1}{2}}", r" \frac{1}{2} "),
        (r"\fbox{\boxed{3}}", "  3  "),
        (r"\boxed{5", " 5"),
        ("{5}", "{5}"),
    ],
)
def test_a_box_that_is_taken_away_leaves_what_is_in_it(text: str, rest: str) -> None:
    assert without_boxes(text) == rest


@given(texts)
def test_no_box_is_left_and_nothing_else_is_lost(text: str) -> None:
    rest = without_boxes(text)
    assert "boxed{" not in rest
    assert rest.count("5") == text.count("5")
    assert rest.count("and") == text.count("and")
    if "box" not in text:
        assert rest == text


@given(texts)
def test_a_box_that_is_found_balances(text: str) -> None:
    span = boxed(text)
    if span is not None:
        inside = text[span[0] : span[1]].replace(r"\{", "").replace(r"\}", "")
        assert inside.count("{") == inside.count("}")


def test_spans_shrink_past_white_space_emphasis_and_full_stops() -> None:
    text = "  **$5$.**  "
    assert trim(text, 0, len(text)) == (2, 10)
    assert unwrap(text, 0, len(text)) == (5, 6)
    assert trim(" \n ", 0, 3) is None
    assert unwrap("****", 0, 4) is None


def test_of_several_matches_the_last_is_returned() -> None:
    found = last_match(re.compile(r"\d"), "1 2 3")
    assert found is not None
    assert found.start() == 4
    assert last_match(re.compile(r"\d"), "none") is None


def test_what_is_outside_spans_stands_before_between_and_after_them() -> None:
    assert outside("abcdef", [(1, 2), (4, 6)]) == ["a", "cd", ""]
    assert outside("abcdef", []) == ["abcdef"]
    assert outside("abcdef", [(0, 5), (1, 2)]) == ["", "", "f"]  # one within another


def test_more_is_said_where_a_letter_or_digit_stands_outside_all_spans() -> None:
    assert not says_more("3, and.", [(3, 6), (0, 1)])
    assert says_more("3, and 4", [(3, 6), (0, 1)])
    assert not says_more("?!", [])
