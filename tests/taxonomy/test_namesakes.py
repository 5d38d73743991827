"""A reader knows a term by its name: no move to a place that has it is ever wrong."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.taxonomy.anchors import may_be_placed, place, sample
from stepsmith.transforms.taxonomy.payload import read_hierarchy
from stepsmith.transforms.taxonomy.show import Shown, make_problem
from stepsmith.transforms.taxonomy.tree import Taxonomy, TaxonomyError
from stepsmith.transforms.text.names import fold
from tests.taxonomy.made import Edges, animals, edges_of, graphs

ANIMALS = """\
animal	thing
plant	thing
tool	thing
bird	animal
crane	bird
Crane	tool
owl	bird
oak	plant
hammer	tool
"""


def test_a_term_has_the_parents_of_every_node_of_its_name() -> None:
    placement = place(Taxonomy.of(edges_of(ANIMALS)), "crane")
    assert placement.parents == {"bird", "tool"}
    assert placement.above == {"thing", "animal"}
    assert placement.below == {"owl", "hammer"}
    assert placement.removed == {"crane", "Crane"}
    assert [placement.stop(key) for key in ("bird", "tool", "thing")] == [
        "current",
        "current",
        "forward",
    ]
    assert placement.leads_on("tool")


def test_an_alias_is_a_name_too() -> None:
    edges = [("1", "0"), ("2", "0"), ("3", "1"), ("4", "2")]
    names = {"3": "crane", "4": "derrick"}
    taxonomy = Taxonomy.of(edges, names=names, aliases={"4": ("Crane",)})
    assert place(taxonomy, "3").parents == {"1", "2"}
    # Of the derrick by itself nothing else may be said.
    assert place(taxonomy, "4").parents == {"2"}


@pytest.mark.parametrize("query", ["cat", "Cat"])
def test_a_term_above_or_below_another_of_its_name_has_no_place(query: str) -> None:
    taxonomy = Taxonomy.of([("cat", "animal"), ("house cat", "cat"), ("Cat", "house cat")])
    assert not may_be_placed(taxonomy, query)
    with pytest.raises(TaxonomyError, match="above or below another node that may be called so"):
        place(taxonomy, query)


def test_what_is_called_like_a_node_on_the_path_is_neither_shown_nor_an_anchor() -> None:
    edges = [("animal", "thing"), ("Animal", "thing"), ("dog", "animal"), ("cat", "Animal")]
    taxonomy = Taxonomy.of([*edges, ("rock", "thing")])
    placement = place(taxonomy, "dog")
    assert placement.unclear == {"Animal"}
    problem = make_problem(taxonomy, "dog", Shown(), source="t", domain="d")
    payload = read_hierarchy(problem).payload
    assert {node.key for node in payload.nodes} == {"thing", "animal", "rock"}
    assert {anchor.key for anchor in payload.anchors} == {"thing", "animal", "cat", "rock"}


def test_names_apart_leave_everything_as_it_is() -> None:
    taxonomy = animals()
    for key in taxonomy.keys:
        assert taxonomy.namesakes(key) == frozenset()
        assert may_be_placed(taxonomy, key) is bool(taxonomy.parents(key))


@given(graphs, st.data())
def test_no_name_is_both_a_place_and_off_the_path(edges: Edges, data: st.DataObject) -> None:
    nodes = sorted({node for edge in edges for node in edge})
    called = {key: data.draw(st.sampled_from("abcdeABCDE")) for key in nodes}
    taxonomy = Taxonomy.of(edges, names=called)
    for query in taxonomy.keys:
        if not may_be_placed(taxonomy, query):
            continue
        placement = place(taxonomy, query)
        assert placement.parents
        term = fold(called[query])
        # Wherever a node of this name stood, the term may stop.
        for key in nodes:
            if fold(called[key]) == term:
                assert set(taxonomy.parents(key)) <= placement.parents | placement.removed
        anchors = sample(taxonomy, placement, Random(0))
        on, off = (
            {fold(each.name) for each in anchors if each.path is path} for path in (True, False)
        )
        assert on.isdisjoint(off)
        assert all(fold(each.name) != term for each in anchors)
