"""Inequalities that say what one before them says are confirmed; none is refuted."""

import pytest

from stepsmith.transforms.derive.inequalities import judge_inequalities, may_compare
from tests.derive.reading import trail


def confirm(text: str, *prior: str, prompt: str = "") -> list[tuple[str, str]]:
    found = list(judge_inequalities(trail(text, *prior, prompt=prompt)))
    assert {each.decision for each in found} <= {"partly"}
    return [(each.pair.text, each.sign) for each in found]


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("x + y > 1/2", "2(x + y) > 1"),
        ("1001m < 1571", "1001m + 439 < 2010"),
        ("x \\ge -21", "7 - x \\le 28"),
        ("y > x", "x < y"),
        ("2x ≤ 4", "x < 2"),
        ("17z^2 + y^2 <= 2", "16z^2 + y^2 + z^2 <= 2"),
        ("n \\leq 12", "n^2 + n \\leq 12 + n^2"),
    ],
)
def test_the_same_is_said_otherwise(text: str, before: str) -> None:
    [(found, sign)] = confirm(f"So ${text}$.", f"We have ${before}$.")
    assert (found, sign in text) == (text, True)


@pytest.mark.parametrize(
    "text", ["x < 3", "x > 2", "-x < -2", "2x < 5", "x^2 < 4", "y < 2", "x = 2", "x ≠ 2", "1 < 2"]
)
def test_what_says_something_else_is_left(text: str) -> None:
    assert confirm(text, "x < 2") == []


def test_a_strict_one_does_not_follow_from_one_that_is_not() -> None:
    assert confirm("2x < 4", "x <= 2") == []
    assert confirm("2x <= 4", "x <= 2") == [("2x <= 4", "<=")]


def test_both_signs_of_a_double_one_are_compared() -> None:
    assert confirm("0 < 2x < 4", "0 < x < 2") == [("0 < 2x", "<"), ("2x < 4", "<")]


def test_what_the_problem_states_may_be_repeated_and_what_a_step_says_not() -> None:
    assert confirm("As t <= 10, it stops.", prompt="Let t <= 10.") == [("t <= 10", "<=")]
    assert confirm("As t <= 10, it stops.", "Let t <= 10.") == []


def test_a_text_without_such_a_sign_is_not_read() -> None:
    assert may_compare("x \\leq 3")
    assert not may_compare("x = 3 \\left( 2 \\right)")
    assert not may_compare("x < 3 " * 10_000)


def test_the_evidence_names_what_it_follows_from() -> None:
    [found] = judge_inequalities(trail("So 2x < 4.", "2x + 3 < 7"))
    assert found.computed == "holds wherever 2x + 3 < 7 does"
