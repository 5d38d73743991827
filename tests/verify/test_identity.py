import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Verdict
from stepsmith.transforms.verify import Case, Finding, get_verifier
from stepsmith.transforms.verify.identity import identity
from tests.derive.reading import claim

SMALL = st.integers(-9, 9)


def judge(text: str, *prior: str, prompt: str = "") -> Verdict:
    return identity(claim(text, *prior, prompt=prompt))


def trace(text: str, *prior: str) -> list[Finding]:
    seen = get_verifier("math.identity").trace
    assert seen is not None
    return list(seen(Case(text, "undecided", prior=prior).claim))


@given(SMALL, SMALL, SMALL, SMALL, st.integers(1, 9))
def test_expanding_is_confirmed_and_a_wrong_coefficient_refuted(
    a: int, b: int, c: int, d: int, off: int
) -> None:
    product = f"({a}x + ({b}))({c}x + ({d}))"
    terms = f"{a * c}x^2 + ({a * d})x + ({b * c})x + ({b * d})"
    whole = f"{a * c}x^2 + ({a * d + b * c})x + ({b * d})"
    assert judge(f"${product} = {terms} = {whole}$").outcome == "valid"
    wrong = f"{a * c}x^2 + ({a * d + b * c + off})x + ({b * d})"
    assert judge(f"So ${product} = {terms} = {wrong}$.").outcome == "invalid"


@pytest.mark.parametrize(
    "text",
    [
        "$(3x-8)+(5x+7) = 3x - 8 + 5x + 7 = 8x - 2$",
        "\\begin{align*} (a+b)^2 &= (a+b)(a+b) \\\\ &= a^2 + b^2 \\end{align*}",
        "Expanding gives (x + y)^2 = x^2 + y^2.",
        "Factoring, x^2 - 9 = (x - 3)(x - 3).",
        "Simplify: \\frac{x^2 - 1}{x - 1} = x - 1",
        "$y = 2(x + 1) + 3 = 2x + 4$",
        "(2 + i)(3 - i) = 6 - 2i + 3i - i^2 = 5 + i",
        "The numerator becomes (2 + 3i)(1 + i) = 2 + 5i.",
        "x \\cdot 2 = 2x = 3x",
        "Substitute y = 2x: d^2 = (2x)^2 + x^2 = 4x^2 + x^2 = 6x^2",
        "$x^2 + 4x = (x^2 + 4x + 4) - 4$\n$= (x + 2)^2 + 4$",
        "Expand the given expression: $(x \\cdot x^2)^2 = (x^3)^2 = x^5$",
        "Since i^2 = -1, we have i^4 = 1, i^6 = i",
        "Use the identity a^2 + b^2 = (a + b)^2 - ab.",
    ],
)
def test_rewriting_that_changes_the_value_is_refuted(text: str) -> None:
    assert judge(text).outcome == "invalid"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Expand the left side of the equation: (a + b)^2 - a^2 - b^2 = 4ab", "invalid"),
        ("Let us expand (a + b)^2.\n(a + b)^2 = a^2 + b^2 + ab", "invalid"),
        ("Expand the left side of the equation: (a + b)^2 - a^2 - b^2 = 2ab", "undecided"),
        ("Expanding, (a + b)^2 = 25 + 2ab", "undecided"),  # by what is known
        ("We know that (a + b)^2 - a^2 - b^2 = 4ab", "undecided"),
    ],
)
def test_a_form_multiplied_out_is_so_whatever_is_known_of_its_letters(
    text: str, outcome: str
) -> None:
    prompt = "Find a + b, if (a + b)^2 - a^2 - b^2 = 12 and a^2 + b^2 = 25."
    assert judge(text, prompt=prompt).outcome == outcome


@pytest.mark.parametrize(
    "text",
    [
        "(x+1)^2 = x^2 + 2x + 1",
        "$x^2 - 9 = (x - 3)(x + 3)$",
        "\\[\\frac{x^2 - 1}{x - 1} = \\frac{(x - 1)(x + 1)}{x - 1} = x + 1\\]",
        "(2 + i)(3 - i) = 6 - 2i + 3i - i^2 = 7 + i",
    ],
)
def test_a_step_of_nothing_but_identities_is_valid(text: str) -> None:
    assert judge(text).outcome == "valid"


