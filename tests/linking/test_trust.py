"""Words around a reading that make something else of it: it is then not linked."""

from typing import Literal

import pytest

from stepsmith.schemas import Claim, Problem, Step
from stepsmith.transforms.graph.payload import GraphPayload
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.linking import link_step
from stepsmith.transforms.verify.graph_path import path
from tests.linking.graphs import shown

BORN = "ada | place_of_birth | london"
CAPITAL = "london | capital_of | uk"
TREATS = "aspirin | treats | pain"
CAUSES = "aspirin | causes | nausea"
SYMPTOM = "pain | symptom_of | flu"
GRAPH = Graph.of(
    [
        Fact("aspirin", "treats", "pain"),
        Fact("aspirin", "causes", "nausea"),
        Fact("pain", "symptom_of", "flu"),
        Fact("codeine", "treats", "nausea"),
        Fact("aspirin", "isa", "drug"),
        Fact("ada", "place_of_birth", "london"),
        Fact("ada", "place_of_death", "london"),
        Fact("london", "capital_of", "uk"),
        Fact("ann", "spouse", "bob"),
        Fact("ann", "isa", "person"),
        Fact("club", "carries_out", "walk"),
        Fact("test", "assesses_effect_of", "codeine"),
        Fact("york", "located_in", "england"),
        Fact("new_york", "located_in", "usa"),
    ],
    names={"uk": ("United Kingdom", "UK"), "ada": ("Ada",), "ann": ("Ann",), "bob": ("Bob",)},
    relations=[Relation(key="place_of_birth", functional=True)],
)


def read(text: str) -> list[str]:
    links = link_step(GRAPH, text)
    return [*shown(GRAPH, links), *(f"? {each.reason}" for each in links.unlinked)]


def asserted(text: str) -> list[str]:
    return shown(GRAPH, link_step(GRAPH, text))


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin treats the pain of Ann.",
        "Aspirin treats Ann's pain.",
        "Ann's aspirin treats pain.",
        "The spouse of aspirin treats pain.",
        "Aspirin treats pain/flu.",
        "Aspirin treats pain (flu).",
        "Aspirin treats pain and/or flu.",
        "Aspirin (codeine) treats pain.",
        "Aspirin (or codeine) treats pain.",
        "Aspirin, unlike codeine, treats pain.",
        "Unlike codeine, aspirin treats pain.",
        "Aspirin instead of codeine treats pain.",
        "Aspirin rather than codeine treats pain.",
        "Aspirin and codeine treat pain and flu, respectively.",
        "York, England is located in the USA.",
        "Aspirin, in addition to codeine, treats pain.",
        "Aspirin, along with codeine, treats pain.",
        "Aspirin treats pain as well as flu.",
        "Aspirin treats no one's pain.",
    ],
)
def test_a_name_that_is_tied_to_an_end_makes_another_end_of_it(text: str) -> None:
    assert asserted(text) == []
    assert read(text)


@pytest.mark.parametrize(
    "text",
    [
        "The capital of the place of birth of Ada is the UK.",
        "The place of birth and place of death of Ada is London.",
        "Ada's place of birth and place of death is London.",
        "The drug that treats pain causes nausea.",
        "Aspirin, a drug that treats pain, causes nausea.",
        "Codeine treats what aspirin causes nausea.",
        "Ann's spouse is a person.",
        "The capital of the UK and England is London.",
        "London is the second capital of the UK.",
    ],
)
def test_a_phrase_that_is_tied_to_an_end_makes_another_end_of_it(text: str) -> None:
    assert asserted(text) == []
    assert read(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ann takes aspirin, which treats pain.",
        "Aspirin prevents what treats pain.",
        "Aspirin is unable to treat pain.",
        "Aspirin treats everything but pain.",
        "Aspirin treats people with pain.",
        "The capital of the UK hates London.",
        "Aspirin causes pain to grow.",
    ],
)
def test_an_unknown_word_between_the_parts_may_say_anything(text: str) -> None:
    assert asserted(text) == []
    assert read(text)


