"""Which words mean which relation, and from which end."""

import pytest

from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.linking.phrases import phrases_of
from stepsmith.transforms.linking.words import words_of

RELATIONS = (
    Relation(key="carries", text="carries", inverse_phrases=("is borne by",)),
    Relation(key="location_of", phrases=("houses",)),
    Relation(key="has_symptom"),
    Relation(key="isa"),
    Relation(key="/film/film/genre"),
    Relation(key="/music/artist/genre"),
)
GRAPH = Graph.of([Fact("a", each.key, "b") for each in RELATIONS], relations=RELATIONS)
PHRASES = phrases_of(GRAPH)


def meant(text: str) -> set[tuple[str, bool]]:
    found = PHRASES.named(text)
    assert found is not None
    readings, score = found
    assert score == 1
    return {(GRAPH.relation_key(each.relation), each.inverted) for each in readings}


@pytest.mark.parametrize(
    "text",
    ["carries", "carry", "carried", "Carries", "carries."],
)
def test_a_verb_is_known_in_its_forms(text: str) -> None:
    assert meant(text) == {("carries", False)}


@pytest.mark.parametrize("text", ["carried by", "is carried by", "is borne by", "borne by"])
def test_a_passive_and_a_declared_inverse_read_from_the_tail(text: str) -> None:
    assert meant(text) == {("carries", True)}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("location of", "location_of"),
        ("is a location of", "location_of"),
        ("is the location of", "location_of"),
        ("houses", "location_of"),
        ("has symptom", "has_symptom"),
        ("have symptom", "has_symptom"),
        ("symptom", "has_symptom"),
        ("isa", "isa"),
        ("is a kind of", "isa"),
        ("type of", "isa"),
        ("is a", "isa"),
        ("film genre", "/film/film/genre"),
        ("/film/film/genre", "/film/film/genre"),
        ("artist genre", "/music/artist/genre"),
    ],
)
def test_a_relation_is_known_by_its_words_and_its_key(text: str, key: str) -> None:
    assert meant(text) == {(key, False)}


def test_words_that_two_relations_share_mean_both() -> None:
    assert meant("genre") == {("/film/film/genre", False), ("/music/artist/genre", False)}


def test_the_longest_phrase_is_found() -> None:
    words = words_of("it is a kind of film genre here")
    found = PHRASES.longest(words, 1)
    assert found is not None
    assert found[0] == 5
    assert PHRASES.longest(words, 0) is None


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a location the of it", 4),
        ("a location, the of it", None),  # a new part begins behind the mark
        ("a location (the of it", None),
    ],
)
def test_an_article_is_passed_over_unless_it_stands_behind_a_mark(
    text: str, end: int | None
) -> None:
    found = PHRASES.longest(words_of(text), 1)
    assert (None if found is None else found[0]) == end


def test_a_slip_in_a_phrase_is_scored() -> None:
    found = PHRASES.named("locatoin of")
    assert found is not None
    assert found[1] == 1 - 1 / 11
    assert PHRASES.named("cures") is None
