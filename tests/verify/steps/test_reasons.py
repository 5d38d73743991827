"""Each reason not to hold a false equation against a step, and its nearest neighbour that is."""

import pytest

from stepsmith.transforms.verify.steps.relations import find_relations


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Is 3 + 4 = 8?", "a question"),
        ("3 + 4 = 8? No.", "a question"),
        ("3 + 4 = 8. No, that is 7.", "a denial"),
        ("3 + 4 = 8. This is absurd.", "a denial"),
        ("3 + 4 = 8 should have been 7.", "a denial"),
        ("With 3 + 4 = 8 apples no such box is left.", "taken back"),
        ("One might think 3 + 4 = 8.", "said to be someone's, or a mistake"),
        ("A) 3 + 4 = 8\nB) 3 + 4 = 7", "a choice that is offered"),
        ("The last digit of 13 * 17 = 1", "a digit of a number"),
        ("We check whether 3 + 4 = 5 + 3", "a condition"),
        ("We check: 3 + 4 = 5 + 3", "an equation that is tried"),
        ("3 # 4 = 12 - 3", "an operation that is not known"),
        ("2π = 360°", "degrees or radians"),
        ("1/3 = 12, so all are 36", "a share of something"),
        ("20 + 15 = 4 May", "dates"),
        ("10 + 5 = 3 pm", "clock times"),
        ("2000-2010 = 11 years inclusive", "a range"),
        ("The average is 80 + 90 + 100 / 3 = 90", "brackets left out of an average"),
        ("500 / 13 = 13 * 38 + 6", "a division with a remainder"),
        ("2 * 3 = 6 + 4 = 10", "a running total: the sign says `and then`"),
    ],
)
def test_an_equation_that_is_not_claimed_is_not_judged(text: str, reason: str) -> None:
    assert [each.reason for each in find_relations(text) if each.truth == "unjudged"] == [reason]


@pytest.mark.parametrize(
    ("text", "prompt", "truth"),
    [
        ("2^3 = 1", "Find the remainder when 2^10 is divided by 7.", "unjudged"),
        ("2^3 = 1", "He eats the remainder.", "false"),
        ("2 * 3 = 10", "If 2 * 3 = 10, find 4 * 5.", "unjudged"),
        ("2 * 3 = 1", r"Let $a \ast b = a^2 - b$.", "unjudged"),
        ("2 + 3 = 1", r"Let $a \ast b = a^2 - b$.", "false"),
        ("2 * 3 = 1", "Find 2 times 3.", "false"),
        ("2 * 3 = 1", "((2 - 0) * (3 + 0)) =", "false"),
        ("2 * 3 = 1", "Find the *product* of 2 and 3.", "false"),
    ],
)
def test_a_problem_may_give_an_equation_its_meaning(text: str, prompt: str, truth: str) -> None:
    assert [each.truth for each in find_relations(text, prompt)] == [truth]


@pytest.mark.parametrize(
    "text",
    [
        "What is the sum? 3 + 4 = 8.",
        "Since no one left, 3 + 4 = 8.",
        "He has 20 - 8 = 14 left.",
        "15 / 60 = 4",
        "In May he has 20 + 15 = 36.",
        "At 3 pm he has 10 + 5 = 16.",
        "The average is (80 + 90 + 100) / 3 = 80",
        "2 * 3 = 7 + 4 = 11",
        "A) 3 + 4 = 8",
        "We check: 3 + 4 = 8",
    ],
)
def test_what_only_looks_like_it_is_refuted(text: str) -> None:
    assert "false" in {each.truth for each in find_relations(text)}
