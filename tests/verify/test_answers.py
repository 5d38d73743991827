"""Answers are compared by what they mean: no equal pair is refused, no different one passed."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepsmith.schemas import Problem
from stepsmith.transforms.verify.answers import judge
from stepsmith.transforms.verify.answers.choices import Choice, options_of, read_choice
from stepsmith.transforms.verify.answers.text import clean, nesting, same_text
from stepsmith.transforms.verify.answers.words import compare_words, is_in_words, spell_in_digits


def decided(gold: str, given: str) -> str:
    """Decide without a worker; `asked` where one would be needed."""
    decision = judge.decide_here(gold, given, Problem(id="p", prompt=""))
    return "asked" if decision is None else decision.outcome


EQUAL = [
    # numbers
    ("18", "18.00"), ("1,800", "1800"), ("1800", r"1\,800"), ("1800", "1{,}800"),
    (r"11,\! 111,\! 100", "11111100"), (r"\frac{3}{4}", "0.75"), (r"\dfrac34", "3/4"),
    ("2.5", r"2\frac{1}{2}"), ("2.5", "2 1/2"), ("-2", "\u22122"), ("12", "\uff11\uff12"),
    ("1500", r"1.5 \times 10^3"), ("0.5", "\u00bd"), ("5", "five"), ("21", "twenty-one"),
    ("0.5", "one half"), ("1000.99", "1000,99"), ("0.111", "0,111"),
    ("4e+7", "7 + 4e"), ("40000000", "4e+7"),
    ("1500000", "1.5 million"), ("2000", "2 thousand people"), ("5.2", r"\approx 5.2"),
    ("18", "approximately 18 miles"),
    # units, money, percent, degrees
    ("18", "$18"), ("18", r"\$18.00"), ("18", "18 eggs"), ("10", r"10\text{ units}"),
    (r"15\mbox{ cm}^2", "15"), ("50%", "0.5"), ("50%", "50"), (r"28\%", "28 percent"),
    (r"28\%", "28 percentage"), (r"90^\circ", "90 degrees"), (r"90^\circ", "90"),
    (r"90^\circ", r"\frac{\pi}{2}"), (r"74^\circ", r"\angle APC = 74^\circ"),
    # expressions
    ("x^2+2x+1", "(x+1)^2"), (r"\sqrt{8}", r"2\sqrt{2}"), (r"\tan^2 y + 1", r"\sec^2 y"),
    (r"\frac43\pi(2)^3", r"\frac43 \pi \cdot 8"), (r"\cos 60^\circ", "1/2"),
    (r"2^{10} \bmod 7", "2"), (r"\lfloor 3.7 \rfloor", "3"), ("5!", "120"), ("204_5", "54"),
    (r"2\sqrt{13}", r"\left( 2\sqrt{13} \right)"), (r"\sqrt{17}", "4.123105625617661"),
    # names
    ("5", "x = 5"), ("5", "5 = x"), ("x=5", "5"), ("2", "z = 3 + 3 - 4 = 2"),
    ("1/3", "x = 1/3 \\approx 0.33"),
    ("(3,2)", "(p,q) = (3,2)"), ("1", "f(x) = 1"), ("4", "AB = 4"), ("7:32", "a:b = 7:32"),
    (r"-\frac{1}{c}", r"\Delta p \approx -\frac{1}{c}"), ("5", "2 + 3 = 5"),
    ("25", r"\text{Area} = 25"), ("25 cm", "the side of the square = 25 cm"),
    ("5", "5th"), ("18 dollars per hour", r"\$18"),
    (r"30^\circ", r"\frac{\pi}{6} \text{ radians}"),
    # several answers
    ("1, 2", "2, 1"), ("1, 2", r"\{2, 1\}"), ("1, 2", "x = 1, x = 2"), ("5, 7", r"5 \text{ or } 7"),
    ("5, 7", r"5 \text{ and } 7"), (r"3 \pm \sqrt{2}", r"3 + \sqrt{2}, 3 - \sqrt{2}"),
    ("x=1, y=2", "y=2, x=1"), ("AB=4, CD=5", "4, 5"), ("(1,2), (3,4)", "(3,4), (1,2)"),
    ("100, 200", "100,200"), (r"\boxed{2}, \boxed{3}", "2, 3"),
    # tuples, intervals, regions, matrices
    ("(1, 2)", r"\left( 1, \frac{4}{2} \right)"), ("[1, 2]", r"x \in [1, 2]"),
    ("(5, \\infty)", "x > 5"), ("x > 5", "5 < x"), ("[1, 2)", r"1 \le x < 2"),
    (r"(-\infty, 1) \cup (0, 2)", r"(-\infty, 2)"), (r"[0, 1] \cup \{2\}", r"\{2\} \cup [0, 1]"),
    (r"(-\infty, \infty)", r"\mathbb{R}"), ("(36,104)", "(36, 104)"),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}"),
    (r"(-\infty, 1) \cup (5, \infty)", r"x < 1 \text{ or } x > 5"),
    (r"(-\infty, 3) \cup (3, \infty)", r"x \ne 3"), ("(5, 7)", "5 < x < 7"),
    # equations and inequalities
    ("x^2+y^2=1", "1-x^2-y^2=0"), ("y=2x+1", "2x-y+1=0"), ("x < 1", "-x > -1"),
    ("34x+45y=1", "-34x-45y+1=0"), (r"x + y \le 2", r"2x + 2y \le 4"),
    # words and letters
    ("Alice", r"\text{alice}"), ("Sunday", r"\mbox{Sunday}"), ("June 20", "20 June"),
    ("June 20", "June 20th"), ("B", r"\text{(B)}"), ("B", "B."), ("odd", r"\text{Odd}"),
    (r"\text{4:30 p.m.}", "4:30 PM"), ("4:30 p.m.", "4:30pm"), ("4 PM", "4:00 p.m."),
    ("4:30 p.m.", "4:30"), ("12:00", "12:00"),
    # mark-up
    ("73", "**73**"), ("185", "185\\"), ("x", "$$x$$"), (r"\frac{1}{2}", r"\\frac{1}{2}"),
]  # fmt: skip

DIFFERENT = [
    ("5", r"\text{half of the area} = 6"),
    (r"\$115,000", "115,00"), (r"3,\!250", "3,0250"), ("1,000,000", "1,000,0000"),
    ("32,000", "32,00"), ("100,200,100", "100,200,100,100"),
    ("1500000", "1.6 million"), ("[5, 7]", "5, 7"), (r"x \ne 3", r"x \ne 4"),
    (r"(-\infty, 1) \cup (5, \infty)", r"x < 1 \text{ or } x > 6"),
    (r"118^\circ", "59"), ("2.5", r"\sqrt{6}"), (r"\sqrt{6}", "2.5"), ("20 apples", "10"),
    (r"\frac{73}{100}", r"[5, 5\sqrt{2}]"), (r"(0, 1) \cup (2, 3)", "(1, 2, 3)"),
    (r"(0, 1) \cup (2, 3)", "(0, 3)"), ("(-5, -4)", "x^2 + y^2 = 1"), ("1/3", "0.34"),
    ("25", r"25,\!000"), ("25", "25,000"), ("0.5", "500"),
    ("18", "17"), ("18", "20 apples"), ("-2", "2"), ("0.0000001", "0.0000002"), ("11189", "11188"),
    ("33.33", "33.34"), ("5", "5.001"), ("18", "18.0000001"), ("1/2", "2/1"),
    ("2^{-99}", "2^{-98}"),
    (r"1 - \frac{1}{e}", r"1 + \frac{1}{e}"), ("4", r"4\sqrt{2}"), (r"\sqrt{2}", r"\sqrt[3]{2}"),
    (r"\frac{1}{2004!}", r"\frac{1}{2006!}"), ("204_5", "204_6"), ("10^{10^{10^{10}}}", "10^{10}"),
    ("x^2+2x+1", "x^3+2x+1"), ("x", "x + 0.001"), ("(a+5)(b+2)", "(+5)(b+2)"), ("E", "2E"),
    ("x=1", "x=2"), ("x=1", "y=2"), ("7 = 11a + c", "11a + c"), ("5", "2x = 7"),
    ("1, 2", "1, 3"), ("1, 2, 3", "1, 2"), (r"\sqrt{67}, -\sqrt{85}", r"\sqrt{67}"),
    (r"3 \pm \sqrt{2}", r"3 + \sqrt{2}"), (r"\pm 2021", "2021"), ("x=1, y=2", "x=2, y=1"),
    ("(1, 2)", "(2, 1)"), ("(1, 2)", r"\{1, 2\}"), ("(1, 2)", "[1, 2]"), ("[1, 2)", "[1, 2]"),
    ("(1, 2)", "(1, 2, 3)"), ("x > 5", "x < 5"), (r"x \ge 5", "x > 5"), ("[0, 1)", "5"),
    (r"(-\infty, 1) \cup (2, 3)", r"(-\infty, 1) \cup (2, 4)"),
    (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", r"\begin{pmatrix} 1 & 3 \end{pmatrix}"),
    (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", "5"), ("1:2:3", "1:4:9"), ("12:00", "1:00"),
    ("4:30 p.m.", "4:30 a.m."), ("4 pm", "5 pm"),     ("4:30 p.m.", "5:30 p.m."),
    ("3x-y+13=0", "3x+4y+14=0"), ("x^2+y^2=1", "x^2+y^2=2"), ("x+y-z+2=0", "5x-7y+11z+4=0"),
    ("x < 1", "x > -1"), ("x=1", r"x \ne 1"), ("Alice", "Bob"), ("even", "odd"), ("yes", "no"),
    ("odd", r"\text{oddd}"), ("B", "C"), ("1 1/2", "11/2"), ("[36,104]", "(36,104]"),
]  # fmt: skip

UNDECIDED = [
    (r"\sqrt{6}", "2.4"), (r"\sqrt{6}", "2.45"), (r"-\sqrt{6}", "-2.44"), ("2/3", "0.67"),
    ("3", "36 inches"), ("5 dozen", "60"), ("150 cents", r"\$1.50"),
    ("1/3", "0.333"), ("1/3", "0.333333"), ("33.3", "33.33"), ("2/3", "0.66"),
    ("1234", r"1.23 \times 10^3"), ("60 minutes", "1 hour"), ("60", "1 hour"), ("5 cats", "5 dogs"),
    ("5 cm", "5 m"), ("5 kg", "5000 g"), (r"5 \mathrm{~kg}", r"5 \mathrm{~g}"), ("3 N", "3 kg"),
    (r"(0.6, \frac{8}{3}]", "(0.6, 2.6667]"),
    ("3003", "300^{9^{953}}"), ("3003", "300^9^953"),
    ("A", "a"),
    ("16", "none"), ("Alice", "Alice Smith"), ("yes", "true"), ("no solution", "does not exist"),
    ("5", "it depends on the weather"), ("B", "6"),
    # signs with two meanings, letters for any number
    ("12500", "12.500"), ("1.234", "1,234"), ("1500 km", "1.500 km"), ("12500", r"\$12.500"),
    ("0.1(6)", "0.6"), ("x^2 + C", "x^2 + c"), (r"\frac{\pi}{4} + k\pi", r"\frac{\pi}{4} + n\pi"),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "given"), EQUAL)
def test_equal_answers_are_valid_either_way_round(gold: str, given: str) -> None:
    assert decided(gold, given) == "valid"
    assert decided(given, gold) == "valid"


@pytest.mark.parametrize(("gold", "given"), DIFFERENT)
def test_different_answers_are_never_valid(gold: str, given: str) -> None:
    assert decided(gold, given) == "invalid"
    assert decided(given, gold) in {"invalid", "undecided", "asked"}


@pytest.mark.parametrize(("gold", "given"), UNDECIDED)
def test_what_may_be_either_is_undecided_either_way_round(gold: str, given: str) -> None:
    assert decided(gold, given) == "undecided"
    assert decided(given, gold) == "undecided"


@pytest.mark.parametrize(
    ("gold", "given"),
    [("x = 1", "y = 1"), ("5", r"\{5\}"), ("1:2", "2:4"), ("1:2:3", "2:4:6"),
     ("7", "x=7, y=8"), (r"\vec{i} + 2\vec{j}", "(1, 2)"),
     ("p=1,q=2;p=3,q=4", "(1,2),(3,4)"),
     ("1, 1, 2", "1, 2"), ("1, 1, 2", "1, 2, 2"),
     ("2.5 hours", "2 hours and 30 minutes"),
     ("(1, 5)", "1 < x < 9, x < 5"),
     ("(-3, 3)", "|x| < 3"), ("(3, 3)", "x = y = 3"),
     ("(1, 2)", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"), ("f(x)", "f(y)")],
)  # fmt: skip
def test_what_our_own_reader_cannot_settle_is_left_to_the_worker(gold: str, given: str) -> None:
    assert decided(gold, given) == "asked"


ANSWERS = st.sampled_from([text for pair in EQUAL + DIFFERENT + UNDECIDED for text in pair])


@settings(max_examples=150, deadline=None)
@given(ANSWERS)
def test_every_answer_equals_itself(answer: str) -> None:
    assert decided(answer, f"  {answer}. ") == "valid"


@settings(max_examples=150, deadline=None)
@given(ANSWERS, ANSWERS)
def test_no_pair_is_equal_one_way_and_different_the_other(one: str, other: str) -> None:
    assert {decided(one, other), decided(other, one)} != {"valid", "invalid"}


def test_a_thousand_numbers_in_another_order_are_the_same_set() -> None:
    numbers = [str(number) for number in range(150)]
    gold = r"\{" + ",".join(numbers) + r"\}"
    assert decided(gold, r"\{" + ",".join(reversed(numbers)) + r"\}") == "valid"
    assert decided(gold, r"\{" + ",".join([*numbers[1:], "999"]) + r"\}") == "invalid"


@pytest.mark.parametrize("opening", [r"\sqrt{", r"\frac{1}{", "-(", r"\{", "2^{", r"\cos{", "(1,"])
def test_the_deepest_answer_takes_a_moment(opening: str) -> None:
    closing = {"{": "}", "(": ")", ",": ")"}.get(opening[-1], "}")
    if opening == r"\{":
        closing = r"\}"
    deep = opening * 29 + "x" + closing * 29
    started = time.process_time()
    decided(deep, deep.replace("x", "x + 1"))
    decided(deep, "5")
    assert time.process_time() - started < 10


@pytest.mark.parametrize("huge", [".14^9^9.11", "2^9^9;.14^9^9.11", "3.5^{9^9}", "0.5^{10^8}"])
def test_the_largest_and_the_smallest_powers_take_a_moment(huge: str) -> None:
    started = time.process_time()
    assert decided("24.1", huge) != "valid"
    assert decided(huge, "24.1") != "valid"
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (r"$\boxed{5}$.", "5"), (r"\[ \boxed{2}, \boxed{3} \]", "2 ,  3"), ("**73**", "73"),
        (r"\boxed{x", "x"), ("= 5", "5"), ("5;", "5"), (r"\(y = 2x\)", "y = 2x"), ("", ""),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
        (r"\left\{ 1 \right\}", r"\left\{ 1 \right\}"), (r"\beginboxed{8}", "8"), (r"\$5", r"\$5"),
    ],
)  # fmt: skip
def test_only_what_changes_no_answer_is_taken_off(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(max_size=60))
def test_cleaning_is_total_and_done_at_once(text: str) -> None:
    cleaned = clean(text)
    assert same_text(cleaned, cleaned)
    assert nesting(cleaned) >= 0


@pytest.mark.parametrize(
    ("one", "other"),
    [(r"12 \text{ m/s}", "12 m/s"), (r"\mathrm{N}", "N"), (r"3\textbf{a}", "3 a")],
)
def test_fonts_change_no_text(one: str, other: str) -> None:
    assert same_text(one, other)


@pytest.mark.parametrize(("one", "other"), [("1 1/2", "11/2"), ("12 3", "123"), ("a b", "ab")])
def test_space_between_letters_and_digits_counts(one: str, other: str) -> None:
    assert not same_text(one, other)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("five", "5"), ("twenty-one", "21"), ("one half", "1/2"), ("two thirds", "2/3"),
        ("three and a half", "7/2"), ("one hundred and five", "105"), ("minus two", "-2"),
        ("two thousand three hundred", "2300"), ("five apples", "5 apples"), ("a third", "1/3"),
        ("two and three quarters", "11/4"), ("none", "none"), ("third", "third"),
        ("one two", "one two"), ("Alice", "Alice"), ("", ""), ("x + five", "x + five"),
    ],
)  # fmt: skip
def test_numbers_in_words_are_numbers(text: str, digits: str) -> None:
    assert spell_in_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Alice", True), ("yes", True), (r"\text{no solution}", True), ("sin x", False),
     ("5 cm", False), ("June 20", True), ("x", False), (r"\sqrt{x}", False), ("x and y", False),
     (r"\begin{pmatrix} x \end{pmatrix}", False)],
)  # fmt: skip
def test_words_are_told_from_formulas(text: str, *, expected: bool) -> None:
    assert is_in_words(text) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("yes", "No", False), ("true", "false", False), ("yes", "true", None),
        ("Sun", "Sunday", True), ("the even numbers", "even numbers", True),
        ("even", "an even function", None),
        ("left right", "right left", None), ("none", "Alice", None),
        ("a regular hexagon is formed by them", "some other long description", None),
    ],
)  # fmt: skip
def test_words_that_may_mean_the_same_are_not_told_apart(
    one: str, other: str, *, expected: bool | None
) -> None:
    assert compare_words(one, other) is expected
    assert compare_words(other, one) is expected


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("(A)", Choice(letter="A", text="")), ("A", Choice(letter="A", text="")),
        ("A.", Choice(letter="A", text="")), ("(A) 12", Choice(letter="A", text="12")),
        (r"\textbf{(A)}\ 12", Choice(letter="A", text="12")),
        ("Option C", Choice(letter="C", text="")), ("2A", None),
        ("(b)", Choice(letter="B", text="")), ("a", None), ("(a)(b)", None), ("A+B", None),
        ("Alice", None), ("(a,b)", None), ("K", None),
    ],
)  # fmt: skip
def test_the_letter_of_an_option_is_read(text: str, choice: Choice | None) -> None:
    assert read_choice(text) == choice


@pytest.mark.parametrize(
    "problem",
    [
        Problem(id="p", prompt="What is 2 + 3? (A) 5 (B) 6"),
        Problem(id="p", prompt="What is 2 + 3?\nA. 5\nB. 6\n\nThink first."),
        Problem(id="p", prompt="A) is it?\n(A) 5\n(B) 6"),
        Problem(id="p", prompt="", payload='{"options": ["A)5", "B)6"]}'),
        Problem(id="p", prompt="", payload='{"options": {"A": "5", "B": "$6$"}}'),
        Problem(id="p", prompt="", payload='{"choices": ["5", "6"]}'),
    ],
)
def test_options_are_found_where_a_problem_keeps_them(problem: Problem) -> None:
    assert options_of(problem) == {"A": "5", "B": "6"}


@pytest.mark.parametrize(
    "problem",
    [
        Problem(id="p", prompt="A. Smith has 5 apples."),
        Problem(id="p", prompt="", payload="[]"),
        Problem(id="p", prompt="", payload='{"options": 5}'),
        Problem(id="p", prompt="(B) 5 (C) 6"),
        Problem(id="p", prompt="(A) 5 " * 10_000),
    ],
)
def test_where_there_are_no_options_none_are_found(problem: Problem) -> None:
    assert options_of(problem) == {}
