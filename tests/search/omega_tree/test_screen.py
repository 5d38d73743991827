"""The question filter: it stops as soon as it knows, and undecided solutions decide nothing."""

import pytest

from stepsmith.transforms.search import Plan, Sample, SearchResult
from stepsmith.transforms.search.omega_tree.screen import Drawn, draw_until_mixed, dropped_rows
from tests.search.scripts import PROBLEM, lines, search


def drawn(ends: list[str], *, first: int, batch: int, limit: int) -> tuple[Drawn, list[Sample]]:
    """Screen a problem whose solutions end as given, in the order of drawing."""
    found: list[Drawn] = []
    asked: list[Sample] = []

    def plan() -> Plan:
        found.append((yield from draw_until_mixed(PROBLEM, first=first, batch=batch, limit=limit)))
        return SearchResult(rows=())

    def answer(ask: Sample, index: int) -> str:
        if index == 0:
            asked.append(ask)
        return ends[sum(earlier.n for earlier in asked[:-1]) + index]

    search(plan(), answer, pieces=lines)
    return found[0], asked


@pytest.mark.parametrize(
    ("ends", "sizes", "one_sided"),
    [
        (["right", "wrong"] + ["right"] * 8, [2], None),
        (["right", "right", "right", "wrong"] + ["right"] * 6, [2, 4], None),
        (["wrong"] * 9 + ["right"], [2, 4, 4], None),
        (["right"] * 10, [2, 4, 4], "all right"),
        (["wrong"] * 10, [2, 4, 4], "all wrong"),
        (["cut..."] * 5 + ["no end"] * 5, [2, 4, 4], "all undecided"),
        (["cut...", "wrong"] + ["wrong"] * 8, [2, 4, 4], "all wrong"),
        (["right", "no end"] + [""] * 8, [2, 4, 4], "all right"),
    ],
)
def test_it_draws_on_only_while_one_kind_is_there(
    ends: list[str], sizes: list[int], one_sided: str | None
) -> None:
    found, asked = drawn(ends, first=2, batch=4, limit=10)
    assert [ask.n for ask in asked] == sizes
    assert found.one_sided == one_sided
    assert len(found.solutions) == len(found.outcomes) == sum(sizes)


def test_the_last_batch_ends_at_the_limit() -> None:
    _, asked = drawn(["right"] * 7, first=3, batch=3, limit=7)
    assert [ask.n for ask in asked] == [3, 3, 1]


def test_without_a_limit_the_first_draw_is_all() -> None:
    found, asked = drawn(["right"] * 3, first=3, batch=8, limit=0)
    assert ([ask.n for ask in asked], found.one_sided) == ([3], "all right")


def test_every_batch_has_a_path_of_its_own() -> None:
    _, asked = drawn(["wrong"] * 10, first=2, batch=4, limit=10)
    assert [ask.path for ask in asked] == ["solve/0", "solve/1", "solve/2"]


def test_dropped_rows_keep_the_solutions_and_say_why() -> None:
    found, _ = drawn(["one\nwrong", "wrong"], first=2, batch=8, limit=2)
    rows = dropped_rows(PROBLEM, found, "all wrong")
    assert [len(row.labels) for row in rows] == [2, 1]
    assert {(row.keep, row.drop_reason) for row in rows} == {(False, "all wrong")}
    assert [row.outcome.outcome for row in rows] == ["invalid", "invalid"]