@pytest.mark.parametrize(
    "text",
    [
        "pain <--treats-- aspirin",
        "pain \u2190 treats \u2190 aspirin",
        "aspirin \u2260 treats pain",
        "\u00actreats(aspirin, pain)",
        "!treats(aspirin, pain)",
        "~~Aspirin treats pain~~",
        "Aspirin treats pain \u2717",
    ],
)
def test_a_mark_that_turns_or_denies_is_not_read(text: str) -> None:
    assert asserted(text) == []
    assert read(text) == ["? no frame"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aspirin really treats pain.", TREATS),
        ("Aspirin is a remedy that treats pain.", TREATS),
        ("The remedy that treats pain is aspirin.", TREATS),
        ("In England, aspirin treats pain.", TREATS),
        ("Aspirin is meant to treat pain.", TREATS),
        ("The capital of the UK is the city London.", CAPITAL),
        ("aspirin -> treats -> pain", TREATS),
        ("Walk is carried out by club.", "club | carries_out | walk"),
        ("The club carried out a walk.", "club | carries_out | walk"),
        ("The test assesses the effect of codeine.", "test | assesses_effect_of | codeine"),
        ('Using the relation "treats", we know: aspirin treats pain.', TREATS),
    ],
)
def test_words_that_change_nothing_are_passed_over(text: str, expected: str) -> None:
    assert read(text) == [expected]


def test_a_description_of_an_end_is_no_name_of_it() -> None:
    assert asserted("The drug that treats pain is aspirin.") == []
    assert asserted("The person that Ann treats is Bob.") == []
    assert read("It is pain that aspirin treats.") == [TREATS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aspirin treats pain, a symptom of flu.", [TREATS, SYMPTOM]),
        ("Aspirin, which causes nausea, treats pain.", [CAUSES, TREATS]),
        ("Pain, treated by aspirin, is a symptom of flu.", [TREATS, SYMPTOM]),
        ("Aspirin treats pain and causes nausea.", [TREATS, CAUSES]),
        ("Aspirin treats pain, which isn't a symptom of flu.", [TREATS, f"not {SYMPTOM}"]),
        ("Between London and York, London is the capital of the UK.", [CAPITAL]),
        ("London, the place of birth of Ada, is the capital of the UK.", [BORN, CAPITAL]),
        ("London, the capital of the UK, is the place of birth of Ada.", [CAPITAL, BORN]),
        ("Ada's place of birth, London, is the capital of the UK.", [BORN, CAPITAL]),
        ("London is the place of birth of Ada and the capital of the UK.", [BORN, CAPITAL]),
    ],
)
def test_what_stands_for_a_name_is_what_a_reader_takes(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Ada's place of birth is London and the capital of the UK.",
        "The place of birth of Ada is London and is the capital of the UK.",
        "Ada's place of birth is the capital of the UK, London.",
    ],
)
def test_nothing_stands_for_a_name_where_two_may(text: str) -> None:
    assert "ada | capital_of | uk" not in asserted(text)
    assert "? no frame" in read(text)


def test_a_pronoun_in_a_sentence_may_be_either_name() -> None:
    links = link_step(GRAPH, "Ada's place of birth is London, and it is the capital of the UK.")
    first, second = links.assertions
    assert (first.pronoun, second.pronoun) == (False, True)
    assert shown(GRAPH, links)[1] == f"ada | capital_of | uk or {CAPITAL}"


def test_a_pronoun_may_stand_for_the_one_name_of_the_sentence_before() -> None:
    [found] = link_step(GRAPH, "We start with aspirin. It treats pain.").assertions
    assert found.pronoun
    assert link_step(GRAPH, "We have aspirin, codeine. It treats pain.").assertions == ()


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin treats pain. Codeine does, too.",
        "Aspirin treats pain, and so does codeine.",
        "Aspirin treats pain as does codeine.",
        "Aspirin treats pain; codeine doesn't.",
    ],
)
def test_a_clause_without_a_verb_of_its_own_is_not_passed_over(text: str) -> None:
    assert read(text) == [TREATS, "? no frame"]


