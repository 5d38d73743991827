"""Units are read where they are units beyond doubt, and phrases where they say one number."""

import itertools
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.verify.answers.dimensions import UNITS, Unit, scales_of
from stepsmith.transforms.verify.answers.measures import compare_measures, read_measure
from stepsmith.transforms.verify.answers.phrases import core
from stepsmith.transforms.verify.answers.spelling import respell

SPEED = UNITS["m"].times(UNITS["s"], -1)
PIECES = ("5", "1/2", " m", "/", "s", "^2", r"\text{ cm}", "per ", r"\$", "not ", "x", "=", ", ")
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5 m", "5", UNITS["m"]),
        ("5cm", "5", UNITS["cm"]),
        (r"5 \mathrm{~m} / \mathrm{s}", "5", SPEED),
        (r"5 \text{ m s}^{-1}", "5", SPEED),
        ("5 meters per second", "5", SPEED),
        ("v = 5 m/s", "5", SPEED),
        ("12 sq. ft", "12", Unit().times(UNITS["ft"], 2)),
        (r"36\pi \text{ cm}^3", r"36\pi", Unit().times(UNITS["cm"], 3)),
        (r"\$3 million", r"3 \times 10^6", UNITS["dollar"]),
        (r"-\$50", "-50", UNITS["dollar"]),
        ("18 per day", "18", Unit().times(UNITS["day"], -1)),
        (r"25^\circ C", "25", UNITS["degC"]),
    ],
)
def test_a_value_and_its_unit_are_read(text: str, value: str, unit: Unit) -> None:
    measure = read_measure(text)
    assert measure is not None
    assert (measure.value, measure.unit) == (value, unit)


@pytest.mark.parametrize(
    "text",
    ["5", "5m", "x m", "2x + 3 m", "5, 6 m", "5 apples", "m", "", "x = y m", r"\pi", "5 m = 3"],
)
def test_what_may_be_a_variable_or_a_list_is_no_measure(text: str) -> None:
    assert read_measure(text) is None


@pytest.mark.parametrize(
    ("gold", "given_answer", "expected"),
    [
        ("5 m", "5", "same"),
        ("5 m", "5 metres", "same"),
        ("5 m", "6 m", "different"),
        ("5 m", "5 cm", "converted"),
        ("5 m", "500 cm", "converted"),
        ("5 m", "500", "converted"),
        ("72 km/h", "20 m/s", "converted"),
        ("5 kW", "5 kJ/s", "same"),
        ("5 kW", "5000 J/s", "converted"),
        ("5 kW", "5 kJ", "converted"),
        ("5 kW", "6 kJ", "different"),
        ("10 J", "10 Nm", "same"),
        ("5 N", "5 kg m/s^2", "same"),
        ("5 N", "5 kg m/s", "converted"),
        ("50 Hz", "50 s^{-1}", "same"),
        ("50 Hz", "50 /s", "same"),
        ("50 Hz", "50/s", "same"),
        ("50 Hz", "50 1/s", "same"),
        ("50 Hz", "51 /s", "different"),
        ("50 Hz", "50 m/s", "converted"),
        ("3000 rpm", "3000 revolutions per minute", "same"),
        ("3000 rpm", "3001 rpm", "different"),
        ("60 mph", "60 miles per hour", "same"),
        ("3 eV", "4.8e-19 J", "converted"),
        ("3 eV", r"4.8 \times 10^{-19} \text{ J}", "converted"),
        ("3 eV", "5.1e-19 J", "different"),
        ("1 eV", "1.602176634e-19 J", "converted"),
        ("13.6 eV", "2.179e-18 J", "converted"),
        ("13.6 eV", "2.176e-18 J", "converted"),  # by many a textbook's 1.6e-19
        ("13.6 eV", "2.3e-18 J", "different"),
        ("3 keV", "3000 eV", "converted"),
        ("3 keV", "4000 eV", "different"),
        ("1 kWh", "3.6e6 J", "converted"),
        ("1 mmHg", "133.3 Pa", "converted"),
        ("2 kPa", "2000 N/m^2", "converted"),
        ("4 ohm", "4 V/A", "same"),
        ("3 uF", "3 uC", None),
        ("3 kWh", "3000 Wh", "converted"),
        ("5 m", "500 cms", "converted"),
        ("5 kJ", "5000", "converted"),
        ("25 degC", "298 K", "converted"),
        ("1 lb", "16 oz", "converted"),
        ("90 miles", "1.5 hours", "different"),
        ("2 hectares", "20000 m^2", "converted"),
        ("2 hectares", "2001 m^2", "different"),
        ("5 L", "5000 cm^3", "converted"),
        ("5 L", "5 hectares", "converted"),
        ("5 L", "6 hectares", "different"),
        (r"\$18", "18 dollars per hour", "same"),
        (r"\$18", "18 cents per hour", "converted"),
        ("5 m", "x", None),
        ("5", "6", None),
    ],
)
def test_units_are_left_aside_or_left_open_but_never_turned(
    gold: str, given_answer: str, expected: str | None
) -> None:
    assert compare_measures(gold, given_answer) == expected
    assert compare_measures(given_answer, gold) == expected