@pytest.mark.parametrize(
    "text",
    [
        "2x + 3 = 5x",  # a condition
        "So 2x + 3 = 5x - 1.",
        "Solving the equation x^2 = 2x = x + 2 gives x",
        "If x = 2x = 3x, then x is 0.",
        "Suppose x + 1 = 2x = 3.",
        "|x| = x = -x",
        "\\frac{x}{3} = 0.333x = 0.33x",  # rounded
        "x < 2x = 3x = 5x",
        "f(x) = f(-x) = x",  # f is not known
        "P(x) = 3P(x) = 2x",
        "\\sin x = \\pm \\sqrt{1 - \\cos^2 x} = 1",
        "Using x + y = 1, x^2 - y^2 = (x - y)(x + y) = x - y",
        "Since it is even, x = -x = 0x",
        "x = 2x = 3x or x = 5",
        "k = 1 = i",
        "\\operatorname{cis} (-90) = -i",
        "for i = 0 the sum is 0",
        "a = 2x = 4y",
        "$w^3 = \\frac{4 + 12w}{8} = \\frac{1 + 3w}{2}$",  # of the w that stands before
        "$a = 19q + r - \\lfloor q + r \\rfloor = 19q + r - q$",
    ],
)
def test_what_may_be_a_condition_is_not_refuted(text: str) -> None:
    assert judge(text).outcome == "undecided"


@pytest.mark.parametrize(
    ("prior", "prompt"),
    [
        ("We know that x + y = 1.", ""),
        ("", "Let x + y = 1. Find x - y."),
        ("The condition is x + y = 1 and more", ""),
        ("$P(x) + y = 1$", ""),  # not read: it may say anything
    ],
)
def test_a_condition_that_stands_elsewhere_may_make_the_sides_equal(
    prior: str, prompt: str
) -> None:
    text = "So $x^2 - y^2 = (x - y)(x + y) = x - y$."
    assert judge(text).outcome == "invalid"
    assert judge(text, prior, prompt=prompt).outcome == "undecided"


def test_an_identity_elsewhere_is_no_condition() -> None:
    text = "So $x^2 - y^2 = (x - y)(x + y) = x - y$."
    assert judge(text, "Note (x + y)^2 = x^2 + 2xy + y^2").outcome == "invalid"


def test_a_condition_that_the_sides_do_not_fit_either_refutes_them() -> None:
    text = "So $(x + 1)^2 = (x + 1)(x + 1) = x^2 + 1$."
    assert judge(text, "x = 3").outcome == "invalid"
    assert judge(text, "x = 0").outcome == "undecided"


def test_a_chain_goes_on_over_steps() -> None:
    assert judge("= 8x - 1", "(3x-8)+(5x+7)= 3x - 8 + 5x + 7").outcome == "valid"
    refuted = judge("= 8x - 2 = 2(4x - 1)", "y = 3x - 8 + 5x + 7")
    assert refuted.outcome == "invalid"


def test_functions_that_are_defined_are_computed() -> None:
    found = judge("So f(x + 1) = 3x + 3.", "Let f(x) = 3x.")
    assert found.evidence == "words unchecked: 1 identities hold"


def test_evidence_shows_the_equation_a_point_and_both_values() -> None:
    text = "Expanding, (x + 1)^2 = x^2 + 1."
    verdict = judge(text)
    [finding] = trace(text)
    assert verdict.evidence.startswith("(x + 1)^2 = x^2 + 1 (characters 11-30): at x = ")
    assert (finding.start, finding.end) == (11, 30)
    assert text[finding.start : finding.end] == finding.text
    assert finding.read == "(x + 1)^2 = x^2 + 1"
    assert finding.decision == "false (identity)"
    assert finding.computed in verdict.evidence


def test_the_trace_shows_what_is_left_open() -> None:
    [finding] = trace("$x^2 = x \\cdot x = x + 1$", "x^2 = x + 1")[1:]
    assert finding.decision.startswith("not judged")
    assert trace("no equation") == []


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9000 + "x=" + ")" * 9000,
        "x=" * 9000,
        "$x^{9^{9^{9}}} = x = 2x$",
        "x=" + "x+" * 9000 + "x",
        "=".join(["(x+1)^{40}"] * 190),
        "x = " + "\\sqrt{" * 900 + "x",
    ],
    ids=lambda text: text[:12],
)
def test_hostile_steps_take_bounded_time(text: str) -> None:
    began = time.process_time()
    judge(text, text)
    assert time.process_time() - began < 20
