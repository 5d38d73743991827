"""An edit knows its steps: what stands before it, what it touches, and where both go on alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.judging.problems import CodeProblem, program_of, read_code_problem
from stepsmith.transforms.negatives.code import Change, Mutant, apply, mutants
from stepsmith.transforms.negatives.code.edits import make_edit
from stepsmith.transforms.negatives.code.program import read_program
from stepsmith.transforms.search.mutation.lines import Edited, edited_line, read_edit, steps_of
from tests.negatives.conftest import Reference
from tests.search.mutation.running import PROMPT, SOLUTION, code_problem

CODE = read_code_problem(code_problem())


def edits(code: CodeProblem, *operators: str) -> list[Edited]:
    found = mutants(
        code.reference or "",
        entry_point=code.entry_point,
        max_per_statement=None,
        operators=operators or None,
        editable=code.solution,
    )
    return [read_edit(code, mutant) for mutant in found]


def check(code: CodeProblem, edit: Edited) -> None:
    """Hold every promise that is made of any edit."""
    original = steps_of(code.solution_text)
    text = "".join(step.text for step in edit.steps)
    assert 0 <= edit.first < edit.last <= len(edit.steps)
    assert edit.prefix == "".join(step.text for step in edit.steps[: edit.first])
    assert edit.after == "".join(step.text for step in edit.steps[edit.first : edit.last])
    assert edit.steps[: edit.first] == original[: edit.first]
    assert code.solution_text.startswith(edit.prefix + edit.before)
    rest = len(edit.steps) - edit.last
    assert edit.steps[edit.last :] == (original[-rest:] if rest else ())
    assert edit.before != edit.after
    start, end = code.solution
    reference = code.reference or ""
    assert edit.source == reference[:start] + text + reference[end:]


def test_the_steps_of_a_solution_are_its_statements() -> None:
    assert [step.text for step in steps_of(SOLUTION)] == [
        "    found = 0\n",
        "    for x in xs:\n",
        "        # not more than once\n        if x >= least:\n",
        "            found += 1\n",
        "    return found\n",
    ]
    assert {step.kind for step in steps_of(SOLUTION)} == {"code"}
    assert steps_of("") == ()


def test_every_edit_of_a_small_program_keeps_every_promise() -> None:
    found = edits(CODE)
    assert len({edit.operator for edit in found}) > 15
    for edit in found:
        check(CODE, edit)


def test_every_edit_of_real_programs_keeps_every_promise(some_references: list[Reference]) -> None:
    for each in some_references[::4]:
        code = CodeProblem(
            tests=CODE.tests,
            entry_point=each.entry_point,
            reference=each.source,
            solution=each.span,
        )
        for edit in edits(code):
            check(code, edit)


def test_an_edited_program_is_what_the_edited_text_makes_of_the_prompt() -> None:
    for edit in edits(CODE):
        text = "".join(step.text for step in edit.steps)
        assert program_of(CODE, text) == edit.source


def test_a_line_is_counted_in_the_whole_program_and_a_step_in_the_solution() -> None:
    [edit] = [each for each in edits(CODE) if "if x > least" in each.after]
    assert edit.operator == "boundary"
    assert (edit.first, edit.last) == (2, 3)
    assert edit.line == 6
    assert edit.source.splitlines()[edit.line - 1] == "        if x > least:"
    assert edit.prefix == "    found = 0\n    for x in xs:\n"
    assert edit.before.endswith("if x >= least:\n")
    assert edit.after == edit.before.replace(">=", ">")


def test_an_edit_of_several_statements_touches_from_the_first_to_the_last() -> None:
    renamed = [each for each in edits(CODE) if each.operator == "local_renamed"]
    [edit] = [each for each in renamed if "found_value = 0" in each.after]
    assert (edit.first, edit.last) == (0, 5)
    assert edit.before == SOLUTION
    assert edit.flaw is None


def test_a_repeated_statement_is_two_steps_where_there_was_one() -> None:
    [edit] = [each for each in edits(CODE) if each.operator == "statement_repeated"]
    assert (edit.first, edit.last) == (3, 5)
    assert edit.before == "            found += 1\n"
    assert edit.after == 2 * edit.before


SOLUTION_WITH_ELSE = "    if xs:\n        a = 1\n    else:\n        a = 2\n    return a\n"


def test_what_was_left_out_is_seen_at_the_statement_behind_it() -> None:
    code = read_code_problem(code_problem(SOLUTION_WITH_ELSE))
    [edit] = edits(code, "else_dropped")
    assert edit.after == "    return a\n"
    assert edit.before == "    else:\n        a = 2\n    return a\n"
    assert edit.prefix == "    if xs:\n        a = 1\n"


def test_what_was_left_out_at_the_very_end_is_seen_at_the_statement_before() -> None:
    code = read_code_problem(code_problem("    a = 1\n    return a\n"))
    program = read_program(code.reference or "", entry_point="count", editable=code.solution)
    start = code.solution[0] + len("    a = 1\n")
    change = Change(pieces=((start, code.solution[1], ""),))
    edit = make_edit(program, change, operator="end", kind="mutation")
    assert edit is not None
    left = read_edit(code, Mutant(edit=edit, source=apply(code.reference or "", edit), flaw=None))
    check(code, left)
    assert left.after == "    a = 1\n"
    assert left.before == "    a = 1\n    return a\n"


class TestATeachersLine:
    start = len(PROMPT) + SOLUTION.index("found += 1")
    span = (start, start + len("found += 1"))

    def line(self, text: str) -> Edited | None:
        return edited_line(CODE, self.span, text, operator="teacher.mutation")

    @pytest.mark.parametrize(
        "text", ["found += 2", "            found += 2\n", "\n  found += 2  \n\n"]
    )
    def test_is_indented_as_the_statement_was(self, text: str) -> None:
        edit = self.line(text)
        assert edit is not None
        check(CODE, edit)
        assert edit.after == "            found += 2\n"
        assert (edit.op_kind, edit.first, edit.last) == ("teacher", 3, 4)

    def test_may_be_several_whose_depth_stays(self) -> None:
        edit = self.line("    if x:\n        found += 1")
        assert edit is not None
        check(CODE, edit)
        assert edit.after == "            if x:\n                found += 1\n"
        assert (edit.first, edit.last) == (3, 5)

    @pytest.mark.parametrize("text", ["found += 1", "", " \n ", "  found += 1  "])
    def test_that_changes_nothing_is_none(self, text: str) -> None:
        assert self.line(text) is None

    def test_need_not_be_python(self) -> None:
        edit = self.line("found += ((")
        assert edit is not None
        assert "found += ((" in edit.source

    @given(text=st.text(max_size=40))
    def test_can_be_anything(self, text: str) -> None:
        edit = self.line(text)
        if edit is not None:
            assert "".join(step.text for step in edit.steps).startswith(edit.prefix + edit.after)
