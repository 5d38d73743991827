"""What a step asserts, denies, supposes or takes back: a denial counts where its reach is plain."""

import pytest

from stepsmith.transforms.linking import link_step
from tests.linking.graphs import graph, shown

GRAPH = graph()
TREATS = "aspirin | treats | pain"
SYMPTOM = "pain | symptom_of | flu"
CAPITAL = "london | capital_of | uk"


def read(text: str) -> list[str]:
    """Write what is asserted and denied, and the reason of each thing that is not linked."""
    links = link_step(GRAPH, text)
    return [*shown(GRAPH, links), *(f"? {each.reason}" for each in links.unlinked)]


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin fails to treat pain.",
        "Aspirin failed to treat pain.",
        "Aspirin does NOT treat pain.",
        "Aspirin can't treat pain.",
        "No aspirin treats pain.",
        "It is not aspirin that treats pain.",
        "It is aspirin that does not treat pain.",
        "It is untrue: aspirin treats pain.",
        "It's false aspirin treats pain.",
        "False: aspirin treats pain.",
        "Not true: aspirin treats pain.",
        "Aspirin treats pain is false.",
        '"Aspirin treats pain" is not true.',
        "That aspirin treats pain isn't true.",
        "The statement that aspirin treats pain is wrong.",
        "It is false that aspirin | treats | pain",
    ],
)
def test_a_denial_with_a_plain_reach_denies(text: str) -> None:
    assert read(text) == [f"not {TREATS}"]


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin does not fail to treat pain.",
        "It is not false that aspirin treats pain.",
        "It is not the case that aspirin doesn't treat pain.",
        "Aspirin treats pain, without a doubt.",
        "No, aspirin treats pain.",
        "Instead, aspirin treats pain.",
        "Aspirin will treat pain.",
        "Aspirin is used to treat pain.",
        "London is not far; aspirin treats pain.",
        "Aspirin treats pain, so we need not look further.",
    ],
)
def test_what_denies_twice_or_something_else_is_an_assertion(text: str) -> None:
    assert read(text) == [TREATS]


@pytest.mark.parametrize(
    "text",
    [
        "There is no evidence that aspirin treats pain.",
        "The graph does not say that aspirin treats pain.",
        "We do not know that aspirin treats pain.",
        "It is wrong to say that aspirin treats pain.",
        "I deny that aspirin treats pain.",
        "Aspirin hardly treats pain.",
        "Aspirin partly treats pain.",
        "Aspirin does not always treat pain.",
        "Not every aspirin treats pain.",
        "Nobody but Ada treats pain.",
        "Contrary to popular belief, aspirin treats pain.",
        "Only aspirin treats pain.",
        "Aspirin treats only pain.",
        "Some claim: aspirin treats pain, but this is false.",
        "Aspirin treats pain: false.",
        "Aspirin treats pain (not true).",
        "Aspirin treats pain (incorrect)",
        "Aspirin treats pain -- no, that is not so.",
    ],
)
def test_a_denial_without_a_plain_reach_is_not_guessed_at(text: str) -> None:
    found = read(text)
    assert all(each.startswith("? ") for each in found)
    assert {"? scope of a negation", "? not asserted"} & set(found)


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin treats pain. This is false.",
        "Aspirin treats pain; that is not true.",
        "Aspirin treats pain.\nThat is wrong.",
        "aspirin | treats | pain\nThis is not true.",
        "This is wrong: aspirin | treats | pain",
        "The following is false:\naspirin | treats | pain",
        "not (aspirin | treats | pain)",
        "(aspirin | treats | pain) is false",
        "[aspirin | treats | pain], which is not true",
    ],
)
def test_what_a_remark_takes_back_is_not_asserted(text: str) -> None:
    assert set(read(text)) <= {"? scope of a negation", "? prose and line disagree"}
    assert read(text)


def test_a_remark_reaches_back_and_not_ahead() -> None:
    text = "Aspirin treats flu. That is wrong. Aspirin treats pain."
    assert read(text) == [TREATS, "? scope of a negation", "? scope of a negation"]


@pytest.mark.parametrize(
    "text",
    [
        "Unless aspirin treats pain, we are done.",
        "Aspirin treats pain if codeine works.",
        "Aspirin allegedly treats pain.",
        "It seems that aspirin treats pain.",
        "Aspirin is said to treat pain.",
        "I doubt that aspirin treats pain.",
        "Let us imagine that aspirin treats pain.",
        "We need to check that aspirin treats pain.",
        "The question says that aspirin treats pain.",
        "Ada says aspirin treats pain.",
        "Ada believes that aspirin treats pain.",
        '"Aspirin treats pain" is what Ada claims.',
        "According to the question, aspirin treats pain.",
        "Option B states that aspirin treats pain.",
        "Does aspirin treat pain.",
    ],
)
def test_what_is_supposed_asked_or_quoted_is_not_asserted(text: str) -> None:
    assert read(text) == ["? not asserted"]


def test_a_condition_covers_its_whole_sentence() -> None:
    text = "If aspirin treats flu then aspirin treats pain."
    assert read(text) == ["? not asserted", "? not asserted"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aspirin does not only treat pain but also flu.", [TREATS, "aspirin | treats | flu"]),
        ("Aspirin treats not only pain but also flu.", [TREATS, "aspirin | treats | flu"]),
        ("Aspirin treats pain but also flu.", [TREATS, "aspirin | treats | flu"]),
        ("Aspirin treats pain, not flu.", [TREATS, "not aspirin | treats | flu"]),
        ("Aspirin, not Ada, treats pain.", [TREATS, "not ada | treats | pain"]),
        ("Not Ada but aspirin treats pain.", ["not ada | treats | pain", TREATS]),
        ("Aspirin treats neither pain nor flu.",
         [f"not {TREATS}", "not aspirin | treats | flu"]),
        ("Aspirin does not treat pain or flu.",
         [f"not {TREATS}", "not aspirin | treats | flu"]),
        ("Aspirin does not treat pain and flu.", ["? scope of a negation"]),
        ("Aspirin treats pain but flu.", [TREATS, "? scope of a negation"]),
    ],
)  # fmt: skip
def test_each_item_of_a_list_is_denied_by_what_joins_it(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada neither treats pain nor treats flu.",
         ["not ada | treats | pain", "not ada | treats | flu"]),
        ("Ada does not treat pain or treat flu.",
         ["not ada | treats | pain", "not ada | treats | flu"]),
        ("Ada does not treat pain and treat flu.",
         ["not ada | treats | pain", "? scope of a negation"]),
        ("Ada does not treat pain and treats flu.",
         ["not ada | treats | pain", "ada | treats | flu"]),
        ("Ada treats pain or London is the capital of the UK.", ["? scope of a negation"] * 2),
        ("Ada treats not flu, but it is false that London is the capital of the UK.",
         ["not ada | treats | flu", f"not {CAPITAL}"]),
        ("Ada treats flu, but this is false, and London is the capital of the UK.",
         ["? scope of a negation"] * 2),
    ],
)  # fmt: skip
def test_two_facts_are_denied_by_what_joins_them(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "prose",
    ["Perhaps aspirin treats pain.", "There is no evidence that aspirin treats pain.", "If so:"],
)
def test_a_line_is_not_plain_where_its_prose_only_supposes_it(prose: str) -> None:
    found = read(f"{prose} [aspirin | treats | pain]")
    assert found == (["? prose and line disagree"] if prose != "If so:" else [TREATS])


def test_a_line_answers_a_question_before_it() -> None:
    assert read("What does aspirin treat? [aspirin | treats | pain]") == [TREATS]
