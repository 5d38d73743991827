import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.verify.steps.relations import Relation, find_relations
from tests.verify.steps.sums import SUMS, Sum


def truths(text: str, prompt: str = "") -> list[str]:
    return [relation.truth for relation in find_relations(text, prompt)]


def judged(text: str, prompt: str = "") -> list[Relation]:
    return [each for each in find_relations(text, prompt) if each.truth != "unread"]


@given(st.text("0123456789+-*/=() .,$%x\\{}^\n"))
def test_spans_are_slices_of_the_text(text: str) -> None:
    for relation in find_relations(text):
        assert text[relation.start : relation.end] == relation.text


@given(SUMS, SUMS)
def test_a_relation_is_true_where_the_values_are_the_same(one: Sum, other: Sum) -> None:
    [relation] = find_relations(f"{one.text} + 1 = {other.text} + 1 * 1")
    assert (relation.left, relation.right) == (one.value + 1, other.value + 1)
    same = one.value == other.value
    assert (relation.truth == "true") is same


@pytest.mark.parametrize("text", ["", "no sign", "2 + 3", "a < b", "2 => 3", "<=="])
def test_without_a_sign_there_is_no_relation(text: str) -> None:
    assert truths(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 = 5 = 10 / 2", ["true", "true"]),
        ("2 + 3 = 5 + 4 = 9", ["unjudged", "true"]),
        ("2 * 3 = 6 - 1 = 5 * 4 = 20", ["unjudged", "unjudged", "true"]),
        ("2 + 3 = 6 + 4 = 10", ["false", "true"]),
        ("2 + 3 = 5 + 4", ["false"]),
        ("2 + 3 = 5 + 4 = 10", ["false", "false"]),
        ("3 * 5 + 8 * 2 = 31 + 16 = 47", ["false", "true"]),
        ("x = 2 + 3 = 6", ["unread", "false"]),
        ("2 + 3\n= 6", ["false"]),
        (r"$2 + 3$ = $6$", ["false"]),
        (r"$$\begin{align*} x &= 2 + 3 \\ &= 6 \end{align*}$$", ["unread", "false"]),
        (r"\[ 2 + 3 \] \[ = 6 \]", ["false"]),
        ("2 + 3 = 5 and 4 + 4 = 9", ["true", "false"]),
        ("2 + 3 = 5, 4 + 4 = 9.", ["true", "false"]),
        ("2 + 3 = 5 < 4 + 4 = 9", ["true", "true", "false"]),
        ("48/2 = <<48/2=25>>25 clips", ["unread", "false"]),
        ("1. 2 + 3 = 6", ["false"]),
        ("Step 8: 2 + 3 = 6", ["false"]),
        ("1) 2 + 3 = 6", ["false"]),
        ("**2 + 3 = 6**", ["false"]),
        ("(2 + 3 = 6)", ["false"]),
        ("so A = B = 5", ["unread", "unread"]),
    ],
)
def test_chains_are_judged_sign_by_sign(text: str, expected: list[str]) -> None:
    assert truths(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A = (12^2 * √3) / 4\nA = 72√3", ["unread", "false"]),
        ("A = (12^2 * √3) / 4\nA = 36√3", ["unread", "true"]),
        ("A = 5 * 4 + 1\nA = 20 + 1\nA = 22", ["unread", "true", "false"]),
        ("x = 2\nx = 3", ["unread", "unread"]),  # two roots
        ("x = (5 + 1) / 2\nx = (5 - 1) / 2", ["unread", "unread"]),  # two roots
        ("A = 5 * 4\nB = 21", ["unread", "unread"]),
        ("A = 5 * 4, A = 21", ["unread", "unread"]),
    ],
)
def test_what_is_simplified_on_the_next_line_is_compared(text: str, expected: list[str]) -> None:
    assert truths(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so 2 + 3 = 6 apples", ["false"]),
        ("2 apples + 3 apples = 6 apples", ["false"]),
        ("2 red apples + 3 green apples = 6 apples", ["false"]),
        ("She pays 3 x $4 = $13 in total.", ["false"]),
        ("a total of 2 + 3 = 6", ["false"]),
        ("increased by 2 + 3 = 6", ["false"]),
        ("Multiply 2 * 3 = 7", ["false"]),
        ("2 + 3 = 6 times in 2 hours", ["false"]),
        ("2 + 3 = 6 more apples", ["false"]),
        ("2 + 3 = 6 of each dessert", ["false"]),
        ("36 / 3 = 13 square blocks", ["false"]),
        ("30 / 12 = 3.5 dozen cupcakes", ["false"]),
        ("16 scallops x $6.00/scallop = $90", ["false"]),
        ("$90 - $5 (arcade tokens) = $80 left", ["false"]),
        ("2 + 3 equals 6", []),
        ("the 3 of 4 + 5 = 10", ["unread"]),
        ("half of 6 + 2 = 4", ["unread"]),
        ("3 times 4 + 2 = 6", ["unread"]),
        ("10 divided by 5 + 3 = 5", ["unread"]),
        ("product of 3 and 4 - 2 = 11", ["unread"]),
        ("2 + 3 = 3 and 1/2", ["unread"]),
        ("2 + 3 = 5 times 3", ["unread"]),
        ("2 + 3 = 7 less than 12", ["unread"]),
        ("2 + 3 = 6 x", ["unread"]),
        ("2 + 3 = 6x", ["unread"]),
        ("x + 2 + 3 = 7", ["unread"]),
        ("2x + 3 = 7", ["unread"]),
        ("f(2) = 3 + 4", ["unread"]),
        ("2(3) = 7", ["false"]),
        ("f(x) + 2(3) = 7", ["unread"]),
        ("2 +x = 3", ["unread"]),
        ("12:30 + 1 = 14", ["unread"]),
        ("1,2 + 3 = 7", ["unread"]),
        ("2:1:3 = 6", ["unread"]),
        ("5 xs + 2 = 9", ["unread"]),
        ("0x10 = 17", ["unread"]),
        ("5 + 3 = 2 * 3!", ["unread"]),
        ("1 + 2 + ... + 9 = 46", ["unread"]),
        ("(1, 2) = 3 + 4", ["unread"]),
        ("Naomi's points + 17 = 20", ["unread"]),
        ("3 x 4 = 13 where x = 2", ["unread", "unread"]),
    ],
)
def test_prose_is_judged_where_a_side_surely_begins_and_ends(
    text: str, expected: list[str]
) -> None:
    assert truths(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$\frac{1}{2} + 1 = 3$", ["false"]),
        (r"so $3 \times 4$ = 13", ["false"]),
        (r"$x = \boxed{5}$", ["unread"]),
        (r"$2 + 3 = \boxed{6}$", ["false"]),
        (r"$3^2 \cdot 2 = 19$ cm", ["false"]),
        (r"$2 + 3 = 6\text{ apples}$", ["false"]),
        (r"$\text{Ann's points} + 17 = 20$", ["unread"]),
        (r"$\text{total} = 2 + 3 = 6$", ["unread", "false"]),
        (r"$\begin{pmatrix} 1 \\ 2 \end{pmatrix} + 1 = 3$", ["unread"]),
        (r"$\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix} = 3$", ["unread"]),
        (r"$\tan^{-1}(2) = 3$", ["unjudged"]),
        (r"$\log_2 2 + 3 = 6$", ["false"]),
        (r"$\lfloor 3.5 \rfloor = 4$", ["false"]),
        (r"$x \log_{10} 10 = 4$", ["unread"]),
        (r"$e + 2 = 3$", ["unread"]),
        (r"$0.\overline{4} = \frac{4}{9}$", ["true"]),
        (r"$0.\overline{4} = \frac{5}{9}$", ["false"]),
        (r"$\cos 60^\circ = \frac{1}{2}$", ["true"]),
        (r"$\cos 60^\circ = \frac{1}{3}$", ["false"]),
        (r"$180^\circ - 60^\circ = 110^\circ$", ["false"]),
        (r"$\frac{-4 \pm \sqrt{8}}{2} = -2 \pm \sqrt{2}$", ["true"]),
        (r"$\frac{-4 \pm \sqrt{8}}{2} = -2 \pm 2\sqrt{2}$", ["false"]),
        (r"$\pm 2 = 3$", ["unread"]),
        (r"$\ln 2 = 0.6931$", ["true"]),
        (r"$\binom{5}{2} = 11$", ["false"]),
        (r"$2 + 3 = 5x$", ["unread"]),
        (r"$2 + 3 = a$", ["unread"]),
        (r"$a 2 + 3 = 6$", ["unread"]),
        (r"\frac{17}{100}=0.18.", ["false"]),
    ],
)
def test_formulas_are_judged_where_all_of_a_side_is_read(text: str, expected: list[str]) -> None:
    found = [{"rounded": "true"}.get(truth, truth) for truth in truths(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 / 3 = 3.333", "rounded"),
        ("10 / 3 = 3.334", "rounded"),
        ("10 / 3 = 3.34", "rounded"),
        ("10 / 3 = 3.4", "rounded"),  # upwards
        ("10 / 3 = 3.5", "false"),
        ("7 / 2 = 3", "rounded"),  # whole boxes
        ("7 / 2 = 5", "false"),
        ("1 / 2 = 1", "false"),
        ("3 * 2 = 7", "false"),
        ("3.33 * 3 = 10", "rounded"),
        ("97 + 98/5 = 97 + 19", "rounded"),
        ("12.55 + 3.20 = 15.70", "false"),
        ("33.33 + 33.33 + 33.33 = 100", "rounded"),
        ("22 / 7 ≈ 3.1", "rounded"),
        ("22 / 7 ≈ 3.2", "rounded"),
        ("22 / 7 ≈ 3.5", "false"),
        (r"$1000 / 3 \approx 340$", "rounded"),
        (r"$1000 / 3 \approx 350$", "false"),
        ("√2 = 1.41", "rounded"),
        (r"$\sqrt{2} = 1.5$", "rounded"),
        (r"$\sqrt{2} = 1.6$", "false"),
        (r"$\sqrt{2} \cdot \sqrt{2} = 2$", "true"),
        (r"$\sqrt{8} = 2\sqrt{2}$", "true"),
        ("25 / 100 = 25%", "true"),
        ("5 / 20 * 100 = 25%", "otherwise"),
        ("25 / 100 = 26%", "false"),
        ("0.33 = 1/3", "rounded"),
        ("1 / 0 = 0", "false"),
    ],
)
def test_a_value_may_be_rounded_or_cut_at_the_digits_that_are_printed(
    text: str, expected: str
) -> None:
    assert truths(text) == [expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5 + 9 = 2 (mod 12)", "a base, or remainders"),
        ("in base 5, 3 + 4 = 12", "a base, or remainders"),
        ("Suppose 2 + 2 = 5.", "a condition"),
        ("Assume that 2 + 2 = 5.", "a condition"),
        ("if 2 + 2 = 5, pigs fly", "a condition"),
        ("This is not 2 + 2 = 5.", "a denial"),
        ("It doesn't give 2 + 2 = 5", "a denial"),
        ("But 2 + 2 = 5 is impossible.", "a denial"),
        ("2 + 2 = 5 contradicts this", "a denial"),
        ("about 7 * 7 = 50", "an estimate"),
        ("7 * 7 = 50, rounded", "an estimate"),
        ("100 / 60 = 1 with a remainder of 40", "a remainder is left"),
        ("Plugging in 1 gives 1 = 3 + 4", "an equation that is tried"),
        ("1 = 3 + 4, so this is extraneous", "an equation that is tried"),
        ("8 batches = 5.5 * 8", "the number is a name's or a unit's"),
        ("Week 2 = 35 + 35", "the number is a name's or a unit's"),
        ("100 cm = 1 meter", "the number is a name's or a unit's"),
        ("from Weeks 1-2 = 96 - 70", "a range"),
        ("- 2 + 3 = 5", "a dash or a sign"),
        ("- 3 magnets x 4 sets = 12 magnets", "a dash or a sign"),
        ("9 - 01 = 7", "clock times"),
        ("1 hour + 30 minutes = 90 minutes", "units may have been converted"),
        ("4 * 15 = 1 hour", "units may have been converted"),
        ("42 * 20/21 daps = 42 baps", "units may have been converted"),
        ("50 cents * 4 = $2", "cents may be meant"),
        ("losing 5 thousand a day, 5 * 3 = $15,000", "thousands, or dozens, may be meant"),
        ("2 + 3 = 6 = 5", "a slip: the sides before and after agree"),
        (r"$\sin 30 = \frac{1}{2}$", "degrees or radians"),
        (r"$\arcsin\frac{1}{2} = 30^\circ$", "degrees or radians"),
    ],
)
def test_what_may_be_meant_otherwise_is_not_held_against_it(text: str, reason: str) -> None:
    found = judged(text)
    assert {(each.truth, each.reason) for each in found} == {("unjudged", reason)}
    assert all(each.left is not None and each.right is not None for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "If he has 2 boxes, 2 + 3 = 6",
        "if x = 2 then 2 + 3 = 6",
        "2 + 3 = 6, which is not equal to 7",
        "That is not it. So 2 + 3 = 6",
        "about a dog: 2 * 30 = 6",
        "the base of the triangle is 2 + 3 = 6",
        "it would be 2 + 3 = 6",
        "2 * 8 = 24 hours",
        "97 cm + 9 cm = 107 cm",
        "60 old friends + 50 new friends = 111 other friends",
        "So 23 = 2 * 3 * 7",
        "A hexagon has 15 / 2 = 6 diagonals",
    ],
)
def test_words_that_do_not_bear_on_an_equation_do_not_save_it(text: str) -> None:
    assert judged(text)[-1].truth == "false"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Add in base $7$: 3 and 4.", "unjudged"),
        ("Find the sum in base seven.", "unjudged"),
        ("What is 3 + 4 modulo 6?", "unjudged"),
        ("Write it in base 10.", "false"),
        ("The base of a pyramid is a square.", "false"),
    ],
)
def test_the_problem_says_whether_the_arithmetic_is_another(prompt: str, expected: str) -> None:
    assert truths("3 + 4 = 12", prompt) == [expected]


def test_both_values_and_what_was_read_are_kept() -> None:
    [relation] = find_relations(r"so $\frac{1}{2} \times 4 = 3$.")
    assert (relation.left, relation.right) == (2, 3)
    assert relation.read == r"\frac { 1 } { 2 } * 4 = 3"
    assert relation.text == r"\frac{1}{2} \times 4 = 3"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 5", "the left side is no number that can be read"),
        ("5 = x", "the right side is no number that can be read"),
        ("x = y", "either side is no number that can be read"),
    ],
)
def test_what_is_unread_says_which_side(text: str, reason: str) -> None:
    [relation] = find_relations(text)
    assert (relation.truth, relation.reason, relation.left) == ("unread", reason, None)
