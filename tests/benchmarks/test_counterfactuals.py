"""The measurements of `benchmarks.counterfactuals` find what is planted, and only that."""

import dataclasses
import re
from random import Random

import pytest

from benchmarks.chains.facts import (
    Split,
    Tally,
    absent_tail,
    baselines,
    namesakes,
    spoil_facts,
)
from benchmarks.chains.leaks import (
    Pair,
    edited_pairs,
    matched_pairs,
    measure_leak,
    naive_pairs,
)
from benchmarks.counterfactuals import Made, agreement, agreement_claims, edit, tally_chains
from stepsmith.schemas import Problem
from stepsmith.transforms.graph.payload import GraphPayload
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.negatives.graph import Truth
from tests.negatives.graph.worlds import GOLD, RELATIONS, facts

PAYLOAD = GraphPayload(
    facts=tuple(facts()),
    relations=RELATIONS,
    starts=("p0",),
    answers=("k0",),
    paths=(GOLD,),
)
PROBLEM = Problem(id="q", prompt="Whose is it?", answer="k0", payload=PAYLOAD.encode())


@pytest.fixture(scope="module")
def made() -> Made:
    return edit(PROBLEM)


def split_of(held_out: set[Fact]) -> Split:
    train = [fact for fact in facts() if fact not in held_out]
    graph = Graph.of(train, relations=RELATIONS)
    return Split(
        graph=graph,
        folder="",
        train=frozenset(train),
        held_out=frozenset(held_out),
        named={},
    )


def test_a_false_fact_that_was_held_out_is_counted_and_one_that_is_known() -> None:
    true, other = Fact("p0", "born_in", "c0"), Fact("p0", "born_in", "c7")
    split = split_of({true})
    assert Tally().add(split, true) == Tally(made=1, held_out=1)
    assert Tally().add(split, other) == Tally(made=1)
    assert Tally().add(split_of(set()), true) == Tally(made=1, known=1)


def test_a_fact_is_known_under_the_names_of_others() -> None:
    named = namesakes(["c0", "c7", "p0"], ["Rome", "rome ", "Ada"])
    assert named == {"c0": {"c0", "c7"}, "c7": {"c0", "c7"}, "p0": {"p0"}}
    split = split_of(set())
    aliased = Split(**{**vars(split), "named": named})
    assert aliased.is_known(Fact("p0", "born_in", "c7"))
    assert not split.is_known(Fact("p0", "born_in", "c7"))


def test_single_facts_of_every_kind_are_made_and_none_is_in_the_graph() -> None:
    split = split_of(set())
    tallies = spoil_facts(split, Truth(split.graph), 200)
    assert min(one.made for one in tallies.values()) > 5
    assert {one.known for one in tallies.values()} == {0}


def test_the_usual_ways_are_measured_on_the_same_facts() -> None:
    split = split_of(set())
    made = baselines(split, Truth(split.graph), 100)
    assert set(made) == {
        f"{way}{only}" for way in ("any", "typed", "drawn") for only in ("", ".functional")
    }
    assert made["any"].made == 100
    assert all(one.known == 0 for one in made.values())


def test_a_tail_that_is_always_there_is_never_absent() -> None:
    graph = Graph.of(facts())
    edge = graph.edge(GOLD[0])
    assert edge is not None
    assert absent_tail(graph, edge, lambda: edge.tail) is None


class TestLeak:
    def test_is_whole_where_a_word_gives_the_edit_away(self) -> None:
        pairs = [Pair(f"g{n}", f"thing {n} is here", f"thing {n} is not here") for n in range(40)]
        leak = measure_leak(pairs)
        assert leak is not None
        assert (leak.auc, leak.low, leak.high, leak.pairs) == (1.0, 1.0, 1.0, 40)

    def test_is_none_where_the_same_words_stand_in_both(self) -> None:
        rng = Random(0)
        words = [f"w{n}" for n in range(8)]
        pairs = [
            Pair(f"g{n}", " ".join(rng.choices(words, k=4)), " ".join(rng.choices(words, k=4)))
            for n in range(400)
        ]
        leak = measure_leak(pairs)
        assert leak is not None
        assert 0.4 < leak.low < leak.auc < leak.high < 0.6

    def test_is_not_said_of_a_handful(self) -> None:
        assert measure_leak([Pair(f"g{n}", "a", "b") for n in range(9)]) is None

    def test_compares_each_step_with_the_gold_one_in_its_place(self, made: Made) -> None:
        pairs = edited_pairs([made])
        assert "duplicated_hop" not in pairs
        gold = [row for row in made.rows if row.trajectory.origin == "reference"]
        texts = {step.text for row in gold for step in row.trajectory.steps}
        for kind, found in pairs.items():
            assert {pair.gold for pair in found} <= texts
            if kind == "early_stop":
                assert {pair.gold for pair in found} == {"The answer is k0."}
        [*naive] = naive_pairs(Graph.of(facts(), relations=RELATIONS), [made])["naive_typed"]
        assert len(naive) == 3
        assert all(pair.gold != pair.edited for pair in naive)

    def test_compares_a_denial_with_a_right_one_and_a_fact_too_early_with_itself(
        self, made: Made
    ) -> None:
        pairs = matched_pairs([made])
        assert set(pairs) == {"skipped_hop.matched", "swapped_hops.matched", "negation.matched"}
        kinds = {one.after: one.kind for one in made.counterfactuals}
        facts_of = {one.before: one.before_fact for one in made.counterfactuals if one.before_fact}
        for found in (pairs["skipped_hop.matched"], pairs["swapped_hops.matched"]):
            for pair in found:
                [early] = {
                    one.after_fact for one in made.counterfactuals if one.after == pair.edited
                }
                assert facts_of.get(pair.gold, early) == early
        for pair in pairs["negation.matched"]:
            assert (kinds[pair.gold], kinds[pair.edited]) == ("true_denial", "negation")

    def test_compares_a_shortcut_with_the_last_hop_whose_relation_and_tail_it_has(self) -> None:
        payload = dataclasses.replace(PAYLOAD, world="closed")
        closed = dataclasses.replace(PROBLEM, payload=payload.encode())
        made = edit(closed, kinds=("shortcut",))
        pairs = matched_pairs([made])["shortcut.matched"]
        assert len(pairs) == len(made.counterfactuals) == 2
        for pair, head in zip(pairs, ("p0", "c0"), strict=True):
            assert {"f0", "k0"} <= words(pair.gold)
            assert {head, "k0"} <= words(pair.edited)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_graph_path_agrees_with_every_first_error_of_a_small_world(made: Made) -> None:
    counts = agreement(made)
    assert set(counts) >= {"reference", "reversed", "negation", "swapped_hops"}
    assert all(right == n for right, n in counts.values())
    claims = {claim.name: claim.value for claim in agreement_claims([counts])}
    assert claims["counterfactuals.agreed.all"] == 1.0


def test_false_facts_of_chains_are_looked_up(made: Made) -> None:
    held = {
        Fact(*(one.after_fact or "").split(" | "))
        for one in made.counterfactuals
        if one.kind == "reversed"
    }
    split = split_of(set())
    with_held = Split(**{**vars(split), "held_out": frozenset(held)})
    tallies = tally_chains(with_held, [made])
    assert tallies["reversed"].held_out == tallies["reversed"].made == len(held) > 0
    assert tallies["wrong_head"].held_out == 0
