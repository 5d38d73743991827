"""What the operators find in real solutions, and which real bugs they could have made."""

import ast
from pathlib import Path

import pytest

from stepsmith.transforms.negatives.code import candidates
from stepsmith.transforms.negatives.code.canonical import canonical_form
from stepsmith.transforms.negatives.code.limits import parse_tree
from tests.negatives.conftest import Reference, rows

pytestmark = pytest.mark.slow

_SAYS_NOTHING = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom


def statement_lines(reference: Reference) -> set[int]:
    """Return the lines, from 0, on which the solution's statements begin."""
    first = reference.source[: reference.span[0]].count("\n")
    return {
        node.lineno - 1
        for node in ast.walk(parse_tree(reference.source))
        if isinstance(node, ast.stmt)
        and node.lineno - 1 >= first
        and not isinstance(node, _SAYS_NOTHING)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    }


def test_every_reference_solution_can_be_read(references: list[Reference]) -> None:
    assert len(references) == 164 + 427


def test_nearly_every_line_has_a_mutation_and_every_solution_refactorings(
    references: list[Reference],
) -> None:
    lines = covered = refactored = 0
    for each in references:
        found = candidates(each.source, entry_point=each.entry_point, editable=each.span)
        mutated = {one.edit.line_index for one in found if one.edit.kind == "mutation"}
        wanted = statement_lines(each)
        lines, covered = lines + len(wanted), covered + len(wanted & mutated)
        refactored += any(one.edit.kind == "refactoring" for one in found)
    assert covered / lines >= 0.98
    assert refactored / len(references) >= 0.98


def test_most_real_bugs_are_one_edit_away(real_data: Path) -> None:
    found = lines = total = 0
    for row in rows(real_data / "humanevalpack/python.jsonl"):
        start, source = len(row["prompt"]), row["prompt"] + row["canonical_solution"]
        bug = canonical_form(parse_tree(row["prompt"] + row["buggy_solution"]))
        made = candidates(source, entry_point=row["entry_point"], editable=(start, len(source)))
        found += any(canonical_form(parse_tree(each.source)) == bug for each in made)
        pairs = zip(
            source.splitlines(), (row["prompt"] + row["buggy_solution"]).splitlines(), strict=False
        )
        fault = next(at for at, (right, wrong) in enumerate(pairs) if right != wrong)
        lines += any(each.edit.line_index == fault for each in made)
        total += 1
    assert found / total >= 0.6
    assert lines / total >= 0.95
