"""Pairs of a tree: single steps after one prefix, the better one first."""

import itertools

import pytest

from stepsmith.schemas import Node, Pair, Problem, Step, StepLabel, Trajectory
from stepsmith.transforms.search.prefixes.nodes import make_node, node_id, pair_siblings

PROBLEM = Problem(id="p", prompt="?")
ROOT = make_node(PROBLEM, "root", label=StepLabel(value=0.5))


def node(text: str, value: float | None, *, parent: str = "root", start: int = 0) -> Node:
    """Make the node that is called by its whole text, whose edge are the letters from `start`."""
    steps = tuple(Step(text=letter) for letter in text)
    return make_node(
        PROBLEM,
        text,
        label=StepLabel(value=value),
        parent_id=node_id(PROBLEM, parent),
        trajectory=Trajectory(id=f"p/{text}", problem_id="p", steps=steps),
        span=(start, len(text)),
    )


def paired(*nodes: Node) -> list[Pair]:
    return list(pair_siblings(PROBLEM, (ROOT, *nodes), source="test"))


def test_a_node_is_the_steps_of_its_span() -> None:
    made = node("abc", 0.5, start=1)
    assert (made.id, made.parent_id, made.text) == ("p/abc", "p/root", "bc")
    assert (made.trajectory_id, made.start, made.end) == ("p/abc", 1, 3)
    assert (ROOT.text, ROOT.parent_id, ROOT.trajectory_id) == ("", None, None)


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_every_two_siblings_of_different_value_are_a_pair(order: tuple[str, ...]) -> None:
    values = {"a": 1.0, "b": 0.25, "c": 0.0}
    pairs = paired(*(node(text, values[text]) for text in order))
    assert {(pair.chosen, pair.rejected): pair.preference for pair in pairs} == {
        ("a", "b"): 0.875,
        ("a", "c"): 1.0,
        ("b", "c"): 0.625,
    }
    assert len({pair.id for pair in pairs}) == 3


def test_the_prefix_of_a_pair_is_the_text_of_all_edges_above_it() -> None:
    above = node("ab", 0.5)
    [pair] = paired(
        above,
        node("abx", 0.75, parent="ab", start=2),
        node("aby", 0.25, parent="ab", start=2),
    )
    assert (pair.prefix, pair.chosen, pair.rejected) == ("ab", "x", "y")
    assert (pair.branch_step, pair.chosen_id, pair.rejected_id) == (2, "p/abx", "p/aby")


@pytest.mark.parametrize(
    "other",
    [
        node("b", 1.0),
        node("b", None),
        node("bc", 0.0),
        node("ab", 0.0, parent="a", start=1),
    ],
    ids=["equal value", "no value", "two steps", "another parent"],
)
def test_nothing_else_is_a_pair(other: Node) -> None:
    assert paired(node("a", 1.0), other) == []
