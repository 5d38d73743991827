"""What each operator makes of one chain, to the step, and what it refuses to make."""

import pytest

from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.negatives.graph import OPERATORS, Edit
from tests.negatives.graph.worlds import GOLD, N, edits, facts, node, stated, world, written

BORN, RUN, OWNED = ("p0 born_in c0", "c0 run_by f0", "f0 owned_by k0")
KINDS = [entry.name for entry in OPERATORS]


def first(made: list[Edit], hop: int) -> Edit:
    return next(edit for edit in made if edit.hop == hop)


def small(*made: tuple[str, str, str], relations: tuple[Relation, ...] = ()) -> Graph:
    return Graph.of([Fact(*each) for each in made], relations=relations)


def test_every_kind_of_error_has_an_operator_and_a_line_that_says_what_it_does() -> None:
    assert KINDS == [
        "broken_chain",
        "curated",
        "duplicated_hop",
        "early_stop",
        "negation",
        "reversed",
        "shortcut",
        "skipped_hop",
        "swapped_hops",
        "true_denial",
        "wrong_head",
        "wrong_relation",
        "wrong_tail.functional",
        "wrong_tail.typed",
    ]
    assert all(entry.summary.endswith(".") for entry in OPERATORS)
    flaws = {entry.name: entry.value.flaw for entry in OPERATORS}
    assert flaws["duplicated_hop"] == "redundency"
    assert flaws["negation"] == flaws["swapped_hops"] == "step_contradiction"
    assert flaws["skipped_hop"] == "missing_condition"
    assert flaws["reversed"] == "deception"


class TestWrongTail:
    def test_is_a_tail_of_the_relation_and_the_rest_is_followed_from_it(self) -> None:
        graph = world()
        made = edits("wrong_tail.typed", max_chance=1.0)
        assert {edit.hop for edit in made} == {0, 1, 2}
        for edit in made:
            fact = stated(graph, edit)
            assert fact is not None
            assert fact[:2] == GOLD[edit.hop][:2]
            assert node(graph, fact.tail) in graph.tails_of(node_of_relation(graph, fact.relation))
            assert edit.step == edit.hop
            end = graph.key(edit.chain.hops[-1].edge.tail)
            assert graph.key(edit.chain.answer) == end
            # All that c1 leads to is the answer, so that the rest is the gold chain's.
            own = fact.tail in {"c1", "f1"}
            expected = "ended" if edit.hop == 2 else "kept" if own else "followed"
            assert (edit.continuation, end == "k0") == (expected, own)

    def test_is_of_one_tail_relations_alone_where_it_is_functional(self) -> None:
        assert {edit.hop for edit in edits("wrong_tail.functional", max_chance=1.0)} == {0, 1, 2}
        knows = (Fact("p0", "knows", "p3"), Fact("p3", "born_in", "c3"))
        assert {edit.hop for edit in edits("wrong_tail.functional", knows, max_chance=1.0)} == {1}
        assert {edit.hop for edit in edits("wrong_tail.typed", knows, max_chance=1.0)} >= {1}
        for edit in edits("wrong_tail.functional"):
            by_hand = edit.safety == "curated"
            assert by_hand is (written(world(), edit.chain)[0] == "p0 born_in c11")
            assert by_hand or edit.safety == "absent_functional"
            assert by_hand or edit.check.endswith("one tail a head, and it has 'c0'")

    def test_of_a_head_with_two_tails_is_not_functional_even_if_the_relation_is(self) -> None:
        two = (*map(tuple, facts()), ("p0", "born_in", "c7"))
        made = edits("wrong_tail.functional", graph=small(*two), max_chance=1.0)
        assert 0 not in {edit.hop for edit in made}

    def test_is_not_called_as_the_right_tail_is(self) -> None:
        # c4 and c15 are two towns called Springfield.
        gold = (Fact("p4", "born_in", "c4"), Fact("c4", "run_by", "f2"))
        graph = world()
        tails = {
            graph.key(edit.edge.tail)
            for edit in edits("wrong_tail.typed", gold, max_chance=1.0)
            if edit.hop == 0 and edit.edge is not None
        }
        assert len(tails) == 10
        assert "c15" not in tails

    def test_does_not_lead_to_an_answer_nor_to_what_the_chain_speaks_of(self) -> None:
        graph = world()
        answers = [node(graph, key) for key in ("k1", "k2", "k3")]
        made = edits("wrong_tail.typed", answers=answers, max_chance=1.0)
        assert {graph.key(edit.chain.answer) for edit in made if edit.hop == 2} == {"k4"}
        for edit in made:
            if edit.continuation == "followed":
                assert graph.key(edit.chain.answer) == "k4"

    def test_comes_from_the_offer_where_there_is_one(self) -> None:
        graph = world()
        offer = tuple(node(graph, key) for key in ("k3", "k0", "k1"))
        made = edits("wrong_tail.typed", options=offer, max_chance=1.0)
        ends = {graph.key(edit.chain.answer) for edit in made if edit.hop == 2}
        assert ends == {"k1", "k3"}
        followed = {
            graph.key(edit.chain.answer) for edit in made if edit.continuation == "followed"
        }
        assert followed <= ends

    def test_is_no_ancestor_of_the_head_in_an_open_world(self) -> None:
        # t0.0 is a kind of t0.1, that of t0.2, ...: true and unsaid of t0.0.
        gold = (Fact("t0.0", "is_a", "t0.1"),)
        graph = world()
        tails = {
            graph.key(edit.edge.tail)
            for seed in range(20)
            for edit in edits("wrong_tail.typed", gold, graph, max_chance=1.0, seed=seed)
            if edit.edge is not None
        }
        assert len(tails) > 20
        assert tails.isdisjoint({"t0.1", "t0.2", "t0.3", "t0.4"})

    def test_is_made_only_where_the_gold_fact_might_as_well_have_been(self) -> None:
        # Everybody lives in `big`: a false fact would never name it, and so no false fact is made.
        common = [(f"h{n}", "lives_in", "big") for n in range(50)]
        rare = [(f"g{n}", "lives_in", f"s{n}") for n in range(50)]
        graph = small(*common, *rare)
        assert edits("wrong_tail.typed", (Fact("h1", "lives_in", "big"),), graph) == []
        made = edits("wrong_tail.typed", (Fact("g1", "lives_in", "s1"),), graph)
        assert made
        assert "big" not in {graph.key(edit.chain.answer) for edit in made}
        assert max(edit.chance or 0 for edit in made) <= 0.05


