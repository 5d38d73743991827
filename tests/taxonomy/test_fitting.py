"""HEF's fitting score is the product that it is said to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.taxonomy.fitting import MISSING, NodeScores, fitting_scores


def scores(path: float, current: float, forward: float, backward: float) -> NodeScores:
    return NodeScores(path=path, current=current, forward=forward, backward=backward)


TREE = {"root": (), "a": ("root",), "b": ("root",), "c": ("a",), "d": ("a",)}
SCORES = {
    "root": scores(0.9, 0.1, 0.7, 0.2),
    "a": scores(0.8, 0.6, 0.3, 0.1),
    "b": scores(0.3, 0.2, 0.1, 0.7),
    "c": scores(0.4, 0.3, 0.3, 0.5),
    "d": scores(0.5, 0.3, 0.1, 0.6),
}


def test_each_node_is_weighed_by_its_parent_and_its_best_child() -> None:
    assert fitting_scores(TREE, SCORES) == pytest.approx(
        {
            "root": 0.9 * 0.097 * 0.1 * 0.1,  # of a and b the path leads to a
            "a": 0.8 * 0.7 * 0.6 * 0.6,  # of c and d to d
            "b": 0.3 * 0.7 * 0.2 * 0.097,
            "c": 0.4 * 0.3 * 0.3 * 0.097,
            "d": 0.5 * 0.3 * 0.3 * 0.097,
        }
    )
    assert MISSING == 0.097


def test_a_neighbour_without_scores_counts_as_one_that_is_not_there() -> None:
    only = {key: SCORES[key] for key in ("a", "b")}
    assert fitting_scores(TREE, only, missing=1.0) == pytest.approx(
        {"a": 0.8 * 0.6, "b": 0.3 * 0.2}
    )


def test_of_several_parents_the_one_counts_that_says_forward_most() -> None:
    parents = {"x": (), "y": (), "z": ("x", "y")}
    given_scores = {
        "x": scores(1, 0, 0.2, 0),
        "y": scores(1, 0, 0.6, 0),
        "z": scores(0.5, 0.5, 0, 0),
    }
    assert fitting_scores(parents, given_scores, missing=1.0)["z"] == pytest.approx(0.5 * 0.6 * 0.5)


unit = st.floats(0, 1)


@given(st.dictionaries(st.sampled_from("abcdef"), st.builds(scores, unit, unit, unit, unit)))
def test_no_score_is_more_than_the_node_s_own(known: dict[str, NodeScores]) -> None:
    parents = {key: (chr(ord(key) - 1),) for key in "bcdef"}
    found = fitting_scores(parents, known)
    assert list(found) == list(known)
    assert all(0 <= found[key] <= known[key].path * known[key].current for key in known)
