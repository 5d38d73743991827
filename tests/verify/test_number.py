import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Step, Verdict
from stepsmith.schemas.records import Claim, Problem
from stepsmith.transforms.verify import Case, Finding, get_verifier
from stepsmith.transforms.verify.number import number
from tests.derive.reading import claim


def judge(text: str, *, prompt: str = "") -> Verdict:
    return number(claim(text, prompt=prompt))


def trace(text: str) -> list[Finding]:
    seen = get_verifier("math.number").trace
    assert seen is not None
    return list(seen(Case(text, "undecided").claim))


@given(st.integers(2, 100_000), st.integers(2, 300))
def test_divisibility_is_judged_as_division_leaves_it(over: int, under: int) -> None:
    yes, no = f"{over} is divisible by {under}.", f"{over} is not divisible by {under}."
    right, wrong = (yes, no) if over % under == 0 else (no, yes)
    assert judge(right).outcome == "valid"
    assert judge(f"So {wrong}").outcome == "invalid"


@given(st.integers(2, 3_000))
def test_primes_are_judged_as_trial_division_does(candidate: int) -> None:
    is_prime = all(candidate % each for each in range(2, candidate))
    said = judge(f"We know that {candidate} is a prime number, so we go on.")
    assert (said.outcome == "invalid") is not is_prime
    said = judge(f"We know that {candidate} is composite, so we go on.")
    assert (said.outcome == "invalid") is is_prime


@given(st.integers(2, 5_000), st.data())
def test_a_list_of_factors_lacks_none_and_holds_no_other(of: int, data: st.DataObject) -> None:
    factors = [each for each in range(1, of + 1) if of % each == 0]
    assert judge(f"The factors of {of} are {', '.join(map(str, factors))}.").outcome == "valid"
    other = data.draw(st.integers(1, of + 5).filter(lambda each: of % each))
    more = ", ".join(map(str, [*factors, other]))
    assert judge(f"The factors of {of} are {more}.").outcome == "invalid"
    if len(factors) > 3:
        left_out = data.draw(st.sampled_from(factors[1:-1]))
        fewer = ", ".join(str(each) for each in factors if each != left_out)
        assert judge(f"The factors of {of} are {fewer}.").outcome == "invalid"


@pytest.mark.parametrize("listed", ["3 and 4", "2, 2, and 3", "2, 6"])
def test_factors_whose_product_is_the_number_need_not_be_all_of_them(listed: str) -> None:
    assert judge(f"The factors of 12 are {listed}.").outcome == "undecided"
    assert judge(f"The factors of 24 are {listed}.").outcome == "invalid"
    assert judge("The factors of 12 are 1, 3, 4.").outcome == "invalid"


@given(st.lists(st.integers(1, 500), min_size=2, max_size=4), st.integers(1, 50))
def test_common_divisors_and_multiples_are_computed(of: list[int], off: int) -> None:
    names = f"{', '.join(map(str, of[:-1]))} and {of[-1]}"
    commas = ", ".join(map(str, of))
    for text, right in (
        (f"The greatest common divisor of {names} is ", math.gcd(*of)),
        (f"The least common multiple of {names} is ", math.lcm(*of)),
        (f"So $\\gcd({commas}) = ", math.gcd(*of)),
        (f"so LCM({commas}) = ", math.lcm(*of)),
    ):
        end = "$." if "$" in text else "."
        assert judge(f"{text}{right}{end}").outcome != "invalid"
        assert judge(f"{text}{right + off}{end}").outcome == "invalid"


