import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Verdict
from stepsmith.transforms.verify import Case, Finding, get_verifier
from stepsmith.transforms.verify.derivation import derivation
from tests.derive.reading import claim

SMALL = st.integers(-9, 9)


def judge(text: str, *prior: str, prompt: str = "") -> Verdict:
    return derivation(claim(text, *prior, prompt=prompt))


def trace(text: str, *prior: str) -> list[Finding]:
    seen = get_verifier("math.derivation").trace
    assert seen is not None
    return list(seen(Case(text, "undecided", prior=prior).claim))


@given(SMALL.filter(bool), SMALL, SMALL, st.integers(1, 9))
def test_a_linear_equation_is_solved_rightly_or_refuted(a: int, b: int, x: int, off: int) -> None:
    source = f"We have {a}x + ({b}) = {a * x + b}."
    assert judge(f"So {a}x = {a * x}.", source).outcome == "undecided"
    assert judge(f"So x = {x}.", source).outcome == "undecided"
    assert judge(f"So x = {x + off}.", source).outcome == "invalid"
    assert judge(f"{a}x + ({b}) = {a * x + b}, so {a}x = {a * (x + off)}").outcome == "invalid"


@given(SMALL, SMALL, st.integers(1, 9))
def test_a_quadratic_keeps_its_roots(one: int, other: int, off: int) -> None:
    source = f"x^2 - ({one + other})x + ({one * other}) = 0"
    factored = f"(x - ({one}))(x - ({other})) = 0"
    assert judge(factored, source).outcome == "valid"
    assert judge(f"So x = {one}.", source).outcome == "undecided"
    wrong = next(each for each in range(one + off, 40) if each not in {one, other})
    assert judge(f"So x = {wrong}.", source).outcome == "invalid"


@pytest.mark.parametrize(
    ("prior", "text"),
    [
        ("2x + 3 = 7", "Dividing by 2 gives x = 3"),
        ("2x + 3 = 7", "x = 3"),  # nothing but the next line
        ("$85 = -34x + 289$.", "Subtracting $85$ from both sides yields $-34x = 204$."),
        ("$(-\\frac12)(-\\frac{a}{2}) = -1$.", "Multiply both sides by $-4$ to get $a = 8$."),
        ("", "1 + y^2 = y + 4. Solving this yields two solutions for y: y = -3 and y = 2."),
        ("", "$5x = 30$, so $x = 5$."),
        ("", "\\begin{align*} 5x &= 30 \\\\ x &= 5 \\end{align*}"),
        ("", "2(2x - y) = 3(x + y) \\Rightarrow 4x - 2y = 3x + y"),
        ("12t = 4s.", "That means that 4t = s."),
        ("Thus $S = 7(210 + 91)$.", "So $S = 7 \\cdot 300$."),
        ("$x = \\log_2(22 + 2x)$", "Simplify: $x = \\log_2(22) + \\log_2(1 + x)$"),
        ("We get $g(x) = (x+5)^3 - 49x$.", "Simplifying, $g(x) = x^3 + 15x^2 + 125 - 49x$."),
        ("Thus $2^t = 8$.", "Therefore $t = 4$."),
        ("n = (22 - 7m) / 12", "Simplify the expression: n = (11 - 7m) / 6"),
        ("x^2 - 5x + 6 = 0", "So x = 2 or x = 4."),
        ("x^2 - 5x + 6 = 0", "So x - 2 = 0 or x + 3 = 0."),
        (
            "",
            "Choice B: x^2 = 4\n- Simplify it: x^2 - 4 = 0\n- Factor it: (x - 4)(x + 4) = 0\n- no",
        ),
        ("The sum is (n + 1)^2 - 1 = n(n + 2) = 3k.", "Expanding it, n^2 + 3n = 3k."),
        ("x^2 + 2xy = 3 + 4", "Simplifying:\n$x^2 + 2xy = 8$\n$x^2 + 2xy = 2(4)$"),
    ],
)
def test_what_cannot_follow_is_refuted(prior: str, text: str) -> None:
    assert judge(text, prior).outcome == "invalid"


