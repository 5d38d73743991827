"""Each operator does exactly what its table says, and nothing where the table says so."""

import textwrap
from typing import get_args

import pytest

from stepsmith.transforms.negatives.code import OPERATORS, Flaw, mutants
from tests.negatives.table import MUTATIONS, REFACTORINGS

TABLE = {**MUTATIONS, **REFACTORINGS}
HEAD = "def f(a, b, n: int, s: str):\n"


def program(body: str) -> str:
    return "import math\n\n" + HEAD + textwrap.indent(body, "    ")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [(name, before, after) for name, rows in TABLE.items() for before, after in rows],
)
def test_an_operator_makes_exactly_these_programs(name: str, before: str, after: list[str]) -> None:
    found = mutants(program(before), entry_point="f", max_per_statement=None, operators=[name])
    assert sorted(each.source for each in found) == sorted(map(program, after))


def test_every_operator_stands_in_the_table_under_its_kind() -> None:
    kinds = {entry.name: entry.value.kind for entry in OPERATORS}
    assert kinds == dict.fromkeys(MUTATIONS, "mutation") | dict.fromkeys(
        REFACTORINGS, "refactoring"
    )


@pytest.mark.parametrize("name", TABLE)
def test_every_operator_has_a_case_in_which_it_does_something(name: str) -> None:
    assert any(after for _, after in TABLE[name])


def test_a_refactoring_has_no_flaw_and_says_when_it_does_nothing() -> None:
    for name in REFACTORINGS:
        assert OPERATORS.get(name).value.flaw is None
        # Those with no negative case hold for any condition or choice there is.
        assert name == "choice_inverted" or any(not after for _, after in TABLE[name])


def test_every_operator_is_described() -> None:
    assert all(entry.summary.endswith(".") for entry in OPERATORS)


def test_every_prmbench_class_but_confidence_has_a_mutation() -> None:
    assert {OPERATORS.get(name).value.flaw for name in MUTATIONS} == {*get_args(Flaw), None}
