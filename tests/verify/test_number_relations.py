import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.verify.number import number
from tests.derive.reading import claim

WRONG = [
    "12 is divisible by 3 and 5.",
    "15 is divisible by 3, 4 and 5.",
    "When 17 is divided by 5, the remainder is 3.",
    "9 and 12 are relatively prime.",
    "8 and 10 are coprime.",
    "5 divides 12.",
    r"5 \mid 12",
    "Since 5 divides 12, we have it.",
    "7 and 21 are relatively prime.",
]
RIGHT_OR_OPEN = [
    "12 is divisible by 3 and 4.",
    "30 is divisible by 2, 3 and 5.",
    "12 is divisible by 3 and 5 is prime.",
    "12 is divisible by 3 and 5 divides 10.",
    "12 is divisible by 3 and 7 of them",
    "When 17 is divided by 5, the remainder is 2.",
    "When 17 is divided by 5 the quotient is 3 and the remainder is 2.",
    "When n is divided by 5, the remainder is 2.",
    "When 17 + n is divided by 5, the remainder is 3.",
    "When 2^17 is divided by 5, the remainder is 2.",
    "9 and 10 are relatively prime.",
    "8 and 9 are coprime.",
    "gcd(9, 12) = 3 so 9 and 12 are not relatively prime.",
    "x and 12 are relatively prime.",
    "5, 9 and 12 are relatively prime.",
    "5 divides 10.",
    "5 does not divide 12.",
    "5 divides 12 times x",
    "2 and 5 divides 10",
    r"3 \mid 12",
    "x = 5 | 12",
    "P(5 | 12)",
    "|5| 12",
    "{x : 5 | 12x}",
    "12 divides 4.",
    "5 divides 12 into equal parts with 2 left.",
    "Suppose 5 divides 12.",
    "If 5 divides 12, then we are done.",
    "It cannot be that 5 divides 12.",
    "Does 5 divide 12?",
    "3 divides 12 and 4 divides 12.",
    r"$3 \mid 12$ and $4 \mid 12$, so $12 \mid 12$.",
    "a 5 divides 12",
    "the number of times 5 divides 12 is 2",
    "How many times 5 divides 12",
    "2^5 divides 12",
    "n^2 + 5 divides 12",
    "3, 5 divides 12",
    "25 divides 100!",
    "7 divides 14,21",
    "12 is divisible by 3 and 5, respectively",
    "x12 is divisible by 3 and 5.",
    "No number from 1 to 12 is divisible by 3 and 5.",
    "Suppose 12 is divisible by 3 and 5.",
    "The number 12 is divisible by 3 and 4 but not by 5.",
    "12 is divisible by 3 and 4 (since 12 = 3 · 4).",
    "60 is divisible by 3, 4, 5, ...",
    "Any number ending in 12 is divisible by 3 and 4.",
    "9 and 12 are relatively prime to 35.",
    "8, 9 and 12 are coprime.",
    "neither 8 and 10 are coprime",
    "When 17 is divided by 5, the remainder is 2 and the quotient is 3.",
    "When the sum of 12 and 17 is divided by 5, the remainder is 4.",
    "When x - 17 is divided by 5, the remainder is 3.",
]


def outcome(text: str) -> str:
    return number(claim(text)).outcome


@pytest.mark.parametrize("text", WRONG)
def test_wrong_relations_of_numbers_are_refuted(text: str) -> None:
    assert outcome(text) == "invalid"


@pytest.mark.parametrize("text", RIGHT_OR_OPEN)
def test_right_and_open_ones_never_are(text: str) -> None:
    assert outcome(text) != "invalid"


@given(st.integers(1, 400), st.integers(2, 40), st.integers(2, 40))
def test_relations_are_judged_as_they_are_computed(of: int, one: int, other: int) -> None:
    both = of % one == of % other == 0
    assert outcome(f"{of} is divisible by {one} and {other}.") == truth(both)
    assert outcome(f"{one} and {other} are coprime.") == truth(math.gcd(one, other) == 1)
    assert outcome(f"{one} and {other} aren't coprime.") == truth(math.gcd(one, other) > 1)
    said = f"When {of} is divided by {one}, the remainder is {other}."
    assert outcome(said) == truth(of % one == other)
    if one % of or of == one:
        assert outcome(f"{one} divides {of}.") == truth(of % one == 0)


def truth(holds: bool) -> str:
    return "valid" if holds else "invalid"
