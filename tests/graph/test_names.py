"""Names are found whatever their case and spaces, the longest first, at the borders of words."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.names import Mention, Names, Surfaces, fold, surface, surfaces_of
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact, Labels, Rows

FACTS = [Fact("q1", "r", "q2"), Fact("q2", "r", "17"), Fact("17", "r", "new_york_city")]
NAMES = {
    "q1": ["New York", "Big  Apple"],
    "q2": ["New York Times", "big apple"],
    "17": ["Straße", "O'Neill"],
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph.of(FACTS, names=NAMES)


def keys(graph: Graph, mentions: list[Mention]) -> list[tuple[int, int, list[str]]]:
    return [(one.start, one.end, [graph.key(node) for node in one.nodes]) for one in mentions]


def test_a_name_is_found_whatever_its_case_and_spaces(graph: Graph) -> None:
    assert graph.find("  NEW \n york ") == (graph.node("q1"),)
    assert graph.find("STRASSE") == (graph.node("17"),)
    assert graph.find("New Yor") == ()


def test_an_ambiguous_name_keeps_all_its_nodes(graph: Graph) -> None:
    assert [graph.key(node) for node in graph.find("Big Apple")] == ["q1", "q2"]


def test_keys_are_names_but_numbers_of_named_nodes_are_not(graph: Graph) -> None:
    assert graph.find("Q1") == (graph.node("q1"),)
    assert graph.find("17") == ()
    assert (
        graph.find("New York City") == graph.find("new_york_city") == (graph.node("new_york_city"),)
    )


def test_the_longest_name_at_a_place_is_taken(graph: Graph) -> None:
    names = graph.names_index
    text = "new york times"
    assert names.longest(text, 0) == (14, (graph.node("q2"),))
    assert names.longest("new york timesaver", 0) == (8, (graph.node("q1"),))
    assert names.longest(text, 1) is None
    assert names.longest(text, 99) is None


def test_mentions_are_placed_in_the_text_as_it_was_written(graph: Graph) -> None:
    text = "He left  New\tYork for the Straße; NewYork, newyorkers and o'neill's big apple."
    found = keys(graph, list(graph.names_index.mentions(text)))
    assert [(text[start:end], who) for start, end, who in found] == [
        ("New\tYork", ["q1"]),
        ("Straße", ["17"]),
        ("o'neill", ["17"]),
        ("big apple", ["q1", "q2"]),
    ]


def test_folding_says_where_each_character_came_from() -> None:
    folded = fold(" Aß \n b ")
    assert folded.text == "ass b"
    assert list(folded.offsets) == [1, 2, 2, 3, 6, 7]


@given(text=st.text(alphabet=" \tAaßİé.1", max_size=30))
def test_folded_text_is_the_surface_and_each_offset_points_into_the_text(text: str) -> None:
    folded = fold(text)
    assert folded.text == surface(text)
    offsets = list(folded.offsets)
    assert len(offsets) == len(folded.text) + 1
    assert offsets == sorted(offsets)
    for character, at in zip(folded.text, offsets, strict=False):
        assert character in text[at].casefold() or (character == " " and text[at].isspace())


@given(
    names=st.lists(st.text(alphabet="ab c", min_size=1, max_size=6), min_size=1),
    text=st.text("ab c."),
)
def test_the_longest_match_is_the_longest_of_all_names_that_fit(
    names: list[str], text: str
) -> None:
    surfaces = [surface(name) for name in names if name.strip()]
    index = Names.of(Surfaces(surfaces, np.zeros(len(surfaces), np.int32)))
    folded = fold(text).text

    def fits(name: str, start: int) -> bool:
        end = start + len(name)
        if not folded.startswith(name, start):
            return False
        return all(
            at in (0, len(folded)) or not (folded[at - 1].isalnum() and folded[at].isalnum())
            for at in (start, end)
        )

    for start in range(len(folded)):
        fitting = [name for name in surfaces if fits(name, start)]
        found = index.longest(folded, start)
        assert (found and found[0] - start) == max(map(len, fitting), default=None)


@given(
    nodes=st.lists(
        st.tuples(
            st.text(alphabet="aA_ 1", min_size=1, max_size=4),
            st.lists(st.text(alphabet="aÀß \t1", max_size=3), max_size=3),
        ),
        max_size=12,
    ),
    keys_are_names=st.booleans(),
)
def test_a_surface_belongs_to_every_node_that_is_called_so(
    nodes: list[tuple[str, list[str]]], keys_are_names: bool
) -> None:
    called = [name for _, names in nodes for name in names]
    ptr = np.cumsum([0, *(len(names) for _, names in nodes)])
    keys = [key for key, _ in nodes]
    expected: dict[str, set[int]] = {}
    for node, (key, names) in enumerate(nodes):
        own = [key, key.replace("_", " ")] if not names else [key] if not key.isdigit() else []
        for name in [*names, *(own if keys_are_names else [])]:
            expected.setdefault(" ".join(name.casefold().split()), set()).add(node)
    expected.pop("", None)
    index = Names.of(surfaces_of(keys if keys_are_names else (), called, ptr))
    assert dict(index.surfaces()) == {text: tuple(sorted(own)) for text, own in expected.items()}
    for text, own in expected.items():
        assert index.find(text) == tuple(sorted(own))


def test_surfaces_come_in_order_with_their_nodes(graph: Graph) -> None:
    surfaces = dict(graph.names_index.surfaces())
    assert list(surfaces) == sorted(surfaces)
    assert surfaces["big apple"] == (graph.node("q1"), graph.node("q2"))
    assert "17" not in surfaces


def test_names_that_look_alike_are_offered_the_nearest_first(graph: Graph) -> None:
    assert graph.names_index.near("new yorc", limit=1) == ["new york"]
    assert graph.names_index.near("xyzzy") == []


def test_names_are_the_same_in_a_folder(tmp_path: Path, graph: Graph) -> None:
    heads, relations, tails = zip(*FACTS, strict=True)
    labels = [(key, name) for key, names in NAMES.items() for name in names]
    named, texts = zip(*labels, strict=True)
    parts = [Rows(heads=heads, relations=relations, tails=tails), Labels(keys=named, texts=texts)]
    build(parts, tmp_path / "all")
    again = Graph.open(tmp_path / "all")
    assert dict(again.names_index.surfaces()) == dict(graph.names_index.surfaces())
    build(parts, tmp_path / "names", keys_are_names=False)
    without = dict(Graph.open(tmp_path / "names").names_index.surfaces())
    assert list(without) == ["big apple", "new york", "new york times", "o'neill", "strasse"]