@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(0, 100))
def test_remainders_and_congruences_are_computed(of: int, by: int, said: int) -> None:
    is_right = of % by == said
    for text in (
        f"The remainder when {of} is divided by {by} is {said}.",
        f"Then {of} divided by {by} leaves a remainder of {said}.",
        f"Then {of} leaves a remainder of {said} when divided by {by}.",
    ):
        assert (judge(text).outcome == "invalid") is not is_right
    congruent = judge(f"so ${of} \\equiv {said} \\pmod{{{by}}}$").outcome
    assert (congruent == "invalid") is ((of - said) % by != 0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Thus 91 is prime.", "91 = 7 * 13"),
        ("51, 53, and 59 are prime numbers.", "51 = 3 * 17"),
        ("The answer is 15, which is even.", "15 is not even"),
        ("Since 36 is not a perfect square, we stop.", "36 is a perfect square"),
        ("so 16 is a multiple of 3", "16 divided by 3 leaves 1"),
        ("Note that 5 is a factor of 24.", "24 divided by 5 leaves 4"),
        ("1001 and 1012 are both multiples of 3.", "1001 divided by 3 leaves 2"),
        ("12 is divisible by 5 and 4.", "12 divided by 5 leaves 2"),
        ("so $m = \\frac{35}{7}$ is not an integer.", "35 divided by 7 leaves 0"),
        ("Then x = 10 / 4, which is an integer.", "10 divided by 4 leaves 2"),
        ("the last two digits are 16, which is not divisible by 4.", "16 divided by 4 leaves 0"),
        ("The common factors of 120 and 40 are 1, 2, 4, 5, 8, 10 and 20.", "40 is missing"),
        ("List the factors of 18: they are 1, 2, 3, 6, 9, 18, 27.", "27 is no factor of 18"),
        ("The prime factors of 60 are 2, 3, 4, and 5.", "4 is no prime factor of 60"),
        ("The prime factors of 60 are 2 and 3.", "5 is missing"),
        ("The perfect squares between 100 and 200 are 121, 144 and 169.", "196 is missing"),
        ("The primes less than 12 are 2, 3, 5, 7, 9 and 11.", "9 is none of them"),
        ("The primes that are 1 more than these are 101, 123, and 197.", "123 is not prime"),
        ("The prime factors of 12 are 2, 3 and 3.", "their product is 18"),
        ("The GCF of 36 and 48 is 6.", "it is 12"),
        ("The LCM of 4, 6 and 9 is 2^2 * 3 = 12.", "it is 36"),
        ("$2^4 \\equiv 3 \\pmod 7$", "they leave 2 and 3"),
        ("So 17 ≡ 4 (mod 5).", "they leave 2 and 4"),
        ("The units digit of 7^{100} is 7.", "it is 1"),
        ("The sum of the digits of 24,516 is 19.", "it is 18"),
        ("so 36 has 8 positive divisors.", "it has 9"),
        ("The prime factorization of 72 is $2^2 \\cdot 3^2$.", "the product is 36"),
        ("The prime factorization of 1,001 is 7 * 11 * 17.", "the product is 1309"),
    ],
)
def test_a_false_statement_is_refuted_and_the_evidence_says_why(text: str, why: str) -> None:
    verdict = judge(text)
    assert verdict.outcome == "invalid"
    assert verdict.evidence.endswith(f": {why}")


@pytest.mark.parametrize(
    "text",
    [
        # Not claimed.
        "If 91 is prime, then there are two.",
        "Suppose that 91 is prime.",
        "Is it so that 91 is prime?",
        "We check whether 24,516 is divisible by 5.",
        "It is not true that 91 is prime.",
        "91 is prime. Wait, that is wrong.",
        "Choice B: 91 is prime.",
        "Statement II: 15 is even.",
        "A student says 91 is prime.",
        # Not what it seems to be about.
        "The sum of 4 and 5 is even.",
        "The square of 4 is odd.",
        "f(91) is prime.",
        "n + 4 is odd.",
        "n^2 is a perfect cube.",
        "2^4 is a multiple of 3",
        "5 * 3 is even",
        "x_4 is odd.",
        "half of 6 is even",
        "3.5 is even.",
        "Neither 4 nor 7 is even.",
        "Either 4 or 7 is even.",
        "4 or 7 are odd.",
        "Not all of 4, 6, 7 are even.",
        "4 and 7 are not both even.",
        "The numbers 2, 3, and 4 are even, odd, and even.",
        "2, 3, and 4 are prime, prime, and composite, in this order.",
        "36 has 3 factors, namely 4, 3 and 3.",
        # Not where it seems to end.
        "12 is divisible by 5 or 4.",
        "12 is divisible by 5x.",
        "12 is divisible by 5 - 1.",
        "16 is a multiple of 3 plus 1.",
        "15 is even more than that.",
        "9 is prime to 4",
        "4 is an odd-looking number",
        "12 is not divisible by 3, 5, or 7.",
        "The factors of 12 are 1, 2, ..., 12.",
        "The factors of 12 are 1, 2, 3 and others.",
        "The factors of 12 are 2 apart.",
        "Two factors of 12 are 2 and 3.",
        "Some of the factors of 12 are 2 and 3.",
        "The odd factors of 12 are 1 and 3.",
        "The factors of 12 that are even are 2, 4, 6 and 12.",
        "The factors of 12 are 2, 3, 4 and 6.",
        "The factors of x^2 - 1 are 1 and 2.",
        "The perfect squares less than 200: 100, 121, 144, 169, 196.",
        "The greatest common divisor of 12 and 18 is 2 times 3.",
        "The greatest common divisor of 12 and 18 is 2x.",
        "The greatest common divisor of 12 and 18 is a number.",
        "gcd(12, 18x) = 5",
        "The LCM of 1/4 and 1/6 is 12.",
        "x + 3 \\equiv 5 \\pmod 7",
        "$3x \\equiv 5 \\pmod 7$",
        "$x \\equiv 3 \\pmod 7$",
        "$15 \\bmod 7 \\equiv 1 \\pmod 5$",
        "so 15 mod 7 ≡ 1 (mod 5)",
        "$2^{-1} \\equiv 4 \\pmod 7$",
        "$3 \\not\\equiv 5 \\pmod 7$",
        "The remainder when x is divided by 6 is 4.",
        "12 has 2 factors of 2.",
        "12 has 2 prime factors.",
        "48 has 8 more factors",
        # Other numbers.
        "In base 5, 13 is even.",
        "In $\\mathbb{Z}[i]$, 2 is not prime.",
        "no number at all",
        "",
    ],
)
def test_what_may_be_meant_otherwise_is_left_alone(text: str) -> None:
    assert judge(text).outcome == "undecided"


