"""Sampled questions obey every rule, by brute force over all facts."""

import itertools
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from stepsmith.transforms.graph.paths import is_hub
from stepsmith.transforms.graph.questions.sample import Question, Rules, Sampler
from stepsmith.transforms.graph.questions.select import FIRST_OF_CATEGORY, diverse, share_of
from stepsmith.transforms.graph.questions.sides import Split
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from tests.graph import brute
from tests.graph.made import made_graph

GRAPH = made_graph(3)
EDGES = list(GRAPH.edges())


def drawn(
    hops: int, *, n: int = 400, graph: Graph = GRAPH, seed: int = 0, rules: Rules | None = None
) -> list[Question]:
    sampler = Sampler(graph=graph, rules=rules or Rules())
    rng = Random(seed)
    draws = [sampler.draw(hops, rng) for _ in range(n)]
    return [draw for draw in draws if isinstance(draw, Question)]


@pytest.mark.parametrize("hops", range(1, 6))
def test_a_question_is_a_simple_path_of_facts_with_all_its_answers_and_no_shortcut(
    hops: int,
) -> None:
    questions = drawn(hops)
    assert len(questions) > 5
    for question in questions:
        assert len(question.path) == hops
        assert len(set(question.nodes)) == hops + 1
        assert set(question.path) <= set(EDGES)
        assert all(a.tail == b.head for a, b in itertools.pairwise(question.path))
        answers = brute.walk(EDGES, question.start, question.relations)
        assert set(question.answers) == answers
        assert question.end in answers
        assert 1 <= len(answers) <= 5
        assert question.start not in answers
        assert brute.shortest_hops(EDGES, question.start, answers, hops - 1) is None


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_every_other_path_of_at_most_as_many_hops_is_stored(hops: int) -> None:
    for question in drawn(hops, n=60):
        expected = {
            path
            for answer in question.answers
            for path in brute.simple_paths(EDGES, question.start, answer, max_hops=hops)
        }
        assert set(question.paths) == expected
        assert len(question.paths) == len(expected)
        assert question.complete


def test_more_paths_than_are_stored_are_said_to_be_missing() -> None:
    facts = [Fact("a", "r", f"m{n}") for n in range(6)] + [
        Fact(f"m{n}", "s", "z") for n in range(6)
    ]
    graph = Graph.of(facts)
    for max_paths, complete in ((5, False), (6, True)):
        questions = drawn(2, graph=graph, rules=Rules(max_paths=max_paths))
        assert {(len(each.paths), each.complete) for each in questions} == {(max_paths, complete)}
        for question in questions:
            assert len(set(question.paths)) == max_paths


def test_shortcuts_are_asked_about_only_where_they_are_allowed() -> None:
    graph = Graph.of([Fact("a", "r", "b"), Fact("b", "s", "c"), Fact("a", "t", "c")])
    assert drawn(2, graph=graph) == []
    [question, *_] = drawn(2, graph=graph, rules=Rules(shortcuts=True))
    assert {len(path) for path in question.paths} == {1, 2}


def test_too_many_answers_make_no_question() -> None:
    facts = [Fact("a", "r", f"b{n}") for n in range(6)]
    graph = Graph.of(facts)
    assert drawn(1, graph=graph) == []
    assert len(drawn(1, graph=graph, rules=Rules(max_answers=6))[0].answers) == 6


def test_no_walk_passes_a_hub() -> None:
    cap = 5
    hubs = {node for node in range(GRAPH.n_nodes) if is_hub(GRAPH, node, cap)}
    questions = drawn(3, rules=Rules(hub_cap=cap))
    assert hubs
    assert questions
    assert all(hubs.isdisjoint(question.nodes) for question in questions)


def test_no_hop_goes_back_along_the_inverse_of_the_one_before() -> None:
    relations = [Relation(key="up", inverse="down"), Relation(key="down", inverse="up")]
    facts = [Fact("a", "up", "b"), Fact("b", "down", "c"), Fact("b", "up", "d")]
    graph = Graph.of(facts, relations=relations)
    ends = {graph.key(question.end) for question in drawn(2, graph=graph, n=100)}
    assert ends == {"d"}


def test_a_name_that_two_nodes_have_is_asked_about_only_where_that_is_allowed() -> None:
    facts = [Fact("p1", "capital", "x"), Fact("p2", "capital", "y")]
    graph = Graph.of(facts, names={"p1": ["Georgia"], "p2": ["georgia"]})
    assert drawn(1, graph=graph, n=50) == []
    starts = {
        graph.key(each.start) for each in drawn(1, graph=graph, rules=Rules(unambiguous=False))
    }
    assert starts == {"p1", "p2"}


def test_a_start_is_drawn_by_its_inverse_degree() -> None:
    facts = [Fact("rare", "r", "z"), *(Fact("common", "r", f"t{n}") for n in range(4))]
    graph = Graph.of(facts)
    starts = Counter(graph.key(each.start) for each in drawn(1, graph=graph, n=2_000))
    assert abs(starts["rare"] / 2_000 - 0.8) < 0.04


