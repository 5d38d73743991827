import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.derive.judgement import Judgement
from stepsmith.transforms.derive.said import judge_said
from stepsmith.transforms.derive.trail import follow_trail
from tests.derive.reading import claim

SMALL = st.integers(1, 9)


def judge(text: str, *prior: str, prompt: str = "") -> list[Judgement]:
    return list(judge_said(follow_trail(claim(text, *prior, prompt=prompt))))


@given(SMALL, SMALL, SMALL)
def test_an_expansion_in_words_is_compared(a: int, b: int, off: int) -> None:
    factors = f"(x + {a})(x + {b})"
    right, wrong = (f"x^2 + {a + b + by}x + {a * b}" for by in (0, off))
    for words in ("Expand ${}$ to get ${}$.", "Then ${}$ expands to ${}$."):
        [true] = judge(words.format(factors, right))
        [false] = judge(words.format(factors, wrong))
        assert (true.decision, false.decision) == ("true", "false")


@pytest.mark.parametrize(
    ("text", "computed"),
    [
        (
            "Expand $4(x + 7)(2 - x)$ to get $-4x^2 + 4x + 56$",
            "at x = 2 the sides are 0 and 48",
        ),
        ("So $\\frac{6}{8}$ simplifies to $\\frac{2}{3}$.", "the sides are 3/4 and 2/3"),
        ("We rewrite $125$ as $5^2$.", "the sides are 125 and 25"),
        ("The number $72$ can be written as $2^3 \\cdot 3$.", "the sides are 72 and 24"),
        ("Here $\\sqrt{50}$ is equal to $2\\sqrt{5}$.", "the sides are 7.07107 and 4.47214"),
        ("Factoring $x^2 - 9$, we get $(x - 3)^2$.", "at x = 2 the sides are -5 and 1"),
        (
            "Simplifying the expression $2x + 3x$ gives $6x$, so we stop.",
            "at x = 2 the sides are 10 and 12",
        ),
    ],
)
def test_what_is_no_other_form_is_refuted(text: str, computed: str) -> None:
    [found] = judge(text)
    assert (found.decision, found.computed) == ("false", computed)


@pytest.mark.parametrize(
    "text",
    [
        "So $\\frac{6}{8}$ simplifies to $\\frac{3}{4}$.",
        "We can rewrite $x^2 - 1$ as $(x - 1)(x + 1)$.",
        "The fraction $\\frac{2x}{4}$ reduces to $\\frac{x}{2}$.",
        "$\\sqrt{12}$ simplifies to $2\\sqrt{3}$.",
        "$8$ can be written as $2^3$, so we go on.",
    ],
)
def test_another_form_is_confirmed(text: str) -> None:
    [found] = judge(text)
    assert found.decision == "true"


@pytest.mark.parametrize(
    "text",
    [
        # One thing turned into another, not another form of it.
        "The equation $2x = 4$ simplifies to $x = 2$.",
        "Rewrite $x^2$ as $u$.",
        "Add $3$ to get $x + 3$.",
        "Multiply $x + 1$ by two to get $2x + 2$.",
        "Square $x$ to get $x^2$.",
        "So $x$ becomes $x + 1$.",
        "Replace $x$ with $2x$.",
        "The coefficient of $x$ is $3x$.",
        "Double $4$, we get $8$.",
        "This means that $2x + 1$ is equal to $3x - 2$.",
        "So $2x + 1$ equals $3x$.",
        # What is not all of it.
        "Rewrite $x^2 + 4x$ as $(x + 2)^2$ minus four.",
        "Rewrite $x^2 + 4x$ as $(x + 2)^2$ $- 4$.",
        "We factor $12$ as $3$, $4$.",
        "We factor $12$ as $3$, and $4$.",
        "We factor $12$ as $3$ and $4$.",
        "half of $6$ is equal to $3 + 1$.",
        "2 + $6$ is equal to $9$.",
        # Not claimed.
        "If $x$ is equal to $2x$, then it is zero.",
        "Suppose $x + 1$ is equal to $2x$.",
        "We cannot rewrite $x^2 + 1$ as $(x + 1)^2$.",
        "It is wrong that $2^2$ is equal to $5$.",
        "When $x^2$ is equal to $x$, we stop.",
        # Not certain.
        "The angle $60^\\circ$ can be written as $\\pi$.",
        "Here $50\\%$ can be written as $\\frac{1}{3}$.",
        "The ratio $1:2$ can be written as $\\frac{1}{3}$.",
        "$0.33$ can be written as $\\frac{1}{3}$.",
        "$0.\\overline{3}$ can be written as $\\frac{1}{4}$.",
        "$f(x)$ can be written as $f(x) + 1$.",
        "$12$ can be written as $15$ in base $7$.",
        "We have $17$ is equal to $3$ (mod $7$).",
        "$x$ is equal to $y$.",
        "$3$ is equal to $x$.",
        "$$ is equal to $$.",
        "no formula",
    ],
)
def test_what_is_not_said_to_be_another_form_is_never_refuted(text: str) -> None:
    assert all(found.decision != "false" for found in judge(text))


def test_what_is_known_of_the_variables_may_make_the_sides_equal() -> None:
    text = "So $x^2 + x$ simplifies to $2x + 1$."
    assert [found.decision for found in judge(text)] == ["false"]
    assert [found.decision for found in judge(text, "We know $x^2 = x + 1$.")] == ["open"]
    assert [found.decision for found in judge(text, prompt="Let $x^2 = x + 1$.")] == ["open"]


def test_the_judgement_stands_where_both_formulas_do() -> None:
    text = "Expand $(x + 1)^2$ to get $x^2 + 1$."
    [found] = judge(text)
    assert text[found.pair.start : found.pair.end] == "(x + 1)^2$ to get $x^2 + 1"


@pytest.mark.parametrize("unit", ["$x$ is equal to ", "$ $ a ", "$x$ as $x$ as ", "expand $x$ "])
def test_the_time_is_bounded_by_the_length(unit: str) -> None:
    assert all(found.decision != "false" for found in judge(unit * (8_000 // len(unit))))