@pytest.mark.parametrize(
    ("prior", "text"),
    [
        ("2x + 3 = 7", "If x = 3, we get 6."),
        ("2x + 3 = 7", "Suppose we had x = 3."),
        ("2x + 3 = 7", "Let's try x = 3."),
        ("2x + 3 = 7", "Choice B: x = 3"),
        ("2x + 3 = 7", "The other equation gives x = 3."),
        ("2x + 3 = 7", "Using the second equation, x = 3."),
        ("2x + 3 = 7", "So x = 3 works for the other one."),
        ("2x + 3 = 7 or 2x + 3 = 9", "So x = 3."),
        ("2x + 3 = 7", "So x = 3 or x = 2."),
        ("If 2x + 3 = 7, then it is even.", "So x = 3."),
        ("x = 5", "So x = 3."),  # a new value: of another case, perhaps
        ("The roots are x = 5", "and x = -4."),
        ("x = 5 and", "x = -4"),
        ("a + b = 3", "So a - b = 1."),
        ("a + b = 3", "Adding the equations gives 2a = 4b."),
        ("", "We have a + b = 3, and dividing by 2, we get \\\\ a - b = 1, \\\\ a + 2b = 4."),
        ("9(u - t) = 27", "Dividing by 9, we have t + u = 5 \\\\"),
        ("3x = 1 hour", "Thus 3x = 60 minutes."),
        ("10x = 5.555...", "So 10x - x = 5.555... - 0.555... and 9x = 5."),
        ("11d = 63", "So d = 5.727."),  # rounded
        ("x^2 = 9 has two roots.", "Therefore x = 3."),
        ("x < 2x + 1 = 3", "So x = 7."),
        ("f^{-1}(4) + 1 = 3", "So f^{-1}(4) = 7."),
        ("ar^4 = 16", "Dividing this by ar = -2, we have r."),
        ("x^2 - 5x + 6 = 0", "So x = 2 or x = 3."),
        ("ab + bc = abc = 4", "Simplifying this gives ab + bc + abc = 8."),
        ("", "Choice B: x^2 = 4\n- The other one: (x - 4)(x + 4) = 0"),
        ("x + 2 = 5. " + "We go on for a while. " * 30, "So x = 4."),
    ],
)
def test_what_may_be_of_another_case_is_not_refuted(prior: str, text: str) -> None:
    verdict = judge(text, prior)
    assert verdict.outcome == "undecided", verdict


def test_the_problem_states_what_a_step_solves() -> None:
    prompt = "Solve $2x + 3 = 7$."
    assert judge("So x = 3.", prompt=prompt).outcome == "invalid"
    assert judge("So x = 2.", prompt=prompt).outcome == "undecided"
    both = "Solve $2x + 3 = 7$ and $3x = 9$."
    assert judge("So x = 4.", prompt=both).outcome == "undecided"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Completing the square on the given equation, we get (x - 1)^2 + y^2 = 3.", "invalid"),
        ("Completing the square on the given equation, we get (x - 1)^2 + y^2 = 4.", "undecided"),
        ("It can be rewritten as (x - 1)^2 + y^2 = 3 or x^2 - 2x + y^2 = 2.", "invalid"),
        ("It can be rewritten as (x - 1)^2 + y^2 = 3 or x = y.", "undecided"),
        ("Completing the square of a tangent's equation, we get (x - 1)^2 + y = 3.", "invalid"),
        ("Using the tangent we get (x - 1)^2 + y^2 = 3.", "undecided"),
    ],
)
def test_the_one_equation_of_a_problem_may_be_called_the_given_one(text: str, outcome: str) -> None:
    prompt = "What is the area of the circle $x^2 + y^2 = 2x + 3$, if it has one?"
    assert judge(text, "We look at the shape first.", prompt=prompt).outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Substituting y = 2x into it gives 4x = 12.", "invalid"),
        ("Substituting y = 2x into it gives 3x = 12.", "undecided"),
        ("If we substitute y = 2x, we get 4x = 12.", "undecided"),
    ],
)
def test_what_is_substituted_has_to_come_out(text: str, outcome: str) -> None:
    assert judge(text, "We have x + y = 12.").outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Solving these gives a = 4 and b = -1.", "invalid"),
        ("Solving both at once:\na + b = 3\n2a = 8\nwe get a = 4, b = -2.", "invalid"),
        ("The solutions for a and b come out as a = 4 and b = 1.", "invalid"),
        ("Solving these equations, $a = 1$, $b = -9$.", "undecided"),
        ("Take a = 4 and b = -1.", "undecided"),
        ("If we solve it, a = 4 and b = -1.", "undecided"),
        ("Solving these gives a = 4 and b = -1 or a = 1 and b = 2.", "undecided"),
        ("Solving these gives a = 4.", "undecided"),
    ],
)
def test_a_list_of_solutions_is_put_into_the_equations(text: str, outcome: str) -> None:
    assert judge(text, "We have 5a - 3b = 32.").outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("So f(3) = 10.", "undecided"),
        ("So f(3) = 12.", "invalid"),
        ("So f(f(1)) = f(4) = 14.", "invalid"),
        ("We need f(3) = 12, if any.", "undecided"),
        ("So g(3) = 12.", "undecided"),
        ("We solve f(x) = 12.", "undecided"),
        ("If c = 2, then f(3) = 12.", "invalid"),  # whatever c is
        ("If f(1) = 2, then f(3) = 12.", "undecided"),
        ("There is one x with f(x) = y. So f(3) = 12.", "invalid"),
    ],
)
def test_values_of_a_function_follow_its_definition(text: str, outcome: str) -> None:
    assert judge(text, prompt="Let $f(x) = 3x + 1$.").outcome == outcome


