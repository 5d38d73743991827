"""Which facts are known, under whatever name, and which absent ones may be called false."""

import pytest

from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from stepsmith.transforms.negatives.graph import Truth
from tests.negatives.graph.worlds import node, world


def edge(graph: Graph, head: str, relation: str, tail: str) -> Edge:
    found = graph.edge(Fact(head, relation, tail))
    assert found is not None
    return found


def pair(*relations: Relation, names: dict[str, tuple[str, ...]] | None = None) -> Truth:
    """Return a world in which `a` is joined to `b` by `r`, and `c` to `d` by `s`."""
    graph = Graph.of(
        [Fact("a", "r", "b"), Fact("c", "s", "d")], relations=relations, names=names or {}
    )
    return Truth(graph, closed=True)


def knows(truth: Truth, head: str, relation: str, tail: str) -> bool:
    return truth.holds(edge(truth.graph, head, relation, tail))


class TestHolds:
    def test_a_fact_that_is_there_and_no_other(self) -> None:
        truth = pair()
        assert knows(truth, "a", "r", "b")
        assert not knows(truth, "b", "r", "a")
        assert not knows(truth, "a", "s", "b")
        assert not knows(truth, "c", "r", "d")

    @pytest.mark.parametrize(
        "names",
        [
            {"b": ("Rome",), "d": ("rome",)},
            {"b": ("Urbs", "Rome"), "d": ("Paris", "ROME")},
            {"b": ("d",)},  # called as the other one's key
        ],
    )
    def test_under_a_name_that_two_nodes_have(self, names: dict[str, tuple[str, ...]]) -> None:
        truth = pair(names=names)
        assert knows(truth, "a", "r", "d")
        assert not knows(truth, "c", "r", "d")

    def test_of_a_symmetric_relation_either_way(self) -> None:
        truth = pair(Relation(key="r", symmetric=True))
        assert knows(truth, "b", "r", "a")
        assert not knows(truth, "d", "s", "c")

    @pytest.mark.parametrize(
        "relations",
        [
            (Relation(key="r", inverse="s"),),
            (Relation(key="s", inverse="r"),),
            (Relation(key="r", text="owns"), Relation(key="s", inverse_phrases=("Owns",))),
        ],
    )
    def test_of_an_inverse_with_the_ends_exchanged(self, relations: tuple[Relation, ...]) -> None:
        truth = pair(*relations)
        assert knows(truth, "b", "s", "a")
        assert knows(truth, "d", "r", "c")
        assert not knows(truth, "a", "s", "b")

    def test_of_a_synonym(self) -> None:
        truth = pair(
            Relation(key="r", text="owns"), Relation(key="s", text="has", phrases=("OWNS",))
        )
        assert knows(truth, "a", "s", "b")
        assert not knows(truth, "b", "s", "a")

    def test_of_what_an_inverse_s_inverse_says(self) -> None:
        graph = Graph.of(
            [Fact("a", "r", "b"), Fact("c", "s", "d"), Fact("e", "t", "f")],
            relations=[Relation(key="s", inverse="r"), Relation(key="t", inverse="s")],
        )
        assert Truth(graph).holds(edge(graph, "a", "t", "b"))
        assert not Truth(graph).holds(edge(graph, "b", "t", "a"))


