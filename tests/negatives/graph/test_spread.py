"""Edits are sound by a judge of their own, spread over kinds and hops, and the same every time."""

import collections
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepsmith.schemas import UnknownNameError
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact, Path
from stepsmith.transforms.negatives.graph import OPERATORS, Chain, Edit, Hop, counterfactuals
from stepsmith.transforms.negatives.graph.spread import is_sound
from tests.negatives.graph.worlds import GOLD, by_kind, first_wrong, path_of, subject_of, world

keys = st.sampled_from("abcdefgh")
triples = st.builds(Fact, keys, st.sampled_from(("r", "s", "t")), keys)
graphs = st.sets(triples, min_size=4, max_size=30).map(
    lambda made: sorted(fact for fact in made if fact.head != fact.tail)
)


def paths(graph: Graph) -> list[Path]:
    """Return every path of up to three hops that passes no node twice."""
    found: list[Path] = []
    waiting: list[Path] = [(edge,) for edge in graph.edges()]
    while waiting:
        path = waiting.pop()
        found.append(path)
        if len(path) < 3:
            seen = {path[0].head, *(edge.tail for edge in path)}
            waiting += [
                (*path, edge)
                for edge in graph.edges()
                if edge.head == path[-1].tail and edge.tail not in seen
            ]
    return found


@settings(max_examples=60, deadline=None)
@given(made=graphs, negatives=graphs, data=st.data())
def test_an_independent_judge_finds_the_first_error_where_it_is_said_to_be(
    made: list[Fact], negatives: list[Fact], data: st.DataObject
) -> None:
    if not made:
        return
    graph = Graph.of(made, negatives=[fact for fact in negatives if fact not in made])
    known = set(graph.edges())
    gold = data.draw(st.sampled_from(paths(graph)))
    seed = data.draw(st.integers(0, 5))
    subject = subject_of(graph, gold, closed=data.draw(st.booleans()), max_chance=9.0, seed=seed)
    for one in counterfactuals(subject, max_each=3):
        edit = one.edit
        error = first_wrong(known, subject.starts, subject.answers, edit.chain)
        assert error == (None if edit.fault in ("use", "none") else edit.step), (
            one.operator.name,
            edit,
        )
        if edit.fault in ("fact", "none"):
            assert edit.edge not in known
        if edit.safety == "curated":
            assert graph.is_negative(*(edit.edge or (0, 0, 0)))


def test_each_kind_at_each_hop_has_so_many_at_most() -> None:
    graph = world()
    for most in (1, 3):
        subject = subject_of(graph, path_of(graph, *GOLD), max_chance=1.0)
        found = counterfactuals(subject, max_each=most)
        counts = collections.Counter((one.operator.name, one.edit.hop) for one in found)
        assert max(counts.values()) == most
        assert {kind for kind, _ in counts} == {entry.name for entry in OPERATORS}
        assert len({one.edit.chain for one in found}) == len(found)


def test_few_are_spread_over_kinds_before_any_kind_has_a_second() -> None:
    graph = world()
    for n in (1, 5, 13, 20):
        subject = subject_of(graph, path_of(graph, *GOLD), max_chance=1.0)
        found = by_kind(counterfactuals(subject, max_total=n))
        sizes = [len(edits) for edits in found.values()]
        assert sum(sizes) == n
        assert len(sizes) == min(n, 14)
        assert max(sizes) <= 1 + n // 13
        for edits in found.values():
            assert len({edit.hop for edit in edits}) == len(edits)


def test_the_one_hop_that_a_kind_has_differs_from_seed_to_seed() -> None:
    graph = world()
    hops = {
        found.edit.hop
        for seed in range(20)
        for found in counterfactuals(
            subject_of(graph, path_of(graph, *GOLD), seed=seed), kinds=("negation",), max_total=1
        )
    }
    assert hops == {0, 1, 2}


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    def made(seed: int) -> list[Edit]:
        graph = world()
        subject = subject_of(graph, path_of(graph, *GOLD), seed=seed, max_chance=1.0)
        return [one.edit for one in counterfactuals(subject)]

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_only_the_kinds_asked_for_are_made_and_an_unknown_one_is_named() -> None:
    graph = world()
    subject = subject_of(graph, path_of(graph, *GOLD))
    found = counterfactuals(subject, kinds=("reversed", "negation"))
    assert {one.operator.name for one in found} == {"negation", "reversed"}
    with pytest.raises(UnknownNameError, match="did you mean 'negation'"):
        counterfactuals(subject, kinds=("negations",))


def test_the_surer_of_two_kinds_has_the_edit_that_both_would_make() -> None:
    graph = Graph.of([Fact("a", "r", "b"), Fact("c", "r", "d")])
    subject = subject_of(graph, path_of(graph, Fact("a", "r", "b")), max_chance=1.0)
    kinds = ("wrong_tail.typed", "wrong_tail.functional")
    [one] = counterfactuals(subject, kinds=kinds, max_each=3)
    assert one.operator.name == "wrong_tail.functional"


class TestSoundness:
    """What an operator of somebody else might make is refused where it is not what it says."""

    @pytest.fixture
    def right(self) -> tuple[Graph, Edit]:
        graph = world()
        subject = subject_of(graph, path_of(graph, *GOLD))
        [one, *_] = counterfactuals(subject, kinds=("wrong_tail.functional",))
        assert is_sound(subject, one.edit)
        return graph, one.edit

    def test_a_true_fact_is_no_false_one(self, right: tuple[Graph, Edit]) -> None:
        graph, edit = right
        subject = subject_of(graph, path_of(graph, *GOLD))
        hops = (Hop(edge=Edge(*path_of(graph, Fact("p1", "born_in", "c1"))[0])), *edit.chain.hops)
        forged = dataclasses.replace(edit, chain=Chain(hops=hops, answer=edit.chain.answer))
        assert not is_sound(subject, forged)

    def test_an_error_before_the_first_one_is_refused(self, right: tuple[Graph, Edit]) -> None:
        graph, edit = right
        assert edit.step == 0
        subject = subject_of(graph, path_of(graph, *GOLD))
        assert not is_sound(subject, dataclasses.replace(edit, step=1))

    def test_a_chain_that_is_right_is_refused_whatever_its_fault(
        self, right: tuple[Graph, Edit]
    ) -> None:
        graph, edit = right
        subject = subject_of(graph, path_of(graph, *GOLD))
        gold = Chain(hops=subject.hops, answer=subject.end)
        for fault in ("fact", "polarity", "place"):
            assert not is_sound(subject, dataclasses.replace(edit, chain=gold, fault=fault))
        whole = dataclasses.replace(edit, chain=gold, fault="answer", step=len(gold.hops))
        assert not is_sound(subject, whole)
