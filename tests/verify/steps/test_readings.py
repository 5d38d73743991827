import pytest

from stepsmith.schemas import Verdict
from stepsmith.transforms.verify.arithmetic import arithmetic
from stepsmith.transforms.verify.steps.relations import find_relations
from tests.derive.reading import claim


def judge(text: str) -> Verdict:
    return arithmetic(claim(text))


@pytest.mark.parametrize(
    "text",
    [
        "-3^2 = 9",
        "10 - -3^2 = 1",
        "8 ÷ 2(2+2) = 1",
        "0.5% of 200 = 100",
        "50% * 2 = 100",
        "5 ± 2 = 7",
        "5 ± 2 = 3",
        "(4 ± 2)/2 = 3",
        "$2\\frac{1}{2} = 1$",
        "25% = 25",
        "0.1(6) = 1/6",
        "0.1(6) + 0.5 = 0.6(6)",
        "3 * 0.8(3) = 2.5",
        "1.000 + 500 = 1.500",
        "1.500 * 2 = 3000",
    ],
)
def test_what_is_true_in_an_unlikely_reading_alone_is_neither_refuted_nor_confirmed(
    text: str,
) -> None:
    [relation] = find_relations(text)
    assert relation.truth == "otherwise"
    verdict = judge(text)
    assert verdict.outcome == "undecided"
    assert verdict.evidence.startswith("true in another reading: 1 equation holds")


@pytest.mark.parametrize(
    "text",
    [
        "-3^2 = -9",
        "8 ÷ 2(2+2) = 16",
        "0.5% of 200 = 1",
        "50% * 2 = 100%",
        "2 * 2 1/2 = 5",
        "2.5(10) = 25",
        "3.125 * 2 = 6.25",
    ],
)
def test_what_is_true_as_it_is_mostly_read_is_confirmed(text: str) -> None:
    assert judge(text).outcome == "valid"


@pytest.mark.parametrize(
    "text",
    [
        "-3^2 = 8",
        "5 ± 2 = 4",
        "0.5% of 200 = 10",
        "50% * 2 = 10",
        "0.1(6) = 1/7",
        "2.5(4) = 12",
        "2.5(4)^2 = 41",
        "1.000 + 500 = 1.600",
    ],
)
def test_what_is_true_in_no_reading_is_refuted(text: str) -> None:
    assert judge(text).outcome == "invalid"


def test_both_signs_have_to_agree() -> None:
    [both] = find_relations(r"$\frac{4 \pm 2}{2} = 2 \pm 1$")
    [upper] = find_relations(r"$\frac{4 \pm 2}{2} = 3 \pm 0$")
    assert (both.truth, upper.truth) == ("true", "otherwise")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2/3 = 67%", "rounded"),
        ("2/3 = 66%", "rounded"),  # cut
        ("1/3 = 33%", "rounded"),
        ("so 5/8 = 63%", "rounded"),
        ("7/9 = 77.8%", "rounded"),
        ("2/3 * 100 = 67%", "rounded"),
        ("so 0.125 * 100 = 13%", "rounded"),
        ("2/3 * 100 = 76%", "false"),
        ("5/8 = 62.5%", "true"),
        ("2/3 = 68%", "false"),
        ("2/3 = 76%", "false"),
        ("1/4 = 26%", "false"),
    ],
)
def test_a_percentage_is_right_at_the_digits_that_are_printed(text: str, expected: str) -> None:
    [relation] = find_relations(text)
    assert relation.truth == expected


@pytest.mark.parametrize(
    "text",
    [
        "2 x $12 (adult tickets) = $24",
        "2 apples + 3 oranges = 5",
        "5 hours * 3 = 15",
        r"$2 \text{ apples} \cdot 3 = 6$",
        "$12 / person * 2 = $24",
    ],
)
def test_words_within_an_equation_are_unchecked_as_those_around_it(text: str) -> None:
    verdict = judge(text)
    assert verdict.outcome == "undecided"
    assert verdict.evidence.startswith("words unchecked: ")


@pytest.mark.parametrize(
    "text", ["3 x 4 = 12", "20% of 50 = 10", r"$\sqrt{16} \times 2 = 8$", "log_2 8 = 3"]
)
def test_words_that_compute_are_none_of_them(text: str) -> None:
    assert judge(text).outcome == "valid"