class TestWrongHead:
    def test_is_a_head_of_the_relation_and_the_rest_is_kept(self) -> None:
        graph = world()
        made = edits("wrong_head")
        assert made
        for edit in made:
            fact = stated(graph, edit)
            assert fact is not None
            assert fact[1:] == GOLD[edit.hop][1:]
            assert fact.head != GOLD[edit.hop].head
            assert not graph.exists(*(edit.edge or (0, 0, 0)))
            expected = [BORN, RUN, OWNED, "k0"]
            expected[edit.hop] = " ".join(fact)
            assert written(graph, edit.chain) == expected

    def test_is_known_to_have_another_tail_where_the_relation_has_one(self) -> None:
        assert {edit.safety for edit in edits("wrong_head")} == {"absent_functional"}


class TestWrongRelation:
    def test_joins_the_same_two_by_what_such_things_are_joined_by(self) -> None:
        graph = world()
        [edit] = edits("wrong_relation")
        assert written(graph, edit.chain) == ["p0 died_in c0", RUN, OWNED, "k0"]
        assert (edit.safety, edit.step) == ("absent_functional", 0)

    def test_is_no_declared_inverse_no_synonym_and_none_that_shares_pairs(self) -> None:
        people = [(f"p{n}", "born_in", f"c{n}") for n in range(20)]
        for extra, relations in (
            # seen on the same pairs
            ([(f"p{n}", "lived_in", f"c{n}") for n in range(1, 20)], ()),
            # said in the same words
            (
                [(f"p{n}", "birthplace", f"c{n - 1}") for n in range(1, 20)]
                + [("p0", "birthplace", "c19")],
                (
                    Relation(key="born_in", text="is born in"),
                    Relation(key="birthplace", text="Birthplace", phrases=("is  Born in",)),
                ),
            ),
        ):
            graph = small(*people, *extra, relations=relations)
            gold = (Fact("p0", "born_in", "c0"),)
            assert edits("wrong_relation", gold, graph, closed=True) == []

    def test_of_another_kind_of_head_is_not_made(self) -> None:
        # Firms sell things and countries own nothing: nobody else is joined to `t`.
        gold = (Fact("f0", "sells", "t0.0"),)
        assert edits("wrong_relation", gold, closed=True) == []


