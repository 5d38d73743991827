"""Questions as text: the start and the relations are named, and nothing between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.phrasing import Phrase, phrase_of
from stepsmith.transforms.graph.questions.texts import Style, question_text, style_of

CAUSES, RESULT, CAPITAL = map(phrase_of, ("causes", "result of", "capital"))
STYLES: tuple[Style, ...] = ("chain", "nested", "walk")


@pytest.mark.parametrize(
    ("style", "phrases", "text"),
    [
        ("chain", [CAUSES, RESULT], "virus causes P. P is a result of Q. Name Q."),
        ("chain", [CAPITAL], "virus has the capital P. Name P."),
        ("nested", [CAPITAL, CAPITAL], "Name the capital of the capital of virus."),
        ("nested", [CAUSES, CAPITAL], "Name the capital of something that virus causes."),
        ("nested", [CAPITAL, CAUSES], "Name something that the capital of virus causes."),
        ("nested", [CAUSES, RESULT], "virus causes P. P is a result of Q. Name Q."),
        (
            "walk",
            [CAUSES, RESULT],
            "Begin at virus and go along: causes, then is a result of. Where does that lead?",
        ),
    ],
)
def test_a_question_reads_as_its_style_says(style: Style, phrases: list[Phrase], text: str) -> None:
    assert question_text("virus", phrases, style=style) == text


@given(
    phrases=st.lists(st.sampled_from([CAUSES, RESULT, CAPITAL]), min_size=1, max_size=5),
    style=st.sampled_from(STYLES),
)
def test_every_relation_is_named_and_the_start_once(phrases: list[Phrase], style: Style) -> None:
    text = question_text("<START>", phrases, style=style)
    assert text.count("<START>") == 1
    for phrase in set(phrases):
        assert text.count(phrase.text) >= phrases.count(phrase)


def test_mixed_styles_are_drawn_from_what_the_question_is() -> None:
    drawn = [style_of("mixed", 0, f"q{n}") for n in range(60)]
    assert set(drawn) == set(STYLES)
    assert drawn == [style_of("mixed", 0, f"q{n}") for n in range(60)]
    assert {style_of("walk", 0, f"q{n}") for n in range(9)} == {"walk"}