@pytest.mark.parametrize(
    "text",
    [
        "7 is prime.",
        "1 is not prime.",
        "2, 3, and 5 are primes.",
        "27 is a perfect cube.",
        "0 is even.",
        "6 is a factor of 24.",
        "The prime factors of 18 are 2, 3 and 3.",
        "The prime factors of 18 are 2 and 3.",
        "The perfect squares between 100 and 200 are 100, 121, 144, 169 and 196.",
        "The perfect squares between 100 and 200 are 121, 144, 169, 196.",
        "The primes less than 12 are 2, 3, 5, 7, 11.",
        "$\\gcd(12, 18) = 6$",
        "10 \\equiv -1 \\pmod{11}",
        "The units digit of 7^{100} is 1.",
        "The sum of the digits of 24,516 is 18.",
        "The prime factorization of 72 is $2^3 \\cdot 3^2$.",
    ],
)
def test_a_step_that_is_a_true_statement_and_nothing_else_is_valid(text: str) -> None:
    assert judge(text).outcome == "valid"


def test_a_true_statement_among_words_is_no_verdict_but_is_shown() -> None:
    verdict = judge("Since 7 is prime, the answer is 8.")
    assert (verdict.outcome, verdict.evidence) == (
        "undecided",
        "words unchecked: 1 true: 7 is prime (characters 6-16)",
    )


def test_a_false_statement_that_is_not_claimed_says_why_it_is_not_held_against_the_step() -> None:
    verdict = judge("If 91 is divisible by 9, we stop.")
    assert verdict.outcome == "undecided"
    [finding] = trace("Suppose that 91 is prime.")
    assert finding.decision == "not judged: a condition"


def test_the_trace_shows_each_statement_where_it_stands() -> None:
    text = "So $15$ is even, and also 91 is divisible by 7."
    [one, other] = trace(text)
    assert (one.decision, other.decision) == ("false", "true")
    assert [text[each.start : each.end] for each in (one, other)] == [one.text, other.text]
    assert one.read == "15$ is even"


def test_the_problem_may_speak_of_another_base() -> None:
    assert judge("13 is even.").outcome == "invalid"
    assert judge("13 is even.", prompt="All numbers are in base 5.").outcome == "undecided"


def test_code_states_nothing() -> None:
    step = Step(text="# 91 is prime", kind="code")
    said = number(Claim(problem=Problem(id="p", prompt=""), step=step))
    assert said.outcome == "undecided"


def test_large_numbers_are_left_alone_or_are_cheap() -> None:
    big = 10**17 + 3
    assert judge(f"{big} is prime.").outcome == "valid"
    assert judge(f"So {10**16 + 1} is prime.").outcome == "invalid"
    assert judge(f"The factors of {10**17} are 1, 2, 5.").outcome == "undecided"
    assert judge(f"So {'9' * 30} is prime.").outcome == "undecided"
    assert judge("$2^{999999999} \\equiv 1 \\pmod 7$").outcome == "undecided"


@pytest.mark.parametrize(
    "unit",
    ["1, ", "1 is ", "(1 ", "the factors of 1, ", "gcd(1, ", "2^{3} ", "9 and ", "mod 7 ≡ 1"],
)
def test_the_time_is_bounded_by_the_length(unit: str) -> None:
    text = unit * (19_000 // len(unit))
    assert judge(text).outcome == "undecided"
    assert judge(f"{text}{text}").outcome == "undecided"  # too long
