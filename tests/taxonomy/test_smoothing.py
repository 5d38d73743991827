"""Scores of moves become scores of nodes, and those a decision that all moves agree with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.taxonomy.moves import Act, Move
from stepsmith.transforms.taxonomy.payload import View, read_hierarchy
from stepsmith.transforms.taxonomy.show import Shown, make_problem
from stepsmith.transforms.taxonomy.smoothing import (
    ScoredMove,
    node_scores,
    place_weights,
    right_if,
)
from tests.taxonomy.made import animals


@pytest.fixture(scope="module")
def view() -> View:
    shown = Shown(children=9, grandchildren=9)
    return read_hierarchy(make_problem(animals(), "cat", shown, source="made", domain=""))


def scored(at: str, act: Act, to: str | None, score: float) -> ScoredMove:
    return ScoredMove(move=Move(at=at, act=act, to=to), score=score)


def test_a_node_is_scored_by_the_moves_to_it_and_at_it(view: View) -> None:
    found = node_scores(
        view,
        [
            scored("thing", "forward", "animal", 0.9),
            scored("thing", "forward", "plant", 0.2),
            scored("animal", "forward", "mammal", 0.6),
            scored("animal", "forward", "mammal", 0.8),
            scored("mammal", "stop", None, 0.5),
            scored("mammal", "back", "animal", 0.3),
            scored("unicorn", "stop", None, 0.9),
            scored("plant", "forward", "unicorn", 0.9),
        ],
    )
    assert found.keys() == view.nodes.keys()
    paths = {key: found[key].path for key in ("thing", "animal", "plant", "mammal", "dog")}
    assert paths == pytest.approx(
        {"thing": 1, "animal": 0.9, "plant": 0.2, "mammal": 0.7, "dog": 0.5}, abs=1e-5
    )
    # The better of the ways on says how surely it goes on at all; the rest is shared.
    assert found["thing"].forward == pytest.approx(0.9)
    assert found["thing"].current == found["thing"].backward == pytest.approx(0.05)
    assert found["animal"].forward == pytest.approx(0.7)
    states = (found["mammal"].current, found["mammal"].backward, found["mammal"].forward)
    assert states == pytest.approx((0.5, 0.3, 0.2))
    plant = found["plant"]
    assert plant.current == plant.forward == plant.backward == pytest.approx(1 / 3)


def test_a_wrong_way_on_is_no_reason_not_to_go_on(view: View) -> None:
    found = node_scores(view, [scored("thing", "forward", "plant", 0.0)])
    assert found["thing"].forward == pytest.approx(1 / 3)
    assert found["plant"].path < 1e-5


def test_the_place_that_fits_best_has_the_most_weight(view: View) -> None:
    moves = [
        scored("thing", "forward", "animal", 0.9),
        scored("animal", "forward", "mammal", 0.9),
        scored("mammal", "stop", None, 0.6),
        scored("mammal", "forward", "dog", 0.1),
        scored("animal", "stop", None, 0.65),  # the best single one, against all its neighbours
        scored("dog", "back", "mammal", 0.9),
    ]
    weights = place_weights(view, moves)
    assert sum(weights.values()) == pytest.approx(1)
    assert max(weights, key=lambda key: weights[key]) == "mammal"
    assert place_weights(view, []) == {}


def test_an_unvisited_child_is_unknown_and_not_a_child_that_is_not_there(view: View) -> None:
    moves = [
        scored("thing", "forward", "animal", 0.9),
        scored("animal", "forward", "mammal", 0.9),
        scored("mammal", "stop", None, 0.9),
        scored("mammal", "forward", "dog", 0.1),
    ]
    weights = place_weights(view, moves)
    assert weights.keys() == {"thing", "animal", "mammal", "dog"}
    scores = node_scores(view, moves)
    mammal = 0.9 * 0.9 * scores["mammal"].current / 3  # the dog, of which the act is unknown
    dog = 0.1 * scores["mammal"].forward / 3 * 0.097  # below which there is nothing
    assert weights["mammal"] / weights["dog"] == pytest.approx(mammal / dog, rel=1e-3)


@given(st.data())
def test_a_move_is_right_under_a_place_as_it_is_judged_when_that_is_the_parent(
    view: View, data: st.DataObject
) -> None:
    """With the true parent as the place, `right_if` says what the labels of the nodes say."""
    node = data.draw(st.sampled_from(sorted(view.nodes.values(), key=lambda one: one.key)))
    place, above = "mammal", view.above("mammal")
    assert above == {"animal", "thing"}
    assert right_if(view, Move(at=node.name, act="stop"), place, above) is (node.stop == "current")
    back = Move(at=node.name, act="back", to="thing")
    assert right_if(view, back, place, above) is (node.stop == "backward")
    for child in view.children(node):
        on = Move(at=node.name, act="forward", to=child.name)
        assert right_if(view, on, place, above) is child.leads_on


def test_a_move_over_what_is_not_there_is_right_under_no_place(view: View) -> None:
    for move in (
        Move(at="unicorn", act="stop"),
        Move(at="thing", act="forward", to="unicorn"),
        Move(at="thing", act="forward", to="mammal"),
    ):
        assert not right_if(view, move, "mammal", view.above("mammal"))