@pytest.mark.parametrize(
    "prompt",
    [
        "Let $f(x) = 3x + 1$ if x is odd.",
        "Let $f(x) = \\begin{cases} 3x + 1 \\end{cases}$",
        "Find x with f(x) = x.",
        "Let $f(x) = 3x + 1$ and $f(x) = 2x$.",
        "Let f(3x) = f(x) + 2.",
        "Let f(x) = ax + 1.",
    ],
)
def test_functions_in_doubt_are_not_computed(prompt: str) -> None:
    assert judge("So f(3) = 12.", prompt=prompt).outcome == "undecided"


def test_the_evidence_shows_the_equation_and_both_values() -> None:
    verdict = judge("So x = 3.", "2x + 3 = 7.")
    expected = "x = 3 (characters 3-8): at x = 3 the sides of 2x + 3 = 7 are 9 and 7"
    assert verdict.evidence == expected
    [finding] = trace("So x = 3.", "2x + 3 = 7.")
    assert (finding.start, finding.end, finding.decision) == (3, 8, "false (follows)")
    assert finding.computed == "at x = 3 the sides of 2x + 3 = 7 are 9 and 7"


def test_what_was_checked_is_counted() -> None:
    assert judge("So 2x = 4 and x = 2.", "2x + 3 = 7.").evidence == (
        "words unchecked: 2 equations fit what was stated before"
    )
    assert judge("So y = 4.", "2x + 3 = 7.").evidence == "nothing to derive from"
    assert judge("And x = 3 there.", "2x + 3 = 7.").evidence.startswith("not judged: 1 ")


def test_known_values_confirm_but_never_refute() -> None:
    assert judge("Then y = 2x + 1.", "x = 3.", "y = 7.").evidence.startswith("words unchecked: 1")
    assert judge("Then y = 2x + 1.", "x = 3.", "y = 8.").outcome == "undecided"


def test_only_what_follows_whole_is_valid() -> None:
    assert judge("x = 2", "2x = 4").outcome == "valid"
    assert judge("x = 2", "x^2 = 4").outcome == "undecided"  # a root is lost
    assert judge("x = 2 apples", "2x = 4").outcome == "undecided"
    assert judge("y = x + 1", "x = 2", "y = 3").outcome == "undecided"  # fits, no more


def test_the_first_false_equation_of_a_step_is_named() -> None:
    verdict = judge("So 2x = 6, so x = 4.", "2x + 3 = 7.")
    assert verdict.evidence.startswith("2x = 6 ")


@pytest.mark.parametrize(
    "text",
    [
        "x = 1 " * 3000,
        "x=" * 9000,
        "$x^{9^{9^{9}}} = 2$, so $x = 3$",
        "x=" + "x+" * 9000 + "x",
        "so x = " + "(" * 5000,
        "f(x) = f(f(x)), so f(1) = 2 " * 300,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_steps_take_bounded_time(text: str) -> None:
    began = time.process_time()
    judge(text, *[text] * 40)
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    "text",
    [
        "Therefore n = 4 since n is a whole number.",
        "So n = 4, rounded up.",
        "So, rounding up, n = 4.",
        "This gives n = 4, as n must be an integer.",
        "So n = 4 to the nearest unit.",
    ],
)
def test_a_value_that_is_said_to_be_rounded_is_no_error(text: str) -> None:
    assert judge(text, "3n = 11.").outcome == "undecided"
    assert judge("So n = 4.", "3n = 11.").outcome == "invalid"
