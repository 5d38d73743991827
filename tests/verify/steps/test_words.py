"""What the words beside numbers are: units that are converted, and letters that are none."""

import pytest

from stepsmith.transforms.formula.units import MEASURES
from stepsmith.transforms.verify.steps.tokens import tokenise
from stepsmith.transforms.verify.steps.words import converts, is_unit, stem


@pytest.mark.parametrize("kind", ["length", "time", "mass", "volume"])
def test_every_plain_spelling_of_a_measure_is_converted_but_the_word_in(kind: str) -> None:
    plain = [spelling for unit in MEASURES if unit.kind == kind for spelling in unit.plain]
    assert [each for each in plain if not converts(stem(each))] == (
        ["in", "in."] if kind == "length" else []
    )


@pytest.mark.parametrize("word", ["cents", "pennies", "dozens", "thousand", "cups", "m", "MB"])
def test_so_are_small_change_counts_and_what_stands_alone_in_prose(word: str) -> None:
    assert converts(stem(word))


@pytest.mark.parametrize("word", ["apples", "in", "euros", "mph", "units"])
def test_what_nobody_turns_into_another_unit_is_not(word: str) -> None:
    assert not converts(stem(word))


@pytest.mark.parametrize("word", ["cm", "kg", "pm", "apples", "red"])
def test_long_words_and_known_pairs_of_letters_may_be_units(word: str) -> None:
    assert is_unit(tokenise(word)[0])


@pytest.mark.parametrize("word", ["in", "xy", "m", "times", "gives"])
def test_other_letters_and_words_that_compute_or_join_are_none(word: str) -> None:
    assert not is_unit(tokenise(word)[0])
