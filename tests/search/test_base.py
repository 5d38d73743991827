"""What the contract gives to all strategies: groups judged together, rows without labels."""

from random import Random

from stepsmith.schemas import Problem, StepLabel, Trajectory
from stepsmith.transforms.search import (
    Ask,
    Check,
    Plan,
    Sample,
    SearchResult,
    draw_each,
    judge_groups,
    unlabelled_row,
)
from tests.search.scripts import PROBLEM, lines, search
from tests.search.watch import watched

WRITTEN = {"a": ("x\nright", "x\nwrong"), "b": (), "c": ("x\nwrong", "", "x\nright", "hm...")}


def grouped(problem: Problem, rng: Random) -> Plan:
    asks = [Sample(path=path, n=len(texts)) for path, texts in WRITTEN.items()]
    groups: list[tuple[Trajectory, ...]] = list((yield from draw_each(asks)))
    verdicts = yield from judge_groups(problem, groups)
    return SearchResult(
        rows=tuple(
            unlabelled_row(problem, solution, verdict)
            for group, heard in zip(groups, verdicts, strict=True)
            for solution, verdict in zip(group, heard, strict=True)
        )
    )


def rows_and_checks() -> tuple[SearchResult, list[str]]:
    asked: list[Ask] = []
    plan = watched(grouped(PROBLEM, Random(0)), asked)
    result = search(plan, lambda ask, index: WRITTEN[ask.path][index], pieces=lines)
    return result, [ask.claim.step.text for ask in asked if isinstance(ask, Check)]


def test_each_solution_of_a_group_gets_its_own_verdict() -> None:
    result, _ = rows_and_checks()
    assert [(row.trajectory.id, row.outcome.outcome) for row in result.rows] == [
        ("p/a#0", "valid"),
        ("p/a#1", "invalid"),
        ("p/c#0", "invalid"),
        ("p/c#1", "undecided"),
        ("p/c#2", "valid"),
        ("p/c#3", "undecided"),
    ]


def test_equal_solutions_of_two_groups_are_asked_about_once() -> None:
    _, checked = rows_and_checks()
    assert sorted(checked) == ["right", "wrong"]


def test_a_row_without_labels_has_an_empty_one_a_step() -> None:
    result, _ = rows_and_checks()
    assert [row.labels for row in result.rows] == [
        (StepLabel(),) * len(row.trajectory.steps) for row in result.rows
    ]
    assert {len(row.labels) for row in result.rows} == {0, 1, 2}
