import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Claim, Problem, Step, Verdict
from stepsmith.transforms.verify import Case, Finding, get_verifier
from stepsmith.transforms.verify.arithmetic import arithmetic
from tests.verify.steps.sums import SUMS, Sum


def judge(text: str, prompt: str = "") -> Verdict:
    return arithmetic(Claim(problem=Problem(id="p", prompt=prompt), prior=(), step=Step(text=text)))


def trace(text: str) -> list[Finding]:
    seen = get_verifier("math.arithmetic").trace
    assert seen is not None
    return list(seen(Case(text, "undecided").claim))


@given(SUMS, st.integers(1, 10**6))
def test_a_true_equation_is_never_refuted_and_a_false_one_always_is(sum_: Sum, wrong: int) -> None:
    value = sum_.value
    written = f"1 * ({sum_.text}) = {value.numerator} * 1 / {value.denominator}"
    assert judge(written).outcome == "valid"
    off = value + wrong * max(1, abs(value))
    refuted = judge(f"so 1 * ({sum_.text}) = {off.numerator} * 1 / {off.denominator}")
    assert refuted.outcome == "invalid"


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        (
            "First, 2 + 3 = 5. So 4 * 5 = 21 apples.",
            "4 * 5 = 21 (characters 21-31): 20 is not 21",
        ),
        (r"$\frac{1}{3} = 0.5$", r"\frac{1}{3} = 0.5 (characters 1-18): 1/3 is not 1/2"),
        (
            r"$\sqrt{2} \approx 1.7$",
            r"\sqrt{2} \approx 1.7 (characters 1-21): 1.41421356 is not 17/10",
        ),
        ("then 1 / 0 = 0", "1 / 0 = 0 (characters 5-14): it divides by zero"),
        ("2\t+  3 = 6", "2 + 3 = 6 (characters 0-10): 5 is not 6"),
    ],
)
def test_a_refutation_names_the_equation_its_span_and_both_values(text: str, evidence: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.evidence) == ("invalid", evidence)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        (
            "so he has 2 + 3 = 5 apples",
            "words unchecked: 1 equation holds: 2 + 3 = 5 (characters 10-19): 5",
        ),
        (
            "so 2 + 3 = 5, 1 + 1 = 2",
            (
                "words unchecked: 2 equations hold: 2 + 3 = 5 (characters 3-12): 5; "
                "1 + 1 = 2 (characters 14-23): 2"
            ),
        ),
        (
            "10 / 3 = 3.33",
            "rounded: 1 equation holds: 10 / 3 = 3.33 (characters 0-13): 10/3 is about 333/100",
        ),
        (
            "2 + 3 = 5, 5 + 9 = 2 (mod 12)",
            (
                "not judged: a base, or remainders: 5 + 9 = 2 (characters 11-20): 14 is not 2; "
                "1 equation holds"
            ),
        ),
        ("x = 5", "no equation between numbers: the left side is no number that can be read"),
        ("let x be even", "no equation in this step"),
        ("1" * 20_001, "too long: 20001 characters; read: 20000"),
    ],
)
def test_undecided_evidence_begins_with_a_reason_that_can_be_counted(
    text: str, evidence: str
) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.evidence) == ("undecided", evidence)


def test_a_confirmation_shows_what_was_computed() -> None:
    assert judge("2 + 3 = 5 = 10 / 2.").evidence == (
        "2 equations hold: 2 + 3 = 5 (characters 0-9): 5; 5 = 10 / 2 (characters 8-18): 5; "
        "the step says nothing else"
    )


def test_a_long_list_of_equations_is_cut() -> None:
    evidence = judge("so " + ", ".join(["1 + 1 = 2"] * 9)).evidence
    assert evidence.startswith("words unchecked: 9 equations hold: 1 + 1 = 2")
    assert evidence.count("1 + 1 = 2") == 3


def test_the_problem_may_be_about_another_arithmetic() -> None:
    assert judge("so 3 + 4 = 12").outcome == "invalid"
    assert judge("so 3 + 4 = 12", "Add $3_5$ and $4_5$ in base 5.").outcome == "undecided"


def test_the_trace_has_every_relation_with_what_was_read_computed_and_decided() -> None:
    text = r"x = 2 + 3 = 6, $\frac{10}{4} \approx 2.5$, and if 1 + 1 = 3"
    assert [(f.text, f.read, f.computed, f.decision) for f in trace(text)] == [
        ("= 2 + 3", "", "", "not judged: the left side is no number that can be read"),
        ("2 + 3 = 6", "2 + 3 = 6", "5 is not 6", "false"),
        (
            r"\frac{10}{4} \approx 2.5",
            r"\frac { 10 } { 4 } \approx 2.5",
            "5/2",
            "true",
        ),
        ("1 + 1 = 3", "1 + 1 = 3", "2 is not 3", "not judged: a condition"),
    ]


def test_the_trace_counts_what_is_right_at_its_digits_as_true() -> None:
    [seen] = trace("10 / 3 = 3.33")
    assert (seen.computed, seen.decision) == ("10/3 is about 333/100", "true")


def test_a_step_that_is_too_long_is_not_traced() -> None:
    assert trace("1 + 1 = 2 " * 3_000) == []


@given(st.text() | st.text("0123456789+-*/=() .,$%x\\{}^!&\n"))
def test_the_spans_of_a_trace_are_slices_of_the_step(text: str) -> None:
    for finding in trace(text):
        assert text[finding.start : finding.end] == finding.text


@pytest.mark.parametrize(
    "text",
    [
        "1+" * 9_000 + "1 = 3",
        "9 * " * 4_000 + "9 = 1",
        "(" * 19_000 + "=",
        "a'" * 9_000 + "1 = 2",
        "1 = " * 5_000,
        "if " * 6_000 + "1 + 1 = 3",
        "not a. " * 2_000 + "1 + 1 = 3",
        "1 + 1 = 3 if " * 1_500,
        "$" * 9_000 + "1 = 2",
        "$a" * 9_000 + "=",
        r"\begin{matrix}" * 1_000 + "1 + 1 = 3",
        r"\frac{1}{" * 2_000 + "=",
        r"\text{a" * 2_000 + "= 1",
        "1 apple " * 2_000 + "= 2",
        "|" * 19_000 + "= 1",
        "1 (a " * 3_000 + "= 1",
        "x-" * 9_000 + "1 = 2",
    ],
)
def test_long_steps_take_little_time(text: str) -> None:
    began = time.process_time()
    assert judge(text).outcome in {"undecided", "invalid"}
    assert time.process_time() - began < 10


def test_code_is_no_arithmetic() -> None:
    block = Step(text="```python\n2^3 == 1\n```\n", kind="code")
    claim = Claim(problem=Problem(id="p", prompt=""), step=block)
    verdict = arithmetic(claim)
    assert (verdict.outcome, verdict.evidence.partition(":")[0]) == ("undecided", "code")
    seen = get_verifier("math.arithmetic").trace
    assert seen is not None
    assert list(seen(claim)) == []
