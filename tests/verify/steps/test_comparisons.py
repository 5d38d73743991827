import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Verdict
from stepsmith.transforms.verify.arithmetic import arithmetic
from stepsmith.transforms.verify.steps.relations import find_relations
from tests.derive.reading import claim

SMALL = st.integers(0, 30)
ORDERS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "≤": operator.le,
    ">": operator.gt,
    r"\geq": operator.ge,
    "≠": operator.ne,
    r"\neq": operator.ne,
}


def judge(text: str) -> Verdict:
    return arithmetic(claim(text))


@given(SMALL, SMALL, SMALL, st.sampled_from(sorted(ORDERS)))
def test_a_comparison_is_true_where_the_numbers_are_so(a: int, b: int, c: int, sign: str) -> None:
    [relation] = find_relations(f"so ${a} + {b} {sign} {c}$")
    assert relation.compares
    assert (relation.truth == "true") is ORDERS[sign](a + b, c)
    assert (relation.truth == "false") is (a + b == c and sign in {"≠", r"\neq"})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("so $2^5 - 2*5 = 32 - 10 \\neq 22$.", "32 - 10 \\neq 22 (characters 16-31): 22 and 22"),
        ("But 2 + 3 ≠ 5, so it fails.", "2 + 3 ≠ 5 (characters 4-13): 5 and 5"),
        ("1/2 != 0.5", "1/2 != 0.5 (characters 0-10): 1/2 and 1/2"),
    ],
)
def test_equal_numbers_are_not_unequal(text: str, why: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.evidence) == ("invalid", why)


@pytest.mark.parametrize(
    "text",
    [
        "2 + 2 > 4, so is it a triangle?",
        "Then 2 + 2 > 4.",  # tried, perhaps
        "If 2 + 3 ≠ 5, we stop.",
        "Suppose 2 + 3 ≠ 5",
        "We get 1 + 1 ≠ 2, a contradiction.",
        "It is wrong that 2 + 3 ≠ 5.",
        "60 minutes ≠ 60 hours",
        "10/3 ≠ 3.33",
        "5!=120",
        "x + 2 ≠ 2",
        "a_2 ≠ 2",
        "2x ≠ 2",
        "5 ≠ 5x",
        "(1, 2) ≠ (1, 2, 3)",
        "2 + 3 ≠ 0 (mod 5)",
        "0 < x < 5",
        "-> 3 + 3",
        "3 * 5 -> 16",
    ],
)
def test_what_is_no_claim_about_two_numbers_is_left_alone(text: str) -> None:
    assert judge(text).outcome != "invalid"


def test_comparisons_stand_among_the_equations_in_order() -> None:
    found = find_relations("3 < 4, and 4 = 2 + 2 < 5, so 5 ≠ 4")
    assert [(each.read, each.compares) for each in found] == [
        ("3 < 4", True),
        ("4 = 2 + 2", False),
        ("2 + 2 < 5", True),
        ("5 ≠ 4", True),
    ]


def test_a_step_of_true_comparisons_alone_is_valid() -> None:
    assert judge("$3 < 4 \\leq 2 + 2$").outcome == "valid"
    assert judge("so 3 < 4").outcome == "undecided"
