"""When an edge is true, when it is false, and when nobody can say."""

import pytest

from stepsmith.transforms.graph.payload import World
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from stepsmith.transforms.verify.graph.truth import Known, is_one_way, truth_of
from tests.verify.graph.questions import BORN, TOWNS, question

GRAPH = question().graph


def known(head: str, relation: str, tail: str, world: World = "open") -> Known:
    return truth_of(GRAPH, edge(GRAPH, Fact(head, relation, tail)), world)


def edge(graph: Graph, fact: Fact) -> Edge:
    found = graph.edge(fact)
    assert found is not None
    return found


def test_a_fact_is_true() -> None:
    assert known(*BORN) == Known("true", "in the graph", edge(GRAPH, BORN))


def test_a_symmetric_relation_and_a_declared_inverse_read_from_both_ends() -> None:
    stored = edge(GRAPH, Fact("uk", "borders", "ireland"))
    assert known("ireland", "borders", "uk") == Known("true", "by its inverse", stored)
    city = edge(GRAPH, Fact("france", "has_city", "paris_fr"))
    assert known("paris_fr", "located_in", "france") == Known("true", "by its inverse", city)
    located = edge(GRAPH, Fact("paris_tx", "located_in", "texas"))
    assert known("texas", "has_city", "paris_tx") == Known("true", "by its inverse", located)


def test_a_curated_negative_is_false() -> None:
    assert known("london", "located_in", "texas") == Known("false", "a curated false fact")


def test_a_fact_that_is_denied_as_well_is_neither() -> None:
    fact = Fact("a", "r", "b")
    graph = Graph.of([fact], negatives=[fact])
    assert truth_of(graph, edge(graph, fact), "closed").truth == "unknown"


def test_another_tail_of_a_functional_relation_is_false() -> None:
    assert known("ada", "place_of_birth", "uk").truth == "false"
    assert known("uk", "place_of_birth", "ada").truth == "unknown"  # it has none at all
    graph = Graph.of(
        [Fact("p", "mother_of", "q"), Fact("x", "child_of", "y")],
        relations=[Relation(key="child_of", inverse="mother_of", functional=True)],
    )
    other = truth_of(graph, edge(graph, Fact("x", "mother_of", "q")), "open")
    assert other.truth == "unknown"  # q has no fact of child_of that is stored
    stored = truth_of(graph, edge(graph, Fact("q", "child_of", "p")), "open")
    assert stored.truth == "true"


def test_a_head_with_two_tails_shows_that_a_relation_is_not_functional_there() -> None:
    facts = [Fact("ada", "born_in", "rome"), Fact("ada", "born_in", "lazio")]
    functional = Relation(key="born_in", functional=True)
    graph = Graph.of([*facts, Fact("bob", "born_in", "oslo")], relations=[functional])
    assert truth_of(graph, edge(graph, Fact("ada", "born_in", "oslo")), "open").truth == "unknown"
    assert truth_of(graph, edge(graph, Fact("bob", "born_in", "rome")), "open").truth == "false"


def test_what_is_absent_depends_on_the_world() -> None:
    assert known("london", "capital_of", "france").truth == "unknown"
    assert known("london", "capital_of", "france", "closed").truth == "false"
    assert known("london", "capital_of", "france", "closed").absent


def test_a_fact_turned_round_is_false_only_where_the_relation_looks_one_way() -> None:
    turned = Fact("land3", "capital_of", "town3")
    assert known(*turned).truth == "false"
    assert "one-way" in known(*turned).why
    # Two facts are too few to call a relation one-way.
    assert known("london", "residence", "ada").truth == "unknown"
    both_ways = Graph.of([*TOWNS, Fact("land0", "capital_of", "town0")])
    assert truth_of(both_ways, edge(both_ways, turned), "open").truth == "unknown"


@pytest.mark.parametrize(("n_facts", "expected"), [(9, False), (10, True)])
def test_ten_facts_make_a_relation_one_way(n_facts: int, expected: bool) -> None:
    graph = Graph.of(TOWNS[:n_facts])
    assert is_one_way(graph, 0) is expected


def test_a_node_that_is_its_own_neighbour_turns_nothing_round() -> None:
    graph = Graph.of([*TOWNS, Fact("land1", "capital_of", "land1")])
    assert is_one_way(graph, 0)


def test_a_curated_negative_is_false_from_its_other_end_too() -> None:
    graph = Graph.of(
        [Fact("a", "r", "b"), Fact("b", "of_r", "c"), Fact("a", "beside", "b")],
        negatives=[Fact("a", "r", "c"), Fact("b", "beside", "c")],
        relations=[
            Relation(key="r", inverse="of_r"),
            Relation(key="of_r"),
            Relation(key="beside", symmetric=True),
        ],
    )
    for fact in (Fact("c", "of_r", "a"), Fact("c", "beside", "b")):
        assert truth_of(graph, edge(graph, fact), "open") == Known("false", "a curated false fact")
    assert truth_of(graph, edge(graph, Fact("b", "of_r", "a")), "open").truth == "true"