@pytest.mark.parametrize(
    "text", ["Aspirin treats pain but codeine does not.", "Aspirin treats pain and codeine does."]
)
def test_the_next_clause_is_no_item_of_a_list(text: str) -> None:
    assert "codeine" not in " ".join(asserted(text))


@pytest.mark.parametrize("text", ["Aspirin treats pain and fever.", "Fever and pain treat flu."])
def test_an_unknown_item_of_a_list_is_not_passed_over(text: str) -> None:
    assert "? no name" in read(text)


def test_a_passive_of_a_form_that_is_not_known_has_no_head() -> None:
    assert read("Pain is treats by aspirin.") == ["? no frame"]


def test_a_name_and_a_phrase_that_may_change_places_are_not_told_apart() -> None:
    facts = [Fact("spouse", "without", "bob"), Fact("without", "spouse", "bob")]
    graph = Graph.of(facts)
    assert asserted_in(graph, "Spouse has the without bob.") == []
    assert asserted_in(graph, "The spouse of without is bob.") == []


def test_of_two_names_that_overlap_the_longer_one_stands() -> None:
    named = Graph.of(
        [Fact("x", "treats", "y"), Fact("city", "treats", "y"), Fact("z", "treats", "y")],
        names={"x": ("Is a",), "y": ("A.B.C.",), "city": ("New City",), "z": ("City Hall Park",)},
    )
    assert asserted_in(named, "What New City treats is A.B.C..") == ["city | treats | y"]
    assert asserted_in(named, "So New City Hall Park treats A.B.C.") == []
    assert asserted_in(named, "City Hall Park treats A.B.C.") == ["z | treats | y"]


def asserted_in(graph: Graph, text: str) -> list[str]:
    return shown(graph, link_step(graph, text))


def test_we_know_that_is_no_relation_even_where_one_is_called_so() -> None:
    graph = Graph.of([Fact("ann", "knows", "bob"), Fact("bob", "treats", "ann")])
    assert asserted_in(graph, "We know that bob treats ann.") == ["bob | treats | ann"]
    assert link_step(graph, "We know that bob treats ann.").unlinked == ()


COMPOUNDS = Graph.of(
    [
        Fact("oak", "is_a", "tree"),
        Fact("table", "is_a", "furniture"),
        Fact("oak_table", "made_of", "oak"),
        Fact("old", "describes", "dog"),
        Fact("dog", "is_a", "animal"),
        Fact("tree", "is_a", "plant"),
        Fact("plant", "has", "house"),
    ]
)


def judged(text: str, world: Literal["open", "closed"]) -> str:
    payload = GraphPayload(
        facts=tuple(COMPOUNDS.fact(edge) for edge in COMPOUNDS.edges()),
        world=world,
        starts=("oak", "oak_table", "table", "dog", "tree", "house"),
    )
    problem = Problem(id="q", prompt="?", payload=payload.encode())
    return path(Claim(problem=problem, step=Step(text=text))).outcome


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("The old dog is a animal.", ("valid", "valid")),
        ("An oak is a tree.", ("valid", "valid")),
        ("The oak table is a furniture.", ("undecided", "invalid")),
        ("A tree table is a furniture.", ("valid", "valid")),
        # Of a table of oak nothing is said of the oak, neither yes nor no.
        ("The tree house is a plant.", ("undecided", "undecided")),
        ("The tree house is not a plant.", ("undecided", "undecided")),
        ("A dog house is a animal.", ("undecided", "undecided")),
        ("A dog is a animal house.", ("undecided", "undecided")),
        ("A dog house is a plant.", ("undecided", "invalid")),
    ],
)
def test_of_names_side_by_side_the_first_makes_no_fact_true(
    text: str, outcomes: tuple[str, str]
) -> None:
    assert (judged(text, "open"), judged(text, "closed")) == outcomes


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Everyone but Ann treats pain with aspirin.", None),
        ("Everything but aspirin treats pain.", "? scope of a negation"),
        ("All but aspirin treats pain.", "? scope of a negation"),
        ("Aspirin treats pain alone.", None),
        ("Some say that aspirin treats pain.", "? not asserted"),
        ("They say aspirin treats pain.", "? not asserted"),
        ("Hypothesis: aspirin treats pain.", "? not asserted"),
        ("Aspirin treats pain, I think.", "? not asserted"),
    ],
)
def test_what_leaves_one_out_or_others_say_is_not_asserted(text: str, reason: str | None) -> None:
    assert asserted(text) == []
    if reason is not None:
        assert reason in read(text)


