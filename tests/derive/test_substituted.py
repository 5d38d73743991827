"""Substitutions: what fits one equation before is left, what fits the only one is refuted."""

import pytest

from stepsmith.transforms.derive.substituted import judge_substitutions
from tests.derive.reading import trail


def decide(text: str, *prior: str, prompt: str = "") -> list[tuple[str, str]]:
    found = judge_substitutions(trail(text, *prior, prompt=prompt))
    return [(each.pair.text, each.decision) for each in found]


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("Substituting y = 2x gives x + 2x = 12.", "partly"),
        ("Substituting y = 2x gives 3x = 12.", "partly"),
        ("Substituting y = 2x gives x = 4.", "partly"),
        ("Substituting y = 2x gives 2x = 12.", "false"),
        ("Plugging in y = 8, we get x = 4.", "partly"),
        ("Plugging in y = 8, we get x = 5.", "false"),
        ("Let y = 2x. Substituting this, we get 4x = 12.", "false"),
        ("If we substitute y = 2x, we get 2x = 12.", "open"),
        ("Substituting y = 2x, we get 2x = 12, which is wrong.", "open"),
        ("Substituting y = 8 and x = 5 gives another sum.", "open"),  # both are put in
    ],
)
def test_what_is_put_in_is_compared_with_what_comes_of_it(text: str, decision: str) -> None:
    [(_, found)] = decide(text, "x + y = 12.")
    assert found == decision


@pytest.mark.parametrize(
    "text",
    [
        "With y = 2x we get 2x = 12.",  # nothing is said to be put in
        "Substituting gives 2x = 12.",  # what?
        "Substituting y = 2x gives 3z = 12.",
        "Substituting y = 2x gives x + y = 13.",  # it is still there
        "Substituting y = 2x gives x < 2x = 12",
    ],
)
def test_where_it_is_not_clear_what_was_put_in_nothing_is_said(text: str) -> None:
    assert decide(text, "x + y = 12.") == []


def test_an_equation_that_may_be_meant_is_no_false_one() -> None:
    prior = ["x + y = 12.", "x - y = 2."]
    assert decide("Substituting y = 5 gives x = 7.", *prior) == [("x = 7", "partly")]
    assert decide("Substituting y = 5 gives x = 8.", *prior) == []  # which one was meant?


def test_two_values_are_put_in_together() -> None:
    text = "Substituting x = 2 and y = 3 gives z = 8."
    assert decide(text, "z = x + 2y") == [("z = 8", "partly")]
    assert decide(text, "z = x + y") == [("z = 8", "false")]


def test_the_problem_may_state_what_it_is_put_into() -> None:
    text = "Substituting y = 2x gives 2x = 12."
    assert decide(text, prompt="Let x + y = 12.") == [("2x = 12", "false")]


def test_the_evidence_names_the_equation_and_what_was_put_in() -> None:
    [found] = judge_substitutions(trail("Substituting y = 2x gives 2x = 12.", "x + y = 12."))
    assert found.computed == (
        "at x = 6 the sides are 18 and 12; compared with x + y = 12 with y = 2*x"
    )
    [fits] = judge_substitutions(trail("Substituting y = 2x gives 3x = 12.", "x + y = 12."))
    assert fits.computed == "fits x + y = 12 with y = 2*x"
