"""Facts as sentences and machine lines, in words that only one relation of the graph has."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas.errors import UserError
from stepsmith.transforms.graph.relations import Relation, with_text
from stepsmith.transforms.graph.wording import Wording, variant_of


def wording(*keys: str) -> Wording:
    return Wording.of(Relation(key=key) for key in keys)


def test_a_fact_is_a_sentence_and_a_machine_line() -> None:
    words = wording("treats", "/people/person/place_of_birth")
    assert words.sentence("aspirin", "treats", "pain") == "aspirin treats pain."
    assert words.line("aspirin", "treats", "pain") == "aspirin | treats | pain"
    born = "/people/person/place_of_birth"
    assert (
        words.sentence("Ada", born, "London", variant=1) == "London is the place of birth of Ada."
    )
    assert words.line("Ada", born, "London") == "Ada | place of birth | London"


def test_a_negated_fact_is_another_sentence() -> None:
    words = wording("treats")
    assert words.sentence("a", "treats", "b", negated=True) == "a does not treat b."
    assert words.sentence("a", "treats", "b", negated=True, variant=1) == (
        "It is not true that a treats b."
    )


def test_a_variant_beyond_the_last_begins_again() -> None:
    words = wording("treats")
    n_forms = len(words.forms("treats"))
    assert n_forms >= 6
    written = [words.sentence("a", "treats", "b", variant=n) for n in range(2 * n_forms)]
    assert written[:n_forms] == written[n_forms:]
    assert len(set(written)) == n_forms


def test_relations_that_end_alike_are_told_apart_by_their_types() -> None:
    words = wording("/film/film/country", "/tv/tv_program/country")
    assert words.words("/film/film/country") == "film country"
    assert words.words("/tv/tv_program/country") == "tv program country"


def test_relations_that_only_their_keys_tell_apart_carry_them() -> None:
    words = wording("part_of", "partOf", "PART_OF")
    assert words.words("part_of") == "is a part of [part_of]"
    assert len({words.words(key) for key in words.relations}) == 3


def test_a_relation_s_own_text_wins_over_its_key() -> None:
    words = Wording.of([Relation(key="P19", text="place of birth")])
    assert words.words("P19") == "place of birth"


def test_a_text_that_was_read_off_the_key_is_no_text_of_its_own() -> None:
    keys = ("/film/film/country", "/tv/tv_program/country")
    words = Wording.of(with_text(Relation(key=key)) for key in keys)
    assert words.words(keys[0]) == "film country"
    listed = Wording.of([Relation(key=keys[0], text="film film country")])
    assert listed.words(keys[0]) == "country"


def test_declared_phrases_are_written_too_and_inverse_ones_from_the_tail() -> None:
    relation = Relation(
        key="treats", phrases=("is used against",), inverse_phrases=("is treated by",)
    )
    words = Wording.of([relation])
    texts = {form.write("aspirin", "pain") for form in words.forms("treats")}
    assert "aspirin treats pain." in texts
    assert "aspirin is used against pain." in texts
    assert "pain is treated by aspirin." in texts


def test_a_relation_that_the_graph_lacks_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match="no relation 'treat' in this graph; did you mean 'treats'"):
        wording("treats").words("treat")


@given(st.lists(st.text("abcs_/ of", min_size=1, max_size=6), unique=True, min_size=1, max_size=8))
def test_no_two_relations_have_the_same_words_whatever_their_order(keys: list[str]) -> None:
    words = wording(*keys)
    spoken = {key: words.words(key) for key in keys}
    assert len(set(spoken.values())) == len(keys)
    assert {key: wording(*reversed(keys)).words(key) for key in keys} == spoken


def test_a_variant_is_drawn_from_what_it_is_for_alone() -> None:
    assert variant_of("a", 1) == variant_of("a", 1)
    drawn = {variant_of("a", n) % 7 for n in range(200)}
    assert drawn == set(range(7))


def test_the_relations_of_freebase_all_have_words_of_their_own(graph_data: Path) -> None:
    text = (graph_data / "fb15k237" / "relation2text.txt").read_text(encoding="utf-8")
    relations = [Relation(key=key, text=said) for key, said in map(_columns, text.splitlines())]
    words = Wording.of(relations)
    spoken = [words.words(each.key) for each in relations]
    assert len(set(spoken)) == len(relations) == 237
    assert sum(len(each.split()) > 8 for each in spoken) <= 12
    assert "place of birth" in spoken


def _columns(line: str) -> tuple[str, str]:
    key, _, text = line.partition("\t")
    return key, text