@pytest.mark.parametrize(
    "text",
    ["We can say that aspirin treats pain.", "Aspirin alone is no drug; aspirin treats pain."],
)
def test_what_the_writer_says_himself_is_asserted(text: str) -> None:
    assert TREATS in asserted(text)


@pytest.mark.parametrize(
    "text",
    [
        "London used to be the capital of the UK.",
        "London was formerly the capital of the UK.",
        "London will be the capital of the UK.",
        "York replaced London as the capital of the UK.",
        "Far from being the capital of the UK, London is a town.",
        "To be the capital of the UK, London must grow.",
        "Had London been the capital of the UK, we would stop.",
        "Has aspirin treated pain.",
        "Let's say London is the capital of the UK.",
        "Say London is the capital of the UK.",
        "London is the capital of the UK, according to Ann.",
        '"London is the capital of the UK" is a false statement.',
        "London is the co-capital of the UK.",
        "London is the step capital of the UK.",
        "Ada was born in London, Ontario.",
        "Baby aspirin treats pain.",
        "Adas was born in London.",
        "Anns is the spouse of Bob.",
    ],
)
def test_what_was_will_be_or_is_of_another_kind_or_place_is_not_asserted(text: str) -> None:
    assert asserted(text) == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("London is known to be the capital of the UK.", CAPITAL),
        ("London fails to be the capital of the UK.", f"not {CAPITAL}"),
        ("Although aspirin treats pain, we go on.", TREATS),
        ("Aspirins treat pain.", TREATS),
        ("According to the graph, aspirin treats pain.", TREATS),
    ],
)
def test_words_that_only_look_as_if_they_did_take_nothing_back(text: str, fact: str) -> None:
    assert asserted(text) == [fact]


@pytest.mark.parametrize(
    "text",
    [
        "London is the capital of the UK. No, that's wrong: York is.",
        "London is the capital of the UK. Scratch that.",
        "London is the capital of the UK. My mistake.",
        "London is the capital of the UK. That can't be right.",
        "London is the capital of the UK. Correction: aspirin treats pain.",
        "London is the capital of the UK - no, of England.",
        "London is the capital of the UK, sorry, England.",
        "ada \u219b place_of_birth \u219b london",
        "Hypothesis: london | capital_of | uk",
        "We look at the claim: london | capital_of | uk",
    ],
)
def test_what_is_put_right_or_supposed_beside_a_line_is_not_asserted(text: str) -> None:
    assert asserted(text) == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("London is the capital of the UK, no doubt.", CAPITAL),
        ("Ada was born in London. It is false that aspirin treats pain.", f"not {TREATS}"),
        ("Fact: london | capital_of | uk", CAPITAL),
        ("Aspirin doesn't just treat pain.", TREATS),
    ],
)
def test_nothing_is_taken_back_by_words_about_something_else(text: str, fact: str) -> None:
    assert fact in asserted(text)
