"""What a step asserts, in prose, in machine lines and in both."""

import pytest

from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.graph.wording import Wording
from stepsmith.transforms.linking import Links, link_step
from tests.linking.graphs import FACTS, RELATIONS, graph, shown

GRAPH = graph()
TREATS = "aspirin | treats | pain"
BORN = "ada | place_of_birth | london"
CAPITAL = "london | capital_of | uk"
SYMPTOM = "pain | symptom_of | flu"


def said(text: str) -> list[str]:
    links = link_step(GRAPH, text)
    assert links.unlinked == ()
    return shown(GRAPH, links)


def reasons(text: str) -> list[tuple[str, str]]:
    links = link_step(GRAPH, text)
    assert links.assertions == ()
    return [(each.reason, each.detail) for each in links.unlinked]


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin treats pain.",
        "pain is treated by aspirin",
        "Pain is relieved by aspirin.",
        "pain is what aspirin treats.",
        "What aspirin treats is pain.",
        "It is known that aspirin treats pain.",
        "Aspirin  can\ttreat pain",
        "1. **Aspirin** treats *pain*.",
        "aspirin | treats | pain",
        "- Aspirin | treats | Pain.",
        "| aspirin | treats | pain |",
        "pain | is treated by | aspirin",
        "So aspirin treats pain. [aspirin | treats | pain]",
        "Pain is relieved by aspirin: aspirin | treats | pain",
        "Aspirin treats pain.\n(aspirin | treats | pain)\n",
        "(aspirin, treats, pain)",
        "aspirin -> treats -> pain",
    ],
)
def test_one_fact_may_be_written_in_many_ways(text: str) -> None:
    assert said(text) == [TREATS]


@pytest.mark.parametrize("denied", ["", "not "])
def test_a_name_before_a_comma_ends_in_no_relation(denied: str) -> None:
    film = Fact("indie", "/film/film/genre", "Western")
    names = {"indie": ("independent film",)}
    genres = Graph.of([film, Fact("indie", "/music/artist/genre", "folk")], names=names)
    links = link_step(genres, f"For independent film, the film genre is {denied}Western.")
    assert links.unlinked == ()
    assert shown(genres, links) == [f"{denied}{film.head} | {film.relation} | {film.tail}"]


@pytest.mark.parametrize(
    "text",
    [
        "The place of birth of Ada Lovelace is London.",
        "London is the place of birth of Ada.",
        "Ada has London as her place of birth.",
        "Ada has the place of birth London.",
        "As her place of birth, Ada has London.",
        "For Ada, the place of birth is London.",
        "Ada's place of birth is London.",
        "London is Ada\u2019s place of birth.",
        "London is the place of birth that Ada has.",
        "From Ada, following place of birth, we reach London.",
        "London is reached via place of birth from Ada.",
        "place of birth(Ada, London)",
    ],
)
def test_a_noun_is_had_by_its_head_wherever_it_stands(text: str) -> None:
    assert said(text) == [BORN]


@pytest.mark.parametrize(
    "text",
    ["London is the capital of the United Kingdom.", "The capital of the UK is London."],
)
def test_a_phrase_that_ends_in_of_reads_from_both_sides(text: str) -> None:
    assert said(text) == [CAPITAL]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pain treats aspirin.", "pain | treats | aspirin"),
        ("Aspirin is treated by pain.", "pain | treats | aspirin"),
        ("Ada is the place of birth of London.", "london | place_of_birth | ada"),
        ("The UK is the capital of London.", "uk | capital_of | london"),
    ],
)
def test_a_fact_turned_round_is_read_as_it_is_written(text: str, expected: str) -> None:
    assert said(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin does not treat pain.",
        "Aspirin doesn't treat pain.",
        "Aspirin doesn\u2019t treat pain.",
        "Aspirin never treats pain.",
        "Pain is not treated by aspirin.",
        "Pain isn't relieved by aspirin.",
        "It is not true that aspirin treats pain.",
        "It is false that aspirin treats pain.",
        "It is not the case that aspirin treats pain.",
        "That aspirin treats pain is false.",
        "pain is not what aspirin treats",
        "aspirin | does not treat | pain",
        "aspirin | not treats | pain",
        "not aspirin | treats | pain",
        "Aspirin does not treat pain. [aspirin | not treats | pain]",
    ],
)
def test_a_denial_is_no_assertion(text: str) -> None:
    assert said(text) == [f"not {TREATS}"]


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin treats not only pain.",
        "No doubt aspirin treats pain.",
        "It is not true that aspirin does not treat pain.",
        "It is not false that aspirin treats pain.",
    ],
)
def test_what_only_looks_like_a_denial_is_none(text: str) -> None:
    assert said(text) == [TREATS]