def test_relations_are_drawn_before_tails() -> None:
    facts = [Fact("a", "many", f"t{n}") for n in range(4)] + [Fact("a", "one", "z")]
    graph = Graph.of(facts)
    questions = drawn(1, graph=graph, n=1_000)
    share = sum(graph.relation_key(each.relations[0]) == "one" for each in questions) / 1_000
    assert abs(share - 0.5) < 0.06


def test_parts_share_no_start_and_have_all_of_them() -> None:
    starts = [{question.start for question in _of_part(part, 3)} for part in range(3)]
    assert all(starts)
    assert len(set.union(*starts)) == sum(map(len, starts))
    assert all({start % 3 for start in found} == {part} for part, found in enumerate(starts))


def _of_part(part: int, n_parts: int) -> list[Question]:
    sampler = Sampler(graph=GRAPH, rules=Rules(), part=part, n_parts=n_parts)
    rng = Random(0)
    draws = [sampler.draw(2, rng) for _ in range(150)]
    return [draw for draw in draws if isinstance(draw, Question)]


def test_a_part_without_a_start_says_so() -> None:
    graph = Graph.of([Fact("a", "r", "b")])
    sampler = Sampler(graph=graph, rules=Rules(), part=1, n_parts=2)
    assert sampler.draw(1, Random(0)) == "no node to start at"


def test_a_split_by_pattern_leaves_each_side_patterns_of_its_own() -> None:
    sides = [
        {
            question.relations
            for question in drawn(
                2, rules=Rules(split=Split(by="pattern", side=side, test_share=0.5))
            )
        }
        for side in ("train", "test")
    ]
    assert all(sides)
    assert sides[0].isdisjoint(sides[1])


def test_a_split_by_entity_leaves_each_side_entities_and_facts_of_its_own() -> None:
    graph = made_graph(5, nodes=80, facts=400)
    found = [
        drawn(
            3,
            graph=graph,
            n=1_500,
            rules=Rules(
                max_answers=8,
                shortcuts=True,
                split=Split(by="entity", side=side, test_share=0.5),
            ),
        )
        for side in ("train", "test")
    ]
    assert all(found)
    nodes = [{n for each in side for n in (*each.nodes, *each.answers)} for side in found]
    facts = [{edge for each in side for edge in each.path} for side in found]
    stored = [{edge for each in side for path in each.paths for edge in path} for side in found]
    assert nodes[0].isdisjoint(nodes[1])
    for own, other in ((0, 1), (1, 0)):
        assert facts[own].isdisjoint(stored[other])


@pytest.mark.parametrize(("total", "n_parts"), [(0, 3), (7, 3), (2, 5), (100, 7)])
def test_the_shares_of_the_parts_add_up_and_differ_by_one_at_most(total: int, n_parts: int) -> None:
    for of in ("", "x", ("a", "b")):
        shares = [share_of(total, part, n_parts, of=of) for part in range(n_parts)]
        assert sum(shares) == total
        assert max(shares) - min(shares) <= 1


def test_who_gets_one_more_is_drawn_by_what_is_shared() -> None:
    firsts = {next(part for part in range(4) if share_of(1, part, 4, of=str(n))) for n in range(50)}
    assert firsts == {0, 1, 2, 3}


def path(*steps: int, relation: int = 0) -> Question:
    edges = tuple(Edge(a, relation, b) for a, b in itertools.pairwise(steps))
    return Question(answers=(steps[-1],), paths=(edges,), complete=True)


def test_the_diversity_score_prefers_what_is_rare() -> None:
    common = [path(0, 1, end) for end in (2, 3, 4)]
    rare = path(7, 8, 9)
    assert diverse([*common, rare], 1) == [rare]


def test_each_category_gives_two_questions_before_the_score_decides() -> None:
    crowd = [path(0, 1, end, relation=1) for end in range(2, 9)]
    others = [path(n, n + 1, n + 2, relation=0) for n in range(20, 50, 3)]
    chosen = diverse([*others, *crowd], 2 * FIRST_OF_CATEGORY)
    assert Counter(each.relations[-1] for each in chosen) == {0: 2, 1: 2}
    assert Counter(each.relations[-1] for each in diverse([*others, *crowd], 9)) == {0: 7, 1: 2}


def test_a_choice_of_all_is_all() -> None:
    pool = drawn(2, n=100)
    assert sorted(diverse(pool, len(pool)), key=repr) == sorted(pool, key=repr)


def test_the_real_graph_of_umls_gives_two_hop_questions(graph_data: Path) -> None:
    import pyarrow.parquet as pq

    rows = pq.read_table(graph_data / "umls135" / "triples.parquet").to_pylist()
    graph = Graph.of(Fact(row["head"], row["relation"], row["tail"]) for row in rows)
    edges = list(graph.edges())
    questions = drawn(2, graph=graph, n=300)
    assert len(questions) >= 8
    for question in questions[:8]:
        assert brute.shortest_hops(edges, question.start, set(question.answers), 1) is None
        assert brute.walk(edges, question.start, question.relations) == set(question.answers)
