import math

import pytest

from stepsmith.transforms.verify.steps.functions import is_function, read_with_functions
from stepsmith.transforms.verify.steps.reader import Expression
from stepsmith.transforms.verify.steps.tokens import tokenise
from stepsmith.transforms.verify.steps.trees import compute


def read(text: str) -> Expression | None:
    tokens = tokenise(text)[:-2]
    return read_with_functions(text, tokens, len(tokens))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\log_2 64", 6),
        (r"\ln 2", math.log(2)),
        ("ln(0.1)", math.log(0.1)),
        (r"\cos\frac{\pi}{3}", 0.5),
        (r"\cos 60^\circ", 0.5),
        (r"\lfloor 7/2 \rfloor + 1", 4),
        (r"\lceil \sqrt{5} \rceil", 3),
        (r"0.\overline{4}", 4 / 9),
        ("gcd(4, 6)", 2),
        (r"2^5 \bmod 7", 4),
        ("log(2) / log(3)", math.log(2, 3)),  # to any base
        (r"\frac{\log 0.5}{\log 0.9}", math.log(0.5, 0.9)),
    ],
)
def test_calls_have_their_values(text: str, expected: float) -> None:
    found = read(text)
    assert found is not None
    assert float(compute(found.tree)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        r"\log x",
        "sin(2x)",
        "log(2) + log(3)",  # to which base?
        "log(100)",
        r"\ln 0",
        r"\log_2",
        "2 + 3 =",
        "ln(" + "1+" * 200 + "1)",
    ],
)
def test_what_has_no_one_value_is_left_alone(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        (r"\sin 30", {"angle"}),
        (r"\arcsin\frac{1}{2}", {"angle"}),
        (r"\sin 30^\circ", set[str]()),
        (r"\sin\frac{\pi}{6}", set[str]()),
        (r"\ln 30", set[str]()),
    ],
)
def test_an_angle_without_its_measure_may_be_in_degrees(text: str, loose: set[str]) -> None:
    found = read(text)
    assert found is not None
    assert found.loose == loose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log", True),
        (r"\log", True),
        (r"\lfloor", True),
        ("Sin", True),
        ("so", False),
        ("5", False),
    ],
)
def test_functions_are_known_by_name(text: str, expected: object) -> None:
    assert is_function(tokenise(text)[0]) is expected
