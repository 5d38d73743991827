"""Splits: a side is drawn from keys alone, and two sides share nothing."""

from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.questions.sides import Split
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from tests.graph.made import made_graph

keys = st.lists(st.text(max_size=6), min_size=1, max_size=3)


@given(keys=keys, seed=st.integers(0, 9))
def test_a_key_is_of_the_same_side_for_both_runs(keys: list[str], seed: int) -> None:
    train = Split(by="entity", side="train", seed=seed)
    test = Split(by="entity", side="test", seed=seed)
    assert train.side_of(*keys) == test.side_of(*keys)


def test_the_share_of_the_test_side_is_the_one_asked_for() -> None:
    for share in (0.0, 0.2, 1.0):
        split = Split(by="entity", test_share=share)
        drawn = [split.side_of(str(number)) == "test" for number in range(5_000)]
        assert abs(sum(drawn) / 5_000 - share) < 0.02


def test_another_seed_draws_other_sides() -> None:
    sides = [[Split(by="entity", seed=seed).side_of(str(n)) for n in range(50)] for seed in (0, 1)]
    assert sides[0] != sides[1]


def test_without_a_split_everything_is_taken() -> None:
    graph = made_graph()
    split = Split()
    assert all(split.takes_node(graph, node) for node in range(graph.n_nodes))
    assert split.takes_pattern(graph, (0, 1))
    assert split.keeps_apart(graph, [(Edge(0, 0, 1),)])


def test_each_node_and_each_pattern_is_taken_by_one_side_only() -> None:
    graph = made_graph()
    for by in ("entity", "pattern"):
        sides = [Split(by=by, side="train"), Split(by=by, side="test")]
        if by == "entity":
            taken = [[split.takes_node(graph, n) for split in sides] for n in range(graph.n_nodes)]
        else:
            pairs = [(a, b) for a in range(graph.n_relations) for b in range(graph.n_relations)]
            taken = [[split.takes_pattern(graph, pair) for split in sides] for pair in pairs]
        assert all(one is not other for one, other in taken)
        assert {True, False} == {one for one, _ in taken}


def test_a_path_over_a_fact_of_the_other_side_is_not_kept() -> None:
    split = Split(by="entity", side="train")
    own = [f"n{n}" for n in range(40) if split.side_of(f"n{n}") == "train"][:3]
    foreign = [f"n{n}" for n in range(40) if split.side_of(f"n{n}") == "test"][:2]
    ends = [(own[0], foreign[0]), (foreign[0], foreign[1]), (foreign[1], own[1])]
    facts = [Fact(head, "r", tail) for head, tail in [*ends, (foreign[0], own[2])]]
    graph = Graph.of(facts)
    path = [graph.edge(fact) for fact in facts]
    assert None not in path
    across = tuple(edge for edge in path[:3] if edge is not None)
    touching = (across[0], *(edge for edge in path[3:] if edge is not None))
    assert not split.keeps_apart(graph, [touching, across])
    assert split.keeps_apart(graph, [touching])