TURNS = (
    "50 Hz",
    "50 /s",
    "50 per second",
    "50 rpm",
    "50 rad/s",
    "50 rev/s",
    "3000 rpm",
    "314 rad/s",
)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(TURNS, 2)))
def test_turns_and_cycles_a_second_are_equal_in_one_unit_alone_and_never_refuted_by_another(
    one: str, other: str
) -> None:
    cycles = {"50 Hz", "50 /s", "50 per second"}
    compared = compare_measures(one, other)
    assert compared == compare_measures(other, one)
    if {one, other} <= cycles and {one, other} & {"50 Hz", "50 per second"}:
        assert compared == "same"
    elif {one, other} == {"50 rpm", "3000 rpm"} or {one, other} == {"50 rad/s", "314 rad/s"}:
        assert compared == "different"
    else:
        assert compared == "converted"


@pytest.mark.parametrize("text", ["2 rad", "3 revolutions", r"\pi \text{ radians}"])
def test_an_angle_alone_is_a_number_and_no_measure(text: str) -> None:
    assert read_measure(text) is None


@pytest.mark.parametrize("text", ["50/s", "50 /s", "6 / h"])
def test_a_letter_below_is_a_unit_only_beside_one(text: str) -> None:
    assert read_measure(text) is None
    beside = read_measure(text, beside=True)
    assert beside is not None
    assert beside.unit.kind == (("time", -1),)
    assert compare_measures(text, "50") is None


def test_units_of_one_kind_have_their_sizes() -> None:
    assert UNITS["km"].scale / UNITS["cm"].scale == Fraction(100_000)
    assert UNITS["mph"].kind == UNITS["kph"].kind == SPEED.kind
    assert Fraction(60) in scales_of(UNITS["hour"].kind)
    assert scales_of(SPEED.kind) == [UNITS["kph"].scale, UNITS["mph"].scale]
    assert UNITS["mL"] == Unit().times(UNITS["cm"], 3)
    assert scales_of(UNITS["hectare"].kind) == scales_of(Unit().times(UNITS["m"], 2).kind)
    assert {UNITS["L"].scale, UNITS["gallon"].scale, Fraction(1)} < set(scales_of(UNITS["L"].kind))
    assert UNITS["degC"].is_temperature
    assert not UNITS["m"].is_temperature


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The answer is 18", "18"),
        ("a total of 18 eggs", "18 eggs"),
        (r"\text{She has } 18 \text{ apples}", "18 apples"),
        (r"Total: \$18", r"\$18"),
        ("Yes, because 5 > 3", "Yes"),
    ],
)
def test_a_phrase_with_one_number_says_it(text: str, value: str) -> None:
    assert core(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "at least 18", "not 18", "There are more than 18", "The answer is 18 or 19", "half of 18",
        "The answer is 18 less than 20", "in 3 days she has 18", "x + 18", "Alice", "", "18",
    ],
)  # fmt: skip
def test_a_phrase_whose_words_may_turn_its_number_is_left_as_it_is(text: str) -> None:
    assert core(text) == text


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("0{.}5", "0.5"), (r"5^{\text{th}}", "5"), ("5^{th}", "5"), ("2 to 3", "2:3"),
        (r"1.5 x 10^3", r"1.5 \times 10^3"), (r"\$-50", r"-\$50"), ("minus 5", "-5"),
        (r"\overline{AB}", "AB"), (r"0.\overline{3}", r"0.\overline{3}"), ("x^{t}", "x^{t}"),
        ("3.14 (approximately)", "3.14"), ("2x10", "2x10"), ("f(about)", "f(about)"),
    ],
)  # fmt: skip
def test_other_spellings_become_the_usual_one(text: str, usual: str) -> None:
    assert respell(text) == usual


@given(text=texts)
def test_any_text_is_read_or_left(text: str) -> None:
    read_measure(text)
    respell(text)
    core(text)


@pytest.mark.parametrize(
    "piece", ["a ", "m/", "5 m ", "square ", "^2", " per ", "(about ", "x ", "\\mu "]
)
def test_the_longest_answer_takes_a_moment(piece: str) -> None:
    text = (piece * 1_000)[:1_000]
    started = time.process_time()
    for each in (text, "5 " + text, "The " + text):
        read_measure(each)
        respell(each)
        core(each)
    assert time.process_time() - started < 5