class TestAbsent:
    def test_a_known_fact_is_never_false_nor_is_one_of_a_thing_with_itself(self) -> None:
        truth = pair(names={"b": ("Rome",), "d": ("Rome",)})
        for head, relation, tail in (("a", "r", "b"), ("a", "r", "d"), ("a", "r", "a")):
            assert truth.absent(edge(truth.graph, head, relation, tail)) is None
        # d may be taken for b, which it is called like.
        assert truth.absent(edge(truth.graph, "b", "s", "d")) is None

    def test_everything_absent_is_false_in_a_closed_world(self) -> None:
        truth = Truth(world(), closed=True)
        found = truth.absent(edge(truth.graph, "p2", "knows", "k0"))
        assert found is not None
        assert found.safety == "closed_world"

    def test_what_a_person_found_false_is_false_however_likely(self) -> None:
        truth = Truth(world(), max_chance=1e-9)
        found = truth.absent(edge(truth.graph, "p0", "born_in", "c11"))
        assert found is not None
        assert (found.safety, found.check.split(",")[0]) == ("curated", "a curated false fact")

    def test_what_is_likely_by_chance_is_left_open(self) -> None:
        graph = Graph.of(
            [Fact(f"h{n}", "likes", "tea") for n in range(90)]
            + [Fact(f"g{n}", "likes", f"x{n}") for n in range(10)]
        )
        truth = Truth(graph)
        assert truth.habits.chance(edge(graph, "g1", "likes", "tea")) == 0.9
        assert truth.absent(edge(graph, "g1", "likes", "tea")) is None
        rare = truth.absent(edge(graph, "g1", "likes", "x2"))
        assert rare is not None
        assert rare.chance == 0.01
        assert Truth(graph, max_chance=1.0).absent(edge(graph, "g1", "likes", "tea")) is not None

    def test_what_has_no_fact_of_the_relation_counts_as_having_one(self) -> None:
        truth = Truth(world())
        assert truth.habits.chance(edge(truth.graph, "k0", "born_in", "p0")) == 1 / 40

    def test_one_tail_a_head_makes_it_surer(self) -> None:
        truth = Truth(world(), max_chance=1.0)
        born = truth.absent(edge(truth.graph, "p0", "born_in", "c9"))
        knows = truth.absent(edge(truth.graph, "c0", "knows", "p9"))
        assert born is not None
        assert knows is not None
        assert (born.safety, knows.safety) == ("absent_functional", "absent")
        # Nothing is known of where a country was born.
        nothing = truth.absent(edge(truth.graph, "k0", "born_in", "c9"))
        assert nothing is not None
        assert nothing.safety == "absent"

    def test_what_the_relation_leads_to_is_left_open(self) -> None:
        truth = Truth(world(), max_chance=1.0)
        assert truth.leads_to(edge(truth.graph, "t0.0", "is_a", "t0.3"))
        assert truth.absent(edge(truth.graph, "t0.0", "is_a", "t0.3")) is None
        assert truth.absent(edge(truth.graph, "t0.3", "is_a", "t0.0")) is not None
        assert truth.absent(edge(truth.graph, "t0.0", "is_a", "t1.3")) is not None

    def test_what_leads_to_too_many_is_followed_back_from_the_other_end(self) -> None:
        kinds = [Fact(f"k{n}", "is_a", f"k{n // 2}") for n in range(1, 1_000)]
        down = [Fact(fact.tail, "has_kind", fact.head) for fact in kinds]
        graph = Graph.of(
            [*kinds[1:], *down[1:]], relations=[Relation(key="is_a", inverse="has_kind")]
        )
        truth = Truth(graph, max_chance=9.0)
        assert truth.leads_to(edge(graph, "k1", "has_kind", "k999"))
        assert truth.absent(edge(graph, "k1", "has_kind", "k999")) is None
        assert truth.absent(edge(graph, "k3", "has_kind", "k512")) is not None

    def test_what_a_namesake_leads_to_is_left_open(self) -> None:
        graph = Graph.of(
            [Fact("a", "is_a", "b"), Fact("b", "is_a", "c"), Fact("d", "is_a", "e")],
            names={"a": ("bank",), "d": ("Bank",)},
        )
        assert Truth(graph).leads_to(edge(graph, "d", "is_a", "c"))
        assert not Truth(graph).leads_to(edge(graph, "e", "is_a", "c"))

    def test_a_relation_in_a_circle_is_followed_to_an_end(self) -> None:
        graph = Graph.of([Fact("a", "r", "b"), Fact("b", "r", "a"), Fact("c", "r", "d")])
        assert Truth(graph).leads_to(edge(graph, "a", "r", "a"))
        assert not Truth(graph).leads_to(edge(graph, "a", "r", "d"))


class TestHabits:
    def test_a_relation_is_functional_by_declaration_or_by_its_facts(self) -> None:
        habits = Truth(world()).habits
        graph = world()
        functional = {
            graph.relation_key(one) for one in range(graph.n_relations) if habits.functional(one)
        }
        assert functional == {
            "born_in",
            "died_in",
            "is_a",
            "owned_by",
            "run_by",
            "sells",
            "spouse",
            "twin",
            "works_for",
        }

    def test_what_holds_both_ways_is_seen(self) -> None:
        truth = Truth(world())
        mirrored = {
            truth.graph.relation_key(one)
            for one in range(truth.graph.n_relations)
            if truth.mirrored(one)
        }
        assert {"spouse", "twin"} <= mirrored
        assert mirrored.isdisjoint({"born_in", "owned_by", "is_a", "works_for"})

    def test_a_fact_is_drawn_as_often_as_every_other(self) -> None:
        from collections import Counter
        from random import Random

        graph = Graph.of([*(Fact(f"h{n}", "r", "t") for n in range(3)), Fact("x", "s", "y")])
        habits, relation = Truth(graph).habits, graph.relation("r")
        assert relation is not None
        rng = Random(0)
        counts = Counter(habits.draw(relation, rng).head for _ in range(3_000))
        assert set(counts) == {node(graph, f"h{n}") for n in range(3)}
        assert min(counts.values()) > 900
        assert len(list(habits.draws(relation, Random(0), tries=50))) == 3
