import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Verdict
from stepsmith.transforms.verify import Case
from stepsmith.transforms.verify.arithmetic import arithmetic
from stepsmith.transforms.verify.equations import find_equations
from stepsmith.transforms.verify.expressions import exact_value
from stepsmith.transforms.verify.tokens import simplify, tokenise

NUMBERS = st.integers(0, 10**6).map(str) | st.decimals(0, 1000, places=2).map(str)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(NUMBERS)
    left, right = (draw(expressions(depth=depth - 1)) for _ in range(2))
    text = f"{left} {draw(st.sampled_from('+-*'))} {right}"
    return f"({text})" if draw(st.booleans()) else text


def judge(text: str) -> Verdict:
    return arithmetic(Case(text, "undecided").claim)


@given(expressions())
def test_values_are_those_of_python(text: str) -> None:
    exact = " ".join(f"Fraction('{part}')" if part[0].isdigit() else part for part in split(text))
    assert exact_value(text) == eval(exact, {"Fraction": Fraction})  # noqa: S307 -- our own text


def split(text: str) -> list[str]:
    return [token.text for token in tokenise(text)]


@given(expressions(), st.integers(1, 10**6))
def test_a_true_equation_is_never_refuted_and_a_false_one_always_is(text: str, wrong: int) -> None:
    value = exact_value(f"1 * ({text})")
    assert value is not None
    written = f"1 * ({text}) = {value.numerator} * 1 / {value.denominator}"
    assert judge(written).outcome == "valid"
    off = value + wrong * max(1, abs(value))
    refuted = judge(f"so 1 * ({text}) = {off.numerator} * 1 / {off.denominator}")
    assert refuted.outcome == "invalid"


@given(st.text("0123456789+-*/=() .,$%x\n"))
def test_spans_are_slices_of_the_text(text: str) -> None:
    for equation in find_equations(text):
        assert text[equation.start : equation.end] == equation.text


@given(st.text())
def test_simplifying_keeps_the_length(text: str) -> None:
    assert len(simplify(text)) == len(text)


def test_the_evidence_names_the_equation_both_values_and_the_span() -> None:
    verdict = judge("First, 2 + 3 = 5. So 4 * 5 = 21 apples.")
    assert verdict.outcome == "invalid"
    assert verdict.evidence == "4 * 5 = 21 (characters 21-31): 20 is not 21"


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("2 + 3 = 5 apples", "words unchecked: 1 equation holds"),
        ("so 2 + 3 = 5, 1 + 1 = 2", "words unchecked: 2 equations hold"),
        ("10 / 3 = 3.33", "not judged: 0 equations hold, 1 is rounded or unreadable"),
        (
            "2 + 3 = 5, 10 / 3 = 3.33, 7 / 2 = 3",
            "not judged: 1 equation holds, 2 are rounded or unreadable",
        ),
        ("let x be even", "no equation in this step"),
        ("1" * 20_001, "too long: 20001 characters; read: 20000"),
    ],
)
def test_undecided_evidence_begins_with_a_reason_that_can_be_counted(
    text: str, evidence: str
) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.evidence) == ("undecided", evidence)


@pytest.mark.parametrize(
    ("text", "truths"),
    [
        ("2 + 3 = 5 = 10 / 2", ["true", "true"]),
        ("2 + 3 = 5 + 4 = 9", ["false", "true"]),
        ("10 / 3 = 3.333", ["rounded"]),
        ("10 / 3 = 3.334", ["rounded"]),
        ("10 / 3 = 3.34", ["rounded"]),  # 0.2 % off, with decimals
        ("10 / 3 = 3.4", ["rounded"]),  # upwards
        ("10 / 3 = 3.5", ["false"]),
        ("7 / 2 = 3", ["rounded"]),  # whole boxes
        ("3 * 2 = 7", ["false"]),
        ("28 / 1/5 = 140", []),  # meant as 28 / (1/5)
        ("25 / 100 = 25%", ["true"]),
        ("5 / 20 * 100 = 25%", ["true"]),
        ("Week 1 + Week 2 = 35 + 35", ["unread"]),
        ("f(2) = 3 + 4", []),
        ("2(3) = 7", []),
        ("2 + 3 != 6", []),
        ("2 + 3 <= 6", []),
        ("2 + 3 => 6", []),
        ("the 3 of 4 + 5 = 10", []),
        ("product of 3 and 4 - 2 = 11", []),
        ("2 + 3 = 3 and 1/2", []),
        ("12:30 + 1 = 14", []),
        ("1,2 + 3 = 7", []),
        ("5x + 2 = 9", []),
        ("5 xs + 2 = 9", []),
        ("- 3 + 4 = 7", ["unread"]),
        ("50 cents * 4 = $2", ["unread"]),
        ("\\frac{1}{2} + 1 = 3", []),
        ("3 \\times 4 = 13", ["false"]),
        ("**3 * 4 = 13**", ["false"]),
        ("2 ** 3 = 9", []),
        ("3x4 = 13", ["false"]),
        ("0x10 = 17", []),
        ("5 + 3 = 2 * 3!", []),
    ],
)
def test_only_what_is_surely_an_equation_is_judged(text: str, truths: list[str]) -> None:
    assert [equation.truth for equation in find_equations(text)] == truths


@pytest.mark.parametrize(
    "text",
    ["1+" * 9_000 + "1 = 3", "9 * " * 4_000 + "9 = 1", "(" * 19_000, "a'" * 9_000 + "1 = 2"],
)
def test_long_steps_take_little_time(text: str) -> None:
    began = time.monotonic()
    assert judge(text).outcome == "undecided"
    assert time.monotonic() - began < 2
