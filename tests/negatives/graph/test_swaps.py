"""A relation stands in false facts no more often than in the true ones that they replace."""

import collections

from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge, Fact
from stepsmith.transforms.negatives.graph import OPERATORS, Truth
from stepsmith.transforms.negatives.graph.swaps import Swaps, swaps_of
from tests.negatives.graph.worlds import subject_of

N = 60


def relation(graph: Graph, key: str) -> int:
    number = graph.relation(key)
    assert number is not None
    return number


def lopsided() -> Truth:
    """Towns that border and twin one another, and as many villages that border a town."""
    made = [Fact(f"c{n}", "borders", f"c{(n + 1) % N}") for n in range(N)]
    made += [Fact(f"c{n}", "twins", f"c{(n + 7) % N}") for n in range(N)]
    made += [Fact(f"v{n}", "borders", f"c{n}") for n in range(N)]
    return Truth(Graph.of(made), closed=True)


def swapped(truth: Truth, gold: Edge, seed: int) -> int | None:
    """Return the relation that is put in the place of a fact's own, if one is."""
    subject = subject_of(truth.graph, (gold,), seed=seed, truth=truth)
    edit = next(OPERATORS.get("wrong_relation").value.propose(subject, 0), None)
    return None if edit is None or edit.edge is None else edit.edge.relation


def test_two_relations_are_exchanged_as_often_either_way() -> None:
    truth = lopsided()
    borders, twins = (relation(truth.graph, key) for key in ("borders", "twins"))
    edges = list(truth.graph.edges())
    could = collections.Counter(
        edge.relation for edge in edges for _ in swaps_of(truth).others(edge)
    )
    assert could == {borders: 2 * N, twins: N}
    made = collections.Counter(
        (gold.relation, swapped(truth, gold, seed)) for seed in range(20) for gold in edges
    )
    there, back = made[borders, twins], made[twins, borders]
    assert back == 20 * N
    assert abs(there - back) < 0.1 * back


def test_a_head_of_many_tails_counts_one() -> None:
    # f0 is owned by two: each of its facts comes half as often as that of f3 into a question.
    made = [Fact(f"f{n}", "led_by", f"p{n}") for n in range(9)]
    made += [Fact(f"f{n}", "owned_by", f"k{n}") for n in range(9)]
    graph = Graph.of([*made, Fact("f0", "owned_by", "p3"), Fact("f0", "sells", "tin")])
    swaps = Swaps(Truth(graph, closed=True))
    led, owned, sells = (relation(graph, key) for key in ("led_by", "owned_by", "sells"))
    could = {graph.fact(edge): swaps.others(edge) for edge in graph.edges()}
    assert {fact: others for fact, others in could.items() if others} == {
        Fact("f3", "led_by", "p3"): [owned],
        Fact("f0", "owned_by", "p3"): [led],
    }
    assert (swaps.kept(led, owned), swaps.kept(owned, led)) == (0.5, 1.0)
    assert swaps.kept(led, sells) == swaps.kept(sells, led) == 0.0
