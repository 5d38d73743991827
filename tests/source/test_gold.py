"""Gold answers are read as their data sets write them."""

import pytest

from stepsmith.transforms.source.gold import Gold, read_gold

GSM8K = "He has 2 + 3 = <<2+3=5>>5.\nThat is 1,000.\n#### 1,234,567"
MATH = r"Since $x = 2$, we have $\boxed{\frac{1}{2}}$."


@pytest.mark.parametrize(
    ("text", "answer", "solution"),
    [
        (GSM8K, "1234567", GSM8K),
        ("#### 1,000", "1000", None),
        ("#### 1,23", "1,23", None),
        (MATH, r"\frac{1}{2}", MATH),
        (r"\boxed{5}", "5", None),
        (r"$\boxed{5}$", "5", None),
        (" 5 ", "5", None),
        ("1,000", "1,000", None),
        ("The answer is 5", "The answer is 5", None),
        ("", None, None),
        (" \n", None, None),
    ],
)
def test_an_answer_column_holds_an_answer_or_ends_with_a_marked_one(
    text: str, answer: str | None, solution: str | None
) -> None:
    assert read_gold(text, is_solution=False) == Gold(answer=answer, solution=solution)


@pytest.mark.parametrize(
    ("text", "answer", "solution"),
    [
        (MATH, r"\frac{1}{2}", MATH),
        (GSM8K, "1234567", GSM8K),
        (r"\boxed{5}", "5", r"\boxed{5}"),
        ("It is 5, as was to be shown.", None, "It is 5, as was to be shown."),
        ("The answer is 5.", None, "The answer is 5."),
        ("", None, None),
    ],
)
def test_a_solution_column_states_only_a_marked_answer(
    text: str, answer: str | None, solution: str | None
) -> None:
    assert read_gold(text, is_solution=True) == Gold(answer=answer, solution=solution)
