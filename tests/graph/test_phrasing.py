"""From the names of relations to English phrases and sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.phrasing import (
    Form,
    Phrase,
    candidates,
    forms_of,
    negate,
    phrase_of,
    spell,
)

PREDICATE = Phrase(text="treats", kind="predicate")
NOUN = Phrase(text="place of birth", kind="noun")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/people/person/place_of_birth", "place of birth"),
        ("/people/person/sibling_s./people/sibling_relationship/sibling", "sibling"),
        ("/tv/tv_program/regular_cast./tv/regular_tv_appearance/actor", "regular cast actor"),
        ("/award/hall_of_fame/inductees./award/hall_of_fame_induction/inductee", "inductee"),
        ("location_of", "location of"),
        ("placeOfBirth", "place of birth"),
        ("http://example.org/ontology#placeOfBirth", "place of birth"),
        ("http://example.org/works/", "works"),
        ("hypernym", "hypernym"),
    ],
)
def test_a_relation_is_called_by_the_shortest_words_of_its_name(name: str, words: str) -> None:
    assert candidates(name)[0] == words


def test_longer_words_add_the_type_and_then_everything() -> None:
    assert candidates("/film/film/country") == ("country", "film country", "film film country")


def test_a_name_is_spelled_as_words() -> None:
    assert spell("  carries_Out ") == "carries out"


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ("affects", "predicate", "affects"),
        ("location of", "predicate", "is a location of"),
        ("ingredient of", "predicate", "is an ingredient of"),
        ("adjacent to", "predicate", "is adjacent to"),
        ("consists of", "predicate", "consists of"),
        ("pertains to", "predicate", "pertains to"),
        ("made of", "predicate", "is made of"),
        ("parts of", "predicate", "is parts of"),
        ("written by", "predicate", "is written by"),
        ("is part of", "predicate", "is part of"),
        ("has part", "predicate", "has part"),
        ("isa", "predicate", "is a kind of"),
        ("place of birth", "noun", "place of birth"),
        ("hypernym", "noun", "hypernym"),
        ("of", "noun", "of"),
        ("", "noun", ""),
    ],
)
def test_words_become_a_predicate_or_a_noun(words: str, kind: str, text: str) -> None:
    phrase = phrase_of(words)
    assert (phrase.kind, phrase.text) == (kind, text)


@pytest.mark.parametrize(
    ("predicate", "opposite"),
    [
        ("treats", "does not treat"),
        ("carries out", "does not carry out"),
        ("causes", "does not cause"),
        ("expresses", "does not express"),
        ("teaches", "does not teach"),
        ("is part of", "is not part of"),
        ("was born in", "was not born in"),
        ("has part", "does not have part"),
        ("can see", "can not see"),
        ("co-occurs with", "does not co-occur with"),
    ],
)
def test_a_predicate_is_denied_in_english(predicate: str, opposite: str) -> None:
    assert negate(predicate) == opposite


def test_a_predicate_stands_between_its_ends() -> None:
    written = [form.write("aspirin", "pain") for form in forms_of(PREDICATE)]
    assert written[:4] == [
        "aspirin treats pain.",
        "It is known that aspirin treats pain.",
        "pain is what aspirin treats.",
        "We know that aspirin treats pain.",
    ]


def test_a_noun_is_had_by_the_head() -> None:
    written = [form.write("Ada", "London") for form in forms_of(NOUN)]
    assert written[:3] == [
        "The place of birth of Ada is London.",
        "London is the place of birth of Ada.",
        "Ada has London as its place of birth.",
    ]


def test_a_denial_says_not() -> None:
    for phrase in (PREDICATE, NOUN):
        for form in forms_of(phrase, negated=True):
            text = form.write("a", "b")
            assert " not " in text or "is false" in text, text


def test_an_inverse_phrase_names_the_ends_the_other_way_round() -> None:
    inverse = forms_of(Phrase(text="is treated by", kind="predicate"), inverse=True)
    assert inverse[0].write("aspirin", "pain") == "pain is treated by aspirin."
    assert inverse[2].write("aspirin", "pain") == "aspirin is what pain is treated by."


def test_a_phrase_has_at_least_six_forms_of_each_polarity_and_no_two_alike() -> None:
    for phrase in (PREDICATE, NOUN):
        for negated in (False, True):
            forms = forms_of(phrase, negated=negated)
            assert len({form.write("a", "b") for form in forms}) == len(forms) >= 6


names = st.text(min_size=1, max_size=8)


@given(head=names, tail=names, text=names, negated=st.booleans(), inverse=st.booleans())
def test_a_form_holds_both_names_as_they_are_in_the_order_that_it_says(
    head: str, tail: str, text: str, *, negated: bool, inverse: bool
) -> None:
    for form in forms_of(phrase_of(spell(text)), negated=negated, inverse=inverse):
        first, second = (tail, head) if form.swapped else (head, tail)
        expected = form.before + first + form.between + second + form.after
        assert form.write(head, tail) == expected


def test_braces_in_a_name_are_its_own() -> None:
    form = Form(before="", between=" is ", after=".")
    assert form.write("{tail}", "{0}") == "{tail} is {0}."
