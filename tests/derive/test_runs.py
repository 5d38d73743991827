"""Formulas end at words, stops and line ends that nothing joins, and nowhere else."""

import pytest

from stepsmith.transforms.derive.marks import find_marks
from stepsmith.transforms.derive.runs import Run, find_runs


def runs_of(text: str) -> list[Run]:
    return list(find_runs(find_marks(text)))


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("so x + 1 = 2 holds", ["x+1=2"]),
        ("x = 1, y = 2", ["x=1", "y=2"]),
        ("x = 1 =\n2", ["x=1=2"]),
        ("x = 1\n= 2", ["x=1=2"]),
        ("x = 1\n2 = y", ["x=1", "2=y"]),
        ("f(x, y) = 3", ["f(x,y)=3"]),
        ("- x = 1", ["x=1"]),
        ("only words here", []),
        ("", []),
    ],
)
def test_a_formula_goes_on_as_long_as_something_joins_it(text: str, formulas: list[str]) -> None:
    found = ["".join(mark.text for mark in run.marks) for run in runs_of(text)]
    assert found == formulas


def test_a_run_knows_what_stands_around_it() -> None:
    [run] = runs_of("gives 4 / 2 = 2 units")
    assert run.relates
    assert run.before is not None
    assert run.after is not None
    assert (run.before.text, run.after.text) == ("gives", "units")
    assert (run.torn, run.goes_on) == (False, False)


def test_a_unit_within_a_formula_tears_it_and_dots_let_it_go_on() -> None:
    assert [run.torn for run in runs_of("4 inches / 12 = 3")] == [True, False]
    [dotted] = runs_of("x = 0.333...")
    assert dotted.goes_on
