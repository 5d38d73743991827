"""What is computed in words is confirmed where it is right; nothing is ever refuted."""

import pytest

from stepsmith.transforms.verify.steps.number_claims import find_number_claims
from stepsmith.transforms.verify.steps.number_words import plain


def confirm(text: str) -> list[str]:
    found = list(find_number_claims(plain(text)))
    assert all(each.truth and not each.whole for each in found)
    return [text[each.start : each.end] for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "Multiplying 23 by 8 gives us 184",
        "multiply 6 by 24 (hours), which equals 144",
        "multiply 32 by 0.15 to get 4.8",
        "Dividing the total difference of 84 by the common difference of 7 gives us 12",
        "Divide 80,000 by 250 to get 320",
        "dividing 4 by 7, which is approximately 0.57",
        "Adding $5 and $7 gives $12",
        "subtract 960 from 1000 to get 40",
        "sum of 3 apples and 4 pears is 7",
        "product of $12$ and $3$ is $36",
        "3 times 4 equals 12",
        "3 plus 4 is 7",
        "10 minus 4 is 6",
        "12 divided by 5 is 2.4",
        "75% of 20 students is 15",
        "square of 5 is 25",
        "cube of 5 is 125",
        "square root of 16 is 4",
        "square root of 401 is approximately 20",
        "37 inches is higher than 36.8",
        "-3 is less than 2",
        "5/4 is greater than 1",
    ],
)
def test_what_is_right_is_confirmed(text: str) -> None:
    assert confirm(f"So {text}.") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Multiplying 23 by 8 gives 174",
        "Dividing 111 by 60 gives 1 hour and 51 minutes",
        "Dividing 10 by 0 gives 0",
        "multiply 2 by 3/0 to get 6",
        "multiply 1.5/3 by 2 to get 1",
        "dividing 4 by 7, which is 0.58",
        "The square root of 200 is 10 times the square root of 2",
        "The square root of -4 is 2",
        "2 times 3 plus 2 is 8",
        "x + 3 times 4 is 12",
        "3 of 4 is 12",
        "60% of 60 marbles = 0.6 x 60",
        "5 is greater than 7",
        "5 is less than 2x",
    ],
)
def test_what_is_not_right_or_goes_on_is_left(text: str) -> None:
    assert confirm(f"So {text}.") == []