class TestReversed:
    def test_exchanges_the_ends_of_one_fact(self) -> None:
        graph = world()
        made = edits("reversed", max_chance=1.0)
        assert [written(graph, edit.chain) for edit in made] == [
            ["c0 born_in p0", RUN, OWNED, "k0"],
            [BORN, "f0 run_by c0", OWNED, "k0"],
            [BORN, RUN, "k0 owned_by f0", "k0"],
        ]

    @pytest.mark.parametrize(
        "gold",
        [
            Fact("p0", "spouse", "p1"),  # declared symmetric, stored one way
            Fact("c0", "twin", "c1"),  # stored both ways, not declared
        ],
    )
    def test_is_not_made_of_what_holds_both_ways(self, gold: Fact) -> None:
        assert edits("reversed", (gold,), closed=True) == []


class TestOrder:
    def test_a_broken_chain_states_a_true_fact_from_elsewhere(self) -> None:
        graph = world()
        made = edits("broken_chain")
        assert {edit.hop for edit in made} == {0, 1, 2}
        for edit in made:
            fact = stated(graph, edit)
            assert fact in facts()
            assert fact is not None
            assert fact.relation == GOLD[edit.hop].relation
            assert {fact.head, fact.tail}.isdisjoint({"p0", "c0", "f0", "k0"})
            assert (edit.fault, edit.safety) == ("place", "by_construction")

    def test_a_skipped_hop_puts_the_error_on_the_hop_after_it(self) -> None:
        graph = world()
        made = edits("skipped_hop")
        assert [(edit.hop, edit.step, written(graph, edit.chain)) for edit in made] == [
            (0, 0, [RUN, OWNED, "k0"]),
            (1, 1, [BORN, OWNED, "k0"]),
        ]

    def test_swapped_hops_put_the_error_on_the_one_that_came_too_early(self) -> None:
        graph = world()
        made = edits("swapped_hops")
        assert [(edit.hop, edit.step, written(graph, edit.chain)) for edit in made] == [
            (0, 0, [RUN, BORN, OWNED, "k0"]),
            (1, 1, [BORN, OWNED, RUN, "k0"]),
        ]

    def test_a_duplicated_hop_is_of_no_use_in_its_second_place(self) -> None:
        graph = world()
        made = edits("duplicated_hop")
        assert [(edit.step, written(graph, edit.chain)) for edit in made] == [
            (1, [BORN, BORN, RUN, OWNED, "k0"]),
            (2, [BORN, RUN, RUN, OWNED, "k0"]),
            (3, [BORN, RUN, OWNED, OWNED, "k0"]),
        ]
        assert {edit.fault for edit in made} == {"use"}

    def test_no_order_is_wrong_where_a_name_may_mean_what_was_reached(self) -> None:
        # The hop after the skipped one begins at a second town of the name that was given.
        graph = Graph.of(
            [Fact("a", "near", "b"), Fact("b", "near", "c")], names={"b": ("Ada",), "a": ("Ada",)}
        )
        gold = (Fact("a", "near", "b"), Fact("b", "near", "c"))
        for kind in ("skipped_hop", "swapped_hops"):
            assert edits(kind, gold, graph) == []

    def test_a_chain_of_one_hop_has_no_order(self) -> None:
        for kind in ("skipped_hop", "swapped_hops", "early_stop", "shortcut"):
            assert edits(kind, GOLD[:1]) == []


