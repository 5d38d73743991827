"""The labels of anchors are those of the definition, by brute force; batches keep their quotas."""

import itertools
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.taxonomy.anchors import STOPS, Quotas, Stop, place, sample
from stepsmith.transforms.taxonomy.tree import Taxonomy, TaxonomyError
from tests.taxonomy.made import Edges, animals, graphs


def reaches(edges: Edges) -> set[tuple[str, str]]:
    """Return all (above, below), by joining edges until no pair is new."""
    above = {(parent, child) for child, parent in edges}
    while True:
        joined = {
            (one, other) for (one, a), (b, other) in itertools.product(above, above) if a == b
        }
        if joined <= above:
            return above
        above |= joined


def by_definition(edges: Edges, query: str, anchor: str) -> tuple[bool, Stop] | None:
    """Label an anchor as the definition says it, in a taxonomy without the query; null for none."""
    above = reaches(edges)
    if anchor == query or (query, anchor) in above:
        return None
    parents = {parent for child, parent in edges if child == query}
    if anchor in parents:
        return True, "current"
    if any((anchor, parent) in above for parent in parents):
        return True, "forward"
    return any((parent, anchor) in above for parent in parents), "backward"


@given(graphs)
def test_every_label_is_that_of_the_definition(edges: Edges) -> None:
    taxonomy = Taxonomy.of(edges)
    for query in taxonomy.keys:
        if not taxonomy.parents(query):
            continue
        placement = place(taxonomy, query)
        for anchor in taxonomy.keys:
            expected = by_definition(edges, query, anchor)
            assert (expected is None) is (anchor in placement.removed)
            if expected is not None:
                assert (placement.on_path(anchor), placement.stop(anchor)) == expected


def test_neither_a_parent_nor_the_term_is_above_or_below_the_parent() -> None:
    placement = place(animals(), "cat")
    assert placement.parents == {"mammal"}
    assert placement.above == {"animal", "thing"}
    assert placement.below == {"dog"}
    assert placement.removed == {"cat", "siamese", "persian"}
    stops = {key: placement.stop(key) for key in ("thing", "mammal", "dog", "bird")}
    assert stops == {
        "thing": "forward",
        "mammal": "current",
        "dog": "backward",
        "bird": "backward",
    }
    assert [placement.on_path(key) for key in ("dog", "bird")] == [True, False]


def test_with_several_parents_each_is_current_and_what_lies_between_two_is_forward() -> None:
    edges = [("b", "a"), ("c", "b"), ("d", "c"), ("q", "b"), ("q", "d"), ("e", "b"), ("z", "a")]
    placement = place(Taxonomy.of(edges), "q")
    assert placement.parents == {"b", "d"}
    assert placement.above == {"a", "c"}
    assert placement.below == {"e"}
    assert {key for key in "abcdez" if placement.leads_on(key)} == {"a", "b", "c", "d"}


@pytest.mark.parametrize("query", ["thing", "unicorn"])
def test_what_has_no_parent_cannot_be_placed(query: str) -> None:
    with pytest.raises(TaxonomyError, match=f"'{query}' has no parent"):
        place(animals(), query)


def wide(*, above: int, below: int, aside: int) -> tuple[Taxonomy, str]:
    """Make a tree with so many nodes above a term's parent, below it, and off the path."""
    chain = [f"up{at:03d}" for at in range(above)]
    edges = [(child, parent) for parent, child in itertools.pairwise([*chain, "parent"])]
    edges += [(f"down{at:03d}", "parent") for at in range(below)]
    edges += [(f"off{at:03d}", chain[0]) for at in range(aside)]
    return Taxonomy.of([*edges, ("term", "parent")]), "term"


@given(
    above=st.integers(1, 9),
    below=st.integers(0, 12),
    aside=st.integers(0, 40),
    seed=st.integers(0, 9),
)
def test_a_batch_holds_the_quotas_wherever_there_are_so_many(
    above: int, below: int, aside: int, seed: int
) -> None:
    taxonomy, query = wide(above=above, below=below, aside=aside)
    placement = place(taxonomy, query)
    batch = sample(taxonomy, placement, Random(seed))
    assert len({anchor.key for anchor in batch}) == len(batch)
    assert all(anchor.key not in placement.removed for anchor in batch)
    counts = Counter((anchor.path, anchor.stop) for anchor in batch)
    on_path = 1 + min(above, 6) + min(below, 8)
    assert counts[True, "current"] == 1
    assert counts[True, "forward"] == min(above, 6)
    assert counts[True, "backward"] == min(below, 8)
    assert counts[False, "backward"] == min(aside, 32 - on_path)
    assert counts[False, "backward"] >= min(aside, 16)


def test_a_batch_of_one_seed_is_one_and_of_another_another() -> None:
    taxonomy, query = wide(above=4, below=20, aside=200)
    placement = place(taxonomy, query)
    batches = [sample(taxonomy, placement, Random(seed)) for seed in (1, 1, 2)]
    assert batches[0] == batches[1] != batches[2]
    assert len(batches[0]) == 32


def test_anchors_off_the_path_may_say_anything_on_request_and_others_may_not() -> None:
    taxonomy, query = wide(above=4, below=20, aside=200)
    placement = place(taxonomy, query)
    batches = [sample(taxonomy, placement, Random(seed), off_path="random") for seed in range(20)]
    anchors = [anchor for batch in batches for anchor in batch]
    assert {anchor.stop for anchor in anchors if not anchor.path} == set(STOPS)
    assert all(anchor.stop == placement.stop(anchor.key) for anchor in anchors if anchor.path)


def test_other_quotas_give_other_batches() -> None:
    taxonomy, query = wide(above=4, below=20, aside=200)
    quotas = Quotas(forward=2, backward=3, negatives=5, size=8)
    batch = sample(taxonomy, place(taxonomy, query), Random(0), quotas=quotas)
    assert Counter(anchor.path for anchor in batch) == {True: 6, False: 5}
