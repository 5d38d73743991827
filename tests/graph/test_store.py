"""A graph of facts, in memory and mapped from a folder, answers as a search through them does."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.index import Layout, Side, make_side, pieces
from stepsmith.transforms.graph.relations import Relation, text_of
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.strings import Strings
from stepsmith.transforms.graph.triples import Edge, Fact, Labels, Rows

FACTS = [
    Fact("ada", "born_in", "london"),
    Fact("ada", "lived_in", "london"),
    Fact("london", "part_of", "england"),
    Fact("ada", "knew", "ada"),
    Fact("bob", "born_in", "london"),
]
NAMES = {"ada": ["Ada Lovelace", "Countess of Lovelace"], "london": ["London"]}
RELATIONS = [Relation(key="born_in", text="was born in", functional=True)]

KEYS = st.sampled_from(["a", "b", "c", "ü", "zz", "a b"])
SOME_FACTS = st.lists(
    st.builds(Fact, KEYS, st.sampled_from(["r", "s", "t"]), KEYS), min_size=1, max_size=30
)


def rows(facts: Sequence[Fact], *, negative: bool = False) -> Rows:
    heads, relations, tails = zip(*facts, strict=True)
    return Rows(heads=heads, relations=relations, tails=tails, negative=negative)


def opened(tmp_path: Path) -> Graph:
    labels = [(key, name) for key, names in NAMES.items() for name in names]
    keys, texts = zip(*labels, strict=True)
    false = rows([Fact("bob", "born_in", "england")], negative=True)
    build([rows(FACTS), false, Labels(keys=keys, texts=texts), *RELATIONS], tmp_path / "g")
    return Graph.open(tmp_path / "g")


def in_memory(_: Path) -> Graph:
    false = [Fact("bob", "born_in", "england")]
    return Graph.of(FACTS, negatives=false, names=NAMES, relations=RELATIONS)


@pytest.fixture(params=[opened, in_memory])
def graph(request: pytest.FixtureRequest, tmp_path: Path) -> Graph:
    made: Graph = request.param(tmp_path)
    return made


def test_nodes_and_relations_are_numbered_in_the_order_of_their_keys(graph: Graph) -> None:
    assert [graph.key(node) for node in range(graph.n_nodes)] == ["ada", "bob", "england", "london"]
    keys = [graph.relation_key(relation) for relation in range(graph.n_relations)]
    assert keys == ["born_in", "knew", "lived_in", "part_of"]
    assert [graph.node(key) for key in ("ada", "london", "nobody")] == [0, 3, None]
    assert [graph.relation(key) for key in ("knew", "hates")] == [1, None]
    assert graph.n_facts == 5


def test_a_pair_keeps_all_its_relations(graph: Graph) -> None:
    assert graph.between(0, 3) == (0, 2)
    assert graph.between(3, 0) == ()
    assert graph.between(0, 0) == (1,)


def test_facts_are_found_from_both_ends(graph: Graph) -> None:
    assert graph.exists(0, 0, 3)
    assert not graph.exists(3, 0, 0)
    assert graph.tails(0, 0).tolist() == [3]
    assert graph.heads(0, 3).tolist() == [0, 1]
    relations, tails = graph.out_edges(0)
    assert list(zip(relations.tolist(), tails.tolist(), strict=True)) == [(0, 3), (1, 0), (2, 3)]
    relations, heads = graph.in_edges(3)
    assert list(zip(relations.tolist(), heads.tolist(), strict=True)) == [(0, 0), (0, 1), (2, 0)]
    assert (graph.out_degree(0), graph.in_degree(3), graph.in_degree(1)) == (3, 3, 0)


def test_a_curated_false_fact_is_no_fact(graph: Graph) -> None:
    assert list(graph.negatives()) == [Edge(1, 0, 2)]
    assert graph.is_negative(1, 0, 2)
    assert not graph.exists(1, 0, 2)
    assert not graph.is_negative(0, 0, 3)


def test_the_ends_of_a_relation_are_distinct_and_sorted(graph: Graph) -> None:
    assert graph.heads_of(0).tolist() == [0, 1]
    assert graph.tails_of(0).tolist() == [3]
    assert graph.tails_per_head(0) == 1.0
    with pytest.raises(IndexError, match="no relation 9; the graph has 4"):
        graph.tails_of(9)


def test_a_node_has_a_main_name_or_its_key(graph: Graph) -> None:
    assert [graph.name(node) for node in range(4)] == ["Ada Lovelace", "bob", "england", "London"]
    assert graph.names(0) == ("Ada Lovelace", "Countess of Lovelace")
    assert graph.names(1) == ()


def test_a_relation_has_a_text_declared_or_read_off_its_key(graph: Graph) -> None:
    assert graph.relation_info(0) == RELATIONS[0]
    assert graph.relation_info(2) == Relation(key="lived_in", text="lived in")


def test_a_fact_and_its_edge_are_two_writings_of_one_thing(graph: Graph) -> None:
    for edge in graph.edges():
        assert graph.edge(graph.fact(edge)) == edge
    assert graph.edge(Fact("bob", "knew", "ada")) == Edge(1, 1, 0)
    assert graph.edge(Fact("bob", "knew", "nobody")) is None


def test_a_graph_stays_the_same_whatever_is_done_to_what_it_gives(graph: Graph) -> None:
    before = list(graph.edges())
    for array in (graph.tails(0, 0), *graph.out_edges(0)):
        array[0] = 1
    assert list(graph.edges()) == before
    columns = (column for side in (graph.parts.out, graph.parts.into) for column in side.columns)
    for array in (graph.tails_of(0), *columns):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_number_that_no_node_has_is_refused(graph: Graph) -> None:
    with pytest.raises(IndexError, match="no string 4 among 4"):
        graph.key(4)
    with pytest.raises(IndexError):
        graph.out_edges(4)


def test_the_digest_is_of_what_is_said_and_not_of_how_it_is_held(tmp_path: Path) -> None:
    graph = in_memory(tmp_path)
    assert opened(tmp_path).digest == graph.digest
    assert Graph.of(FACTS[::-1] + FACTS, names=NAMES).digest == Graph.of(FACTS, names=NAMES).digest
    digests = {
        Graph.of(FACTS).digest,
        Graph.of(FACTS[1:]).digest,
        Graph.of(FACTS, names=NAMES).digest,
        Graph.of(FACTS, relations=RELATIONS).digest,
        Graph.of(FACTS, negatives=[Fact("ada", "knew", "bob")]).digest,
    }
    assert len(digests) == 5


def test_a_digest_made_by_an_earlier_format_still_holds(tmp_path: Path) -> None:
    # Questions name the graph that they were made from by it.
    expected = "de4c826328433bc02ddf45dea7f6cf3ff5cd3f126b973c72cf2edaaef40e19e5"
    assert opened(tmp_path).digest == in_memory(tmp_path).digest == expected


def test_a_graph_of_nothing_is_refused() -> None:
    with pytest.raises(GraphError, match="needs a fact"):
        Graph.of([])


@given(facts=SOME_FACTS, false=SOME_FACTS)
def test_every_lookup_agrees_with_a_search_through_all_facts(
    facts: list[Fact], false: list[Fact]
) -> None:
    graph = Graph.of(facts, negatives=false)
    true = {graph.edge(fact) for fact in facts}
    assert set(graph.edges()) == true
    assert list(graph.edges()) == sorted(graph.edges())
    sizes = (graph.n_nodes, graph.n_relations, graph.n_nodes)
    every = [Edge(*numbers) for numbers in np.ndindex(*sizes)]
    assert [edge for edge in every if graph.exists(*edge)] == sorted(filter(None, true))
    assert graph.exists_many(np.array(every)).tolist() == [edge in true for edge in every]
    assert {edge for edge in every if graph.is_negative(*edge)} == set(map(graph.edge, false))
    for head, relation, tail in every:
        assert (tail in graph.tails(head, relation)) is ((head, relation, tail) in true)
        assert (head in graph.heads(relation, tail)) is ((head, relation, tail) in true)
        assert (relation in graph.between(head, tail)) is ((head, relation, tail) in true)


@given(facts=SOME_FACTS)
def test_keys_that_64_bits_do_not_hold_give_the_same_facts(facts: list[Fact]) -> None:
    graph = Graph.of(facts)
    heads, relations, tails = np.array(list(graph.edges()) * 2)[::-1].T
    sizes = {"n_nodes": graph.n_nodes, "n_relations": graph.n_relations}
    apart = make_side(heads, relations, tails, key_bits=0, **sizes)
    for column, plain in zip(apart.columns, graph.parts.out.columns, strict=True):
        assert np.array_equal(column, plain)
    assert apart.columns.pair.dtype == graph.parts.out.columns.pair.dtype


def test_pairs_take_32_bits_as_long_as_they_fit() -> None:
    assert Layout.of(5_000_000, 500) == (23, 32)
    assert Layout.of(2**23, 512).type is np.uint32
    assert Layout.of(2**23 + 1, 512) == (24, 33)
    assert Layout.of(2**23, 513).type is np.int64
    assert Layout.of(2**31 - 1, 2**31 - 1) == (31, 62)
    assert Layout.of(1, 1) == (0, 32)


def made_side(n_nodes: int, n_relations: int, *, key_bits: int = 63) -> tuple[Side, set[Edge]]:
    """Make facts at the first and last nodes and relations, each given twice."""
    ends = [0, 1, n_nodes // 2, n_nodes - 2, n_nodes - 1]
    relations = [0, 1, n_relations // 2, n_relations - 2, n_relations - 1]
    edges = {
        Edge(node, relation, other)
        for at, node in enumerate(ends)
        for relation in relations[at:]
        for other in ends[: at + 2]
    }
    columns = np.array([*edges, *edges]).T
    sizes = {"n_nodes": n_nodes, "n_relations": n_relations}
    return make_side(*columns, key_bits=key_bits, **sizes), edges


@pytest.mark.parametrize(
    ("n_nodes", "n_relations", "key_bits", "stored"),
    [
        (100_000, 2**15, 63, np.uint32),
        (100_000, 2**15, 0, np.uint32),
        (100_000, 2**15 + 1, 63, np.int64),
        (100_000, 2**31 - 1, 63, np.int64),  # the keys take 65 bits
        (100_000, 2**29, 63, np.int64),  # and here all 63
    ],
)
def test_pairs_of_any_width_answer_as_a_search_through_all_facts(
    n_nodes: int, n_relations: int, key_bits: int, stored: type
) -> None:
    side, edges = made_side(n_nodes, n_relations, key_bits=key_bits)
    assert side.columns.pair.dtype == stored
    assert len(side) == len(edges)
    nodes, relations, others = (sorted({edge[at] for edge in edges}) for at in range(3))
    every = [Edge(*one) for one in itertools.product([*nodes, 2], [*relations, 2], [*others, 2])]
    assert {edge for edge in every if side.has(*edge)} == edges
    assert side.has_many(*np.array(every).T).tolist() == [edge in edges for edge in every]
    for node in nodes:
        expected = sorted(edge[1:] for edge in edges if edge.head == node)
        found_relations, found_others = side.edges(node)
        found = zip(found_relations.tolist(), found_others.tolist(), strict=True)
        assert list(found) == expected
        assert side.degree(node) == len(expected)
        for relation in relations:
            tails = [other for one, other in expected if one == relation]
            assert side.others(node, relation).tolist() == tails
    for relation in relations:
        if n_relations < 2**16:
            own = [edge.head for edge in edges if edge.relation == relation]
            assert side.facts_per_relation()[relation] == len(own)
            assert side.nodes_per_relation()[relation] == len(set(own))
        places = side.places_of(relation)
        standing = zip(side.nodes()[places].tolist(), side.others_at(places).tolist(), strict=True)
        assert list(standing) == sorted((h, t) for h, r, t in edges if r == relation)


def test_more_facts_than_a_piece_holds_are_sorted_and_found_as_few_are() -> None:
    rng = np.random.default_rng(0)
    sizes = np.array([[300], [3], [300]])
    columns = rng.integers(0, sizes, (3, 300_000)) ** 2 // sizes  # small numbers come often
    side = make_side(*columns, n_nodes=300, n_relations=3)
    every = slice(None)
    found = np.stack([side.nodes(), side.relations_at(every), side.others_at(every)])
    assert np.array_equal(found, np.unique(columns, axis=1))
    assert 2**16 < len(side) < 2**17
    asked = rng.integers(0, sizes, (3, 100_000))
    known = set(zip(*columns.tolist(), strict=True))
    expected = [one in known for one in zip(*asked.tolist(), strict=True)]
    assert side.has_many(*asked).tolist() == expected


def test_a_side_without_facts_answers_no() -> None:
    none = np.empty(0, np.int64)
    side = make_side(none, none, none, n_nodes=3, n_relations=2)
    assert side.has_many(np.arange(3), np.zeros(3, int), np.arange(3)).tolist() == [False] * 3
    assert not side.has(2, 1, 2)
    assert side.others(2, 1).tolist() == side.places_of(1).tolist() == []


def test_pieces_cover_all_places_in_order() -> None:
    assert list(pieces(5, 2)) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert list(pieces(0)) == []


@given(strings=st.lists(st.text(), unique=True, max_size=20), other=st.text())
def test_packed_strings_are_found_by_number_and_by_text(strings: list[str], other: str) -> None:
    strings = sorted(one for one in strings if one.isprintable())
    packed = Strings.of(strings)
    assert list(packed) == strings
    assert packed[1:3] == tuple(strings[1:3])
    assert [packed.find(one) for one in strings] == list(range(len(strings)))
    assert other in strings or not other.isprintable() or packed.find(other) is None


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("born_in", "born in"),
        ("isPartOf", "is part of"),
        ("/people/person/place_of_birth", "place of birth"),
        ("/tv/tv_program/cast./tv/tv_role/actor", "cast actor"),
        ("http://example.org/ns#bornIn", "ns born in"),
        ("___", "___"),
    ],
)
def test_a_wording_is_read_off_a_key(key: str, text: str) -> None:
    assert text_of(key) == text
