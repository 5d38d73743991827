import pytest

from stepsmith.transforms.derive.context import (
    brings_in,
    changes_unit,
    concludes,
    is_either,
    is_new_line,
    lists,
    offers_others,
    solves,
    supposes,
    transforms,
)


@pytest.mark.parametrize(
    "words",
    [
        "If ",
        "Suppose",
        "In this case,",
        "when",
        "Let ",
        "let $",
        "Choice A:",
        "it does not",
        "we can try",
        "we could have",
        "an error:",
        "I can't say",
        "Assuming that",
        "either",
    ],
)
def test_these_words_suppose(words: str) -> None:
    assert supposes(words)


@pytest.mark.parametrize(
    "words",
    ["So", "Now let's simplify", "let us divide by 2", "the imaginary part", "we get", ""],
)
def test_these_words_suppose_nothing(words: str) -> None:
    assert not supposes(words)


@pytest.mark.parametrize(
    "words",
    [
        "so",
        "Therefore,",
        "which gives",
        "we get",
        "simplifies to",
        "\\Rightarrow",
        "=>",
        "∴",
        "dividing both sides by 4",
        "this means that",
        "Solving for x",
    ],
)
def test_these_words_conclude(words: str) -> None:
    assert concludes(words)


@pytest.mark.parametrize("words", ["and", "also", "the line", "", "where"])
def test_these_words_conclude_nothing(words: str) -> None:
    assert not concludes(words)


@pytest.mark.parametrize(
    "words", ["which simplifies to", "dividing by 2", "\\implies", "from both sides"]
)
def test_these_words_transform(words: str) -> None:
    assert transforms(words)
    assert not brings_in(words)


@pytest.mark.parametrize(
    "words",
    [
        "substituting this",
        "using the second equation",
        "since",
        "from the third",
        "given",
        "subtracting the first equation",
        "dividing this by ",
        "the other",
        "at the point",
        "or",
    ],
)
def test_these_words_bring_something_in(words: str) -> None:
    assert brings_in(words)


@pytest.mark.parametrize(
    "words", ["First, rewrite it", "the last step", "subtract 3 from both sides", "so"]
)
def test_these_words_bring_in_nothing(words: str) -> None:
    assert not brings_in(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [(" and ", True), ("$, $", True), (" ", True), ("", True), (" so ", False), ("and so", False)],
)
def test_lists_are_joined_by_commas_and_ands(words: str, *, expected: bool) -> None:
    assert lists(words) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("\n", True), (" \\\\ ", True), ("$\n$", True), (" ", False), ("\nso ", False)],
)
def test_a_new_line_is_nothing_but_a_new_line(words: str, *, expected: bool) -> None:
    assert is_new_line(words) is expected


def test_a_tail_may_offer_other_values() -> None:
    assert offers_others(" works.")
    assert offers_others(" is also a solution")
    assert not offers_others(". The rest is easy, and so far away that it works")


def test_an_or_is_a_word() -> None:
    assert is_either("x = 2 or x = 3")
    assert not is_either("for all")


def test_solving_is_said_in_several_ways() -> None:
    assert solves("Solving these, we get")
    assert solves("can be solved to give")
    assert not solves("the solution is")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (" hour, so", " minutes", True),
        (" feet", " feet", False),
        (" feet", "", False),
        (" and then", " minutes", False),
        (", so", " minutes", False),
    ],
)
def test_units_that_differ_are_seen(one: str, other: str, *, expected: bool) -> None:
    assert changes_unit(one, other) is expected