class TestLeaps:
    def test_an_early_stop_answers_with_a_node_on_the_way(self) -> None:
        graph = world()
        made = edits("early_stop")
        assert [(edit.step, written(graph, edit.chain)) for edit in made] == [
            (1, [BORN, "c0"]),
            (2, [BORN, RUN, "f0"]),
        ]
        assert {edit.fault for edit in made} == {"answer"}
        assert [edit.edge for edit in made] == [None, None]

    def test_an_early_stop_at_an_answer_is_none(self) -> None:
        graph = world()
        made = edits("early_stop", answers=[node(graph, "c0")])
        assert [edit.hop for edit in made] == [1]
        offer = (node(graph, "k0"), node(graph, "k1"))
        assert edits("early_stop", options=offer) == []

    def test_a_shortcut_asserts_the_last_relation_from_an_earlier_head(self) -> None:
        graph = world()
        made = edits("shortcut", max_chance=1.0)
        assert [(edit.step, written(graph, edit.chain)) for edit in made] == [
            (0, ["p0 owned_by k0", "k0"]),
            (1, [BORN, "c0 owned_by k0", "k0"]),
        ]
        assert {edit.continuation for edit in made} == {"ended"}

    def test_a_shortcut_that_may_follow_is_none(self) -> None:
        ladder = tuple(Fact(f"t0.{n}", "is_a", f"t0.{n + 1}") for n in range(3))
        assert edits("shortcut", ladder, closed=True) == []
        # What holds of the animal holds of the dog.
        graph = small(("dog", "is_a", "animal"), ("animal", "has", "cells"))
        gold = (Fact("dog", "is_a", "animal"), Fact("animal", "has", "cells"))
        assert edits("shortcut", gold, graph, closed=True) == []


class TestStated:
    def test_a_negation_denies_one_hop_and_goes_on(self) -> None:
        graph = world()
        made = edits("negation")
        assert [written(graph, edit.chain) for edit in made] == [
            [f"not {BORN}", RUN, OWNED, "k0"],
            [BORN, f"not {RUN}", OWNED, "k0"],
            [BORN, RUN, f"not {OWNED}", "k0"],
        ]
        assert {edit.fault for edit in made} == {"polarity"}

    def test_a_true_denial_denies_a_false_fact_of_where_the_chain_has_come_to(self) -> None:
        graph = world()
        made = edits("true_denial", max_chance=1.0)
        assert {edit.hop for edit in made} == {0, 1, 2}
        for edit in made:
            lines = written(graph, edit.chain)
            fact = stated(graph, edit)
            assert fact is not None
            assert fact[:2] == GOLD[edit.hop][:2]
            assert lines.pop(edit.step) == f"not {' '.join(fact)}"
            assert lines == [BORN, RUN, OWNED, "k0"]
            assert not graph.exists(*(edit.edge or (0, 0, 0)))
            assert (edit.step, edit.fault, edit.continuation) == (edit.hop, "none", "kept")
        assert {edit.safety for edit in made} <= {"absent", "absent_functional", "curated"}

    def test_a_true_denial_is_refused_where_the_fact_may_be_one_that_the_graph_lacks(self) -> None:
        assert edits("true_denial", max_chance=1e-9) == []
        assert {edit.safety for edit in edits("true_denial", closed=True)} >= {"closed_world"}

    def test_a_curated_one_is_of_the_hop_s_head_or_of_its_tail(self) -> None:
        graph = world()
        made = [(edit.hop, written(graph, edit.chain)) for edit in edits("curated")]
        assert made == [
            (0, ["p0 born_in c11", "c11 run_by f5", "f5 owned_by k2", "k2"]),
            (0, ["p9 born_in c0", RUN, OWNED, "k0"]),
            (0, ["p1 knows c0", RUN, OWNED, "k0"]),
            (1, [BORN, "c0 run_by f9", "f9 owned_by k4", "k4"]),
        ]
        assert {edit.safety for edit in edits("curated")} == {"curated"}

    def test_a_curated_one_that_the_graph_holds_under_another_name_is_refused(self) -> None:
        # p14 was born in the one Springfield; a person said, not in the other.
        graph = Graph.of(
            [Fact("p1", "born_in", "c1"), Fact("p2", "born_in", "c2")],
            negatives=[Fact("p1", "born_in", "c2"), Fact("p1", "born_in", "c3")],
            names={"c1": ("Springfield",), "c2": ("Springfield",)},
        )
        made = edits("curated", (Fact("p1", "born_in", "c1"),), graph)
        assert [written(graph, edit.chain) for edit in made] == [["p1 born_in c3", "c3"]]

    def test_none_is_made_where_nobody_said_so(self) -> None:
        gold = (Fact("p3", "born_in", "c3"), Fact("c3", "run_by", "f1"))
        assert edits("curated", gold) == []


def node_of_relation(graph: Graph, key: str) -> int:
    relation = graph.relation(key)
    assert relation is not None
    return relation


def test_the_world_is_as_large_as_the_expectations_say() -> None:
    assert len({fact.head for fact in facts() if fact.relation == "born_in"}) == N
