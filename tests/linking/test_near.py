"""Slips of the pen: what is repaired, what is not, and at what score."""

import pytest

from stepsmith.transforms.linking.near import THRESHOLD, Near, Repairs, nearest
from tests.linking.graphs import graph

NAMES = ("aspirin", "ada lovelace", "type 1 diabetes", "hypertension", "hyperglycaemia attack")
GRAPH = graph()


@pytest.mark.parametrize(
    ("text", "name", "edits", "length"),
    [
        ("asprin", "aspirin", 1, 7),
        ("apsirin", "aspirin", 1, 7),
        ("ada lovelac", "ada lovelace", 1, 12),
        ("hypertensoin", "hypertension", 1, 12),
        ("type 1 diabtes", "type 1 diabetes", 1, 15),
    ],
)
def test_an_edit_or_two_are_repaired(text: str, name: str, edits: int, length: int) -> None:
    assert nearest(text, NAMES) == Near(name, 1 - edits / length)
    assert 1 - edits / length >= THRESHOLD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pain",
        "aspi",
        "type 2 diabetes",
        "hypotension",
        "hypoglycaemia attack",
        "ada lovelace of london",
        "x" * 10_000,
    ],
)
def test_another_name_is_no_slip(text: str) -> None:
    assert nearest(text, NAMES) is None


def test_a_slip_for_two_names_is_none() -> None:
    assert nearest("marsian", ("martian", "marxian")) is None


def test_three_edits_are_too_many_in_a_name_of_any_length() -> None:
    name = "professional or occupational group"
    assert nearest("personal or occupational group", (name,)) is None
    assert nearest("professional or occupational grop", (name,)) is not None


def test_repairs_of_one_step_are_counted() -> None:
    repairs = Repairs(GRAPH, most=2)
    aspirin = GRAPH.node("aspirin")
    assert repairs.near("Asprin") == ((aspirin,), 1 - 1 / 7)
    assert repairs.near("nothing like it") is None
    assert repairs.near("asprin") is None
