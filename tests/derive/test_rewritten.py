"""Formulas in words that are another form of one before are confirmed; none is refuted."""

import pytest

from stepsmith.transforms.derive.rewritten import judge_rewritten, may_lead_on
from tests.derive.reading import trail


def confirm(text: str, *prior: str, prompt: str = "") -> list[tuple[str, str]]:
    found = list(judge_rewritten(trail(text, *prior, prompt=prompt)))
    assert {each.decision for each in found} <= {"partly"}
    return [(each.pair.text, each.computed) for each in found]


@pytest.mark.parametrize(
    ("text", "before", "form"),
    [
        ("Simplifying, we get 20 + 20x.", "So it is 20 + 2(10x).", "20 + 20x"),
        ("Which can be written as:\n$\\frac{-96}{33}$", "$\\frac{4(-24)}{33}$", "\\frac{-96}{33}"),
        ("That simplifies to $120\\sin(60^\\circ)$.", "$15 \\cdot 8\\sin(60^\\circ)$", None),
        ("This is equivalent to (x - 7)(x + 2).", "We have x^2 - 5x - 14 < 0.", None),
        ("Combining terms gives 17z^2 + y^2 <= 2.", "16z^2 + y^2 + z^2 <= 2", "17z^2 + y^2"),
        ("So it is 2(382)", "A = 2(400 - 36 + 18)", "2(382)"),
    ],
)
def test_what_words_lead_to_is_compared_with_what_stood_before(
    text: str, before: str, form: str | None
) -> None:
    [(found, computed)] = confirm(text, before)
    assert found == form or form is None
    assert computed.startswith("another form of ")


def test_both_may_stand_in_the_step() -> None:
    text = "The product x(x/4) - 2(x/4)^2 then simplifies to x^2/8."
    assert confirm(text) == [("x^2/8", "another form of x(x/4) - 2(x/4)^2")]


@pytest.mark.parametrize(
    "text",
    [
        "Simplifying, we get 20 + 21x.",  # it may be simplified further than is seen
        "Now consider 20 + 20x.",
        "So choice B is 20 + 20x.",
        "If it becomes 20 + 20x, we are done.",
        "So this is never 20 + 20x.",
        "So we get 20 + 2(10x).",  # the same once more
        "So we get 20 + 20y.",
        "So f(x) = 20 + 20x.",  # an equation
        "The remainder is then 20 + 20x (mod 7).",
    ],
)
def test_what_no_words_lead_to_or_what_is_no_other_form_is_left(text: str) -> None:
    assert confirm(text, "So it is 20 + 2(10x).") == []


def test_a_number_is_compared_with_what_stands_right_before_it() -> None:
    assert confirm("So we get 3/8 + 1/8.", "2/8 + 1/8 + 1/8") != []
    assert confirm("So we get 3/8 + 1/8.", "2/8 + 1/8 + 1/8", "7 + 1") == []
    assert confirm("So we get 2/8 + 1/8 + 1/8.", "3/8 + 1/8") == []  # no simpler
    assert confirm("So the chance is 1/2.", "2/4") == []  # many things are a half


@pytest.mark.parametrize("form", ["|x| + y + 1", "max(x, y + 1)", "2x + 0.3y"])
def test_formulas_that_agree_on_half_of_the_numbers_are_left(form: str) -> None:
    assert confirm(f"So we get {form}.", "x + (y + 1) + 0*x", "max(x, 1 + y)", "2x + 0.1y*3") == []


def test_a_step_without_words_that_lead_on_is_not_read() -> None:
    assert may_lead_on("Thus 2 + 3")
    assert not may_lead_on("2 + 3")
    assert not may_lead_on("so " * 10_000)
