"""A taxonomy knows what stands above and below what, and refuses what is none."""

import itertools

import pytest
from hypothesis import given

from stepsmith.transforms.taxonomy.tree import TOP, Taxonomy, TaxonomyError
from tests.taxonomy.made import Edges, animals, graphs


def test_a_node_stands_between_its_parents_and_its_children() -> None:
    taxonomy = animals()
    assert taxonomy.root == "thing"
    assert taxonomy.parents("penguin") == ("bird", "fish")
    assert taxonomy.children("bird") == ("owl", "penguin", "robin")
    assert taxonomy.ancestors("penguin") == {"bird", "fish", "animal", "thing"}
    assert taxonomy.descendants("bird") == {"owl", "barn owl", "penguin", "robin"}
    assert taxonomy.descendants("penguin") == frozenset()
    assert (taxonomy.level("thing"), taxonomy.level("barn owl")) == (0, 4)
    assert taxonomy.chain("penguin") == ("thing", "animal", "bird", "penguin")
    assert ("owl" in taxonomy, "unicorn" in taxonomy, len(taxonomy)) == (True, False, 19)


def test_the_order_and_the_repetition_of_edges_change_nothing() -> None:
    edges = [("b", "a"), ("c", "b"), ("c", "a")]
    one, other = Taxonomy.of(edges), Taxonomy.of([*edges[::-1], *edges])
    assert one.keys == other.keys == ("a", "b", "c")
    assert [one.parents(key) for key in one.keys] == [other.parents(key) for key in one.keys]
    assert (one.level("c"), one.chain("c")) == (1, ("a", "c"))


def test_a_forest_gets_one_root_above_all_others() -> None:
    taxonomy = Taxonomy.of([("b", "a"), ("d", "c")], names={"a": "Alpha"})
    assert taxonomy.root == TOP
    assert taxonomy.children(TOP) == ("a", "c")
    assert taxonomy.chain("d") == (TOP, "c", "d")
    assert [taxonomy.name(key) for key in (TOP, "a", "b")] == ["everything", "Alpha", "b"]


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([], "at least one edge"),
        ([("a", "a")], "circle: 'a' under 'a'"),
        ([("b", "a"), ("c", "b"), ("d", "c"), ("b", "d")], "'b' under 'd' under 'c' under 'b'"),
        ([("a", "b"), ("b", "a")], "circle: 'a' under 'b' under 'a'"),
        ([("a", TOP)], "is the key of the root above several"),
    ],
)
def test_what_is_no_taxonomy_is_refused_with_the_reason(edges: Edges, message: str) -> None:
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.of(edges)
    assert message in str(caught.value)


@given(graphs)
def test_above_and_below_are_two_sides_of_one_relation(edges: Edges) -> None:
    taxonomy = Taxonomy.of(edges)
    for key in taxonomy.keys:
        assert key not in taxonomy.ancestors(key)
        assert all(key in taxonomy.descendants(one) for one in taxonomy.ancestors(key))
        assert all(key in taxonomy.ancestors(one) for one in taxonomy.descendants(key))
        chain = taxonomy.chain(key)
        assert len(chain) == taxonomy.level(key) + 1
        assert all(below in taxonomy.children(one) for one, below in itertools.pairwise(chain))
