"""Alternatives: what an `or` joins is one row, what only stands side by side is none."""

import pytest

from stepsmith.transforms.derive.alternatives import alternatives
from tests.derive.reading import trail


def rows(text: str) -> list[list[str]]:
    found = alternatives(trail(text))
    unique = {id(row): row for row in found.values()}
    return [[each.pair.text for each in row] for row in unique.values()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so x = 2 or x = 3.", [["x = 2", "x = 3"]]),
        ("so $x = 2$ or $x = 3$.", [["x = 2", "x = 3"]]),
        ("x = 1, x = 2, or x = 3", [["x = 1", "x = 2", "x = 3"]]),
        ("x - 2 = 0 or x + 3 = 0", [["x - 2 = 0", "x + 3 = 0"]]),
        ("the roots are x = 2 and x = -3", [["x = 2", "x = -3"]]),
        ("x = 7 - 3 and x = 4", []),  # the second is the first, computed
        ("x = 2, x = 3", []),
        ("x - 2 = 0 and so x = 2 or x - 3 = 0", []),  # another case
        ("x = 2 or y = 3", []),
        ("x = 2. Or x = 3", []),
        ("x = 2 or perhaps x = 3", []),
        ("x + y = 2 or x + y = 3", []),
        ("a = x = 2 or x = 3", []),
        ("x = 2", []),
        ("x = 2 or x = 3; y = 4 or y = 5", [["x = 2", "x = 3"], ["y = 4", "y = 5"]]),
    ],
)
def test_a_row_is_what_an_or_joins(text: str, expected: list[list[str]]) -> None:
    assert rows(text) == expected


def test_every_member_leads_to_the_whole_row() -> None:
    found = alternatives(trail("so x = 2 or x = 3, and y = 1"))
    assert sorted(found) == [0, 1]
    assert found[0] is found[1]