def test_a_negation_in_a_name_denies_nothing() -> None:
    fact = "no_country | /film/film/genre | Western"
    assert said("The genre of No Country for Old Men is Western.") == [fact]
    assert said("The genre of No Country for Old Men is not Western.") == [f"not {fact}"]


def test_a_denial_reaches_no_further_than_its_clause() -> None:
    assert said("Aspirin does not treat flu, and London is the capital of the UK.") == [
        "not aspirin | treats | flu",
        CAPITAL,
    ]
    assert said("Aspirin treats not flu but pain.") == ["not aspirin | treats | flu", TREATS]
    assert said("Aspirin treats pain but not flu.") == [TREATS, "not aspirin | treats | flu"]


def test_one_denial_over_two_facts_is_not_guessed_at() -> None:
    text = "It is not true that aspirin treats pain and London is the capital of the UK."
    assert reasons(text) == [("scope of a negation", "2 facts under it")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aspirin treats pain and flu.", [TREATS, "aspirin | treats | flu"]),
        ("Aspirin and London treat pain.", [TREATS, "london | treats | pain"]),
        ("Aspirin treats pain, which is a symptom of flu.", [TREATS, SYMPTOM]),
        ("Aspirin treats pain and pain is a symptom of flu.", [TREATS, SYMPTOM]),
        ("Aspirin treats pain. Pain is a symptom of flu!", [TREATS, SYMPTOM]),
        ("The place of birth of Ada is London, and London is the capital of the UK.",
         [BORN, CAPITAL]),
        ("Ada's place of birth is London; it is the capital of the UK.", [BORN, CAPITAL]),
        ("aspirin | treats | pain\npain | symptom of | flu", [TREATS, SYMPTOM]),
    ],
)  # fmt: skip
def test_one_step_may_assert_several_facts(text: str, expected: list[str]) -> None:
    assert [one.split(" or ")[0] for one in said(text)] == expected


def test_an_ambiguous_name_keeps_every_node() -> None:
    assert said("Paris is the capital of France.") == [
        "paris_fr | capital_of | france or paris_tx | capital_of | france"
    ]


@pytest.mark.parametrize(
    "text",
    ["London is Ada Lovelcae's place of birth.", "Ada Lovelcae | place of birth | London"],
)
def test_a_slip_of_the_pen_is_repaired_and_scored(text: str) -> None:
    [found] = link_step(GRAPH, text).assertions
    assert [GRAPH.fact(each.edge) for each in found.candidates] == [FACTS[2]]
    assert found.score == 1 - 1 / 12


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("Aspirin treats back pain.", "back pain"),
        ("Aspirin treats pain relief.", "pain relief"),
        ("Aspirin treats vitamin Q.", "vitamin Q"),
        ("Aspirin treats non-pain.", "non-pain"),
        ("London is the place of birth of Ada Byron.", "Ada Byron"),
        ("London is Ada Byron's place of birth.", "Ada Byron"),
        ("Pain is a symptom of flu 2.", "flu 2"),
    ],
)
def test_a_part_of_an_unknown_name_is_no_name(text: str, detail: str) -> None:
    assert reasons(text) == [("no name", detail)]


@pytest.mark.parametrize(
    "text", ["Clearly aspirin treats pain quickly.", "The author Ada treats pain."]
)
def test_words_that_belong_to_no_name_are_passed_over(text: str) -> None:
    assert len(said(text)) == 1


@pytest.mark.parametrize("label", ["Step 2: ", "**Hop 2:** ", "fact 12. ", "  Step 1) "])
def test_the_number_of_a_step_is_no_name(label: str) -> None:
    text = f"{label}Aspirin treats pain."
    [found] = link_step(GRAPH, text).assertions
    assert text[found.start : found.end] == "Aspirin treats pain"


def test_a_single_letter_is_a_placeholder_unless_it_is_a_key() -> None:
    named = Graph.of([Fact("q", "treats", "x1")], names={"x1": ("P",)})
    assert link_step(named, "q treats P.").unlinked[0].reason == "no name"
    assert link_step(named, "q | treats | P").unlinked[0].reason == "no name"
    keyed = Graph.of([Fact("q", "treats", "p")])
    assert shown(keyed, link_step(keyed, "q treats p.")) == ["q | treats | p"]


