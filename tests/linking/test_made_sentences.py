"""Facts of made worlds with hard names, in every form of the wording: never another fact."""

import itertools
from random import Random

import pytest

from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from stepsmith.transforms.graph.wording import wording_of
from stepsmith.transforms.linking import link_step

NAMES = (
    *("Ann", "ann arbor", "Arbor", "Bob", "Ann and Bob", "O'Brien", "O'Brien's", "Jean-Luc"),
    *("Treats", "treats", "Capital", "parent", "spouse", "capital of France", "France", "Is a"),
    *("2", "3", "1984", "type 1", "type 2", "vitamin B", "vitamin B12", "100%", "[1]", "C++"),
    *("New York", "York", "U.S.", "U.S. Steel", "Dr. No", "St. John", "A.B.C.", "e.g.", "AT&T"),
    *("Not", "Nothing", "No Country", "False Memory", "without", "if", "May", "It", "The Who"),
    *("pain", "back pain", "pain, chronic", "x-ray", "ray", "x", " two  words "),
    *("Stra\u00dfe", "STRASSE", "\u0130zmir", "\u00c9COLE", "\ufb01sh", "fish", "\u017fun", "sun"),
)
RELATIONS = (
    Relation(key="treats", text="treats", inverse_phrases=("is relieved by",)),
    Relation(key="capital_of"),
    Relation(key="parent", inverse="child"),
    Relation(key="spouse", symmetric=True),
    Relation(key="isa"),
    Relation(key="has_part"),
    Relation(key="place_of_birth", functional=True),
    Relation(key="is_not_part_of"),
    Relation(key="lacks"),
    Relation(key="without"),
)
N_NODES = 14


def world(rng: Random) -> Graph:
    keys = [f"n{number}" for number in range(N_NODES)]
    drawn = zip(keys, rng.sample(NAMES, N_NODES), strict=True)
    facts = [
        Fact(rng.choice(keys), relation.key, rng.choice(keys))
        for relation, _ in itertools.product(RELATIONS, range(3))
    ]
    facts += [Fact(key, "isa", keys[0]) for key in keys]
    return Graph.of(facts, names={key: (name,) for key, name in drawn}, relations=RELATIONS)


@pytest.mark.parametrize("seed", range(12))
def test_a_sentence_is_read_as_its_own_fact_or_not_at_all(seed: int) -> None:
    rng = Random(seed)
    graph = world(rng)
    read = 0
    for _ in range(60):
        relation = rng.randrange(graph.n_relations)
        edge = Edge(rng.randrange(N_NODES), relation, rng.randrange(N_NODES))
        negated = rng.random() < 0.4
        text = wording_of(graph).sentence(
            graph.name(edge.head),
            graph.relation_key(relation),
            graph.name(edge.tail),
            variant=rng.randrange(100),
            negated=negated,
        )
        links = link_step(graph, text)
        if links.unlinked or not links.assertions:
            continue
        [found] = links.assertions
        assert edge in [each.edge for each in found.candidates], text
        assert found.negated is negated, text
        read += 1
    assert read > 20


PLAIN = ("Ann", "Bob", "aspirin", "London", "Paris", "UK", "pain", "flu", "dog", "heart", "York")
JOINED = (
    *(", and ", ", but ", "; ", " because ", ", so ", " and ", ". ", ", while ", ": ", " (", " - "),
    *(", which means that ", " although ", ", and it is known that ", ". However, "),
)
DENYING = (", and it is not true that ", ". It is false that ", " and it is untrue that ")
DOUBTING = (" or ", ", even if ", " unless ", ", not because ", ", and I doubt that ")
AFTER = ("", " is true", ", as we know", " (see above)", ", I think", " or so", " too")
TAKING_BACK = ("?", ", right?", ", which is false", " - wrong!", ", if anything")


def two(rng: Random, graph: Graph) -> tuple[list[tuple[Edge, bool]], list[str]]:
    """Draw two statements, and write each without its full stop."""
    statements: list[tuple[Edge, bool]] = []
    texts: list[str] = []
    for _ in range(2):
        head, tail = rng.sample(range(len(PLAIN)), 2)
        edge, negated = Edge(head, rng.randrange(graph.n_relations), tail), rng.random() < 0.3
        text = wording_of(graph).sentence(
            graph.name(head),
            graph.relation_key(edge.relation),
            graph.name(tail),
            variant=rng.randrange(100),
            negated=negated,
        )
        statements.append((edge, negated))
        texts.append(text.rstrip("."))
    return statements, texts


def plain_world() -> Graph:
    keys = [f"n{number}" for number in range(len(PLAIN))]
    facts = [Fact(key, "isa", "n0") for key in keys]
    facts += [Fact(keys[0], relation.key, keys[1]) for relation in RELATIONS[:7]]
    names = {key: (name,) for key, name in zip(keys, PLAIN, strict=True)}
    return Graph.of(facts, names=names, relations=RELATIONS)


def lowered(text: str) -> str:
    first, _, rest = text.partition(" ")
    return f"{first.casefold()} {rest}" if first not in PLAIN else text


@pytest.mark.parametrize("seed", range(6))
def test_of_two_facts_in_a_step_each_is_read_as_it_stands_or_not_at_all(seed: int) -> None:
    rng, graph = Random(seed), plain_world()
    both = 0
    for _ in range(100):
        statements, texts = two(rng, graph)
        joining = rng.choice((*JOINED, *DENYING))
        after = rng.choice(AFTER)
        denied = joining in DENYING
        text = f"{texts[0]}{joining}{lowered(texts[1])}{')' if '(' in joining else ''}{after}."
        wanted = [statements[0], (statements[1][0], statements[1][1] is not denied)]
        links = link_step(graph, text)
        for found in links.assertions:
            edges = [each.edge for each in found.candidates]
            assert any(e in edges and n is found.negated for e, n in wanted), text
        assert links.unlinked or len(links.assertions) == 2, text
        both += len(links.assertions) == 2
    assert both > 25


@pytest.mark.parametrize("seed", range(3))
def test_what_is_doubted_or_taken_back_is_never_all_linked(seed: int) -> None:
    rng, graph = Random(seed), plain_world()
    for _ in range(50):
        _, texts = two(rng, graph)
        doubted = f"{texts[0]}{rng.choice(DOUBTING)}{lowered(texts[1])}."
        taken_back = f"{texts[0]}{rng.choice(TAKING_BACK)}."
        for text in (doubted, taken_back):
            assert link_step(graph, text).unlinked, text