@pytest.mark.parametrize(
    ("prose", "agrees"),
    [
        ("We look it up.", True),
        ("Aspirin and pain:", True),
        ("So it is pain.", True),
        ("London is not far.", False),
        ("Aspirin helps London.", False),
        ("Hay fever is treated by aspirin.", False),
    ],
)
def test_prose_without_a_fact_names_what_its_line_speaks_of(prose: str, agrees: bool) -> None:
    links = link_step(GRAPH, f"{prose} (aspirin | treats | pain)")
    assert shown(GRAPH, links) == ([TREATS] if agrees else [])
    assert [each.reason for each in links.unlinked] == (
        [] if agrees else ["prose and line disagree"]
    )


def test_what_is_left_of_a_sentence_is_not_passed_over() -> None:
    links = link_step(GRAPH, "Codeine treats pain, which is a symptom of flu.")
    assert shown(GRAPH, links) == [SYMPTOM]
    assert [each.reason for each in links.unlinked] == ["no name"]


def test_a_placeholder_ends_a_sentence() -> None:
    text = "Aspirin treats P. P is a symptom of pain."
    assert reasons(text)[0] == ("no name", "P")


@pytest.mark.parametrize(
    ("text", "reason", "detail"),
    [
        ("Aspirin treats hay fever.", "no name", "hay fever"),
        ("aspirin | treats | hay fever", "no name", "hay fever"),
        ("Aspirin cures pain.", "no relation", "cures"),
        ("aspirin | cures | pain", "no relation", "cures"),
        ("Does aspirin treat pain? Aspirin may treat pain.", "not asserted", ""),
        ("If aspirin treats pain, we are done.", "not asserted", ""),
        ("Aspirin treats pain or flu.", "not asserted", ""),
        ("Aspirin treats flu. [aspirin | treats | pain]", "prose and line disagree", ""),
        ("Aspirin does not treat pain. [aspirin | treats | pain]", "prose and line disagree", ""),
    ],
)
def test_what_is_not_linked_says_why(text: str, reason: str, detail: str) -> None:
    found = reasons(text)
    assert found[0][0] == reason
    assert detail in found[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Let us think step by step.",
        "First we find the place of birth of Ada.",
        "What treats pain?",
        "The answer is London.",
        "aspirin, pain, flu",
        "Ada Lovelace and London",
        "| | |",
        "a | b",
    ],
)
def test_a_step_without_a_fact_gives_nothing(text: str) -> None:
    links = link_step(GRAPH, text)
    assert links.assertions == ()
    assert not links.unlinked or text == "| | |"


def test_a_pronoun_stands_for_what_was_named_last() -> None:
    [found] = link_step(GRAPH, "It treats pain.", (node("aspirin"),)).assertions
    assert found.pronoun
    assert shown(GRAPH, Links(assertions=(found,))) == [TREATS]
    assert link_step(GRAPH, "It treats pain.").assertions == ()


def node(key: str) -> int:
    found = GRAPH.node(key)
    assert found is not None
    return found


def test_a_long_step_is_not_read() -> None:
    [found] = link_step(GRAPH, "Aspirin treats pain. " * 1_000).unlinked
    assert (found.reason, found.detail) == ("too much", "21000 characters")


def test_every_form_of_the_graphs_own_wording_is_read_back() -> None:
    relations = [GRAPH.relation_info(number) for number in range(GRAPH.n_relations)]
    wording = Wording.of(relations)
    assert {each.key for each in RELATIONS} <= {each.key for each in relations}
    for fact in FACTS:
        edge = GRAPH.edge(fact)
        assert edge is not None
        head, tail = GRAPH.name(edge.head), GRAPH.name(edge.tail)
        for negated in (False, True):
            for form in wording.forms(fact.relation, negated=negated):
                text = form.write(head, tail)
                [found] = link_step(GRAPH, text).assertions
                assert edge in [each.edge for each in found.candidates], text
                assert found.negated is negated, text


def test_places_are_those_of_the_text() -> None:
    text = "So \u00df, and aspirin  treats\npain? No. Aspirin treats pain."
    [found] = link_step(GRAPH, text).assertions
    assert text[found.start : found.end] == "Aspirin treats pain"
