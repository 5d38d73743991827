"""What a run shows becomes the label of the edited step, and of no step behind it."""

import dataclasses

import pytest

from stepsmith.schemas import LabelledTrajectory, Mutation
from stepsmith.transforms.judging import Judgement
from stepsmith.transforms.judging.problems import read_code_problem
from stepsmith.transforms.judging.verdict import Kind
from stepsmith.transforms.negatives.code import mutants
from stepsmith.transforms.search.mutation.lines import Edited, edited_line, read_edit, steps_of
from stepsmith.transforms.search.mutation.rows import (
    SOURCE,
    Completed,
    Provenance,
    edited_rows,
    outcome_of,
    reference_row,
)
from tests.search.mutation.running import PROMPT, SOLUTION, code_problem

PROBLEM = code_problem()
CODE = read_code_problem(PROBLEM)
RAN = Provenance(image="3f", isolation="ns", tests="ab12")
PASS = Judgement(kind="pass", outcome="valid")
WRONG = Judgement(
    kind="wrong_answer", outcome="invalid", test="count([1], 1) == 1", expected="1", got="0"
)
LOST = Judgement(kind="sandbox_error", outcome="undecided", reason="the guard is gone")


def edit(operator: str) -> Edited:
    [first, *_] = mutants(
        CODE.reference or "", entry_point="count", operators=[operator], editable=CODE.solution
    )
    return read_edit(CODE, first)


def rows(
    operator: str, judgement: Judgement, completed: Completed | None = None
) -> tuple[LabelledTrajectory, Mutation]:
    return edited_rows(PROBLEM, "mutation/000", edit(operator), judgement, RAN, completed=completed)


def correct(row: LabelledTrajectory) -> list[bool | None]:
    return [label.correct for label in row.labels]


def test_every_step_of_a_reference_is_right_and_its_end_is_reached() -> None:
    row = reference_row(PROBLEM, steps_of(SOLUTION), PASS, RAN)
    assert (row.trajectory.id, row.trajectory.origin) == ("p/reference", "reference")
    assert row.trajectory.text == SOLUTION
    assert correct(row) == [True] * 5
    assert [label.value for label in row.labels] == [None, None, None, None, 1.0]
    assert row.outcome.outcome == "valid"
    assert row.outcome.verifier == SOURCE
    assert row.first_error is None


def test_a_killed_mutation_is_wrong_where_it_was_edited_and_unlabelled_behind() -> None:
    row, mutation = rows("comparison", WRONG)
    assert row.trajectory.id == mutation.id == "p/mutation/000"
    assert (row.trajectory.origin, row.trajectory.parent_id) == ("mutation", "p/reference")
    assert row.trajectory.branch_step == row.first_error == mutation.line_index == 2
    assert correct(row) == [True, True, False, None, None]
    assert [label.value for label in row.labels] == [None] * 4 + [0.0]
    assert row.outcome.evidence == ("wrong_answer: count([1], 1) == 1: expected 1, got 0")
    assert (mutation.label, mutation.survived, mutation.label_scope) == (
        False,
        False,
        "fixed_suffix",
    )
    assert (mutation.failing_test, mutation.expected, mutation.got, mutation.error) == (
        "count([1], 1) == 1",
        "1",
        "0",
        None,
    )


def test_a_mutation_says_where_it_ran_and_what_was_edited() -> None:
    _, mutation = rows("comparison", WRONG)
    assert (mutation.image, mutation.isolation, mutation.tests) == ("3f", "ns", "ab12")
    assert (mutation.operator, mutation.op_kind) == ("comparison", "mutation")
    assert mutation.flaw == "step_contradiction"
    assert mutation.prompt == PROMPT
    assert SOLUTION.startswith(mutation.prefix + mutation.before)
    assert mutation.exec_outcome == "wrong_answer"


def test_a_mutation_that_passes_is_a_positive_and_a_survivor() -> None:
    row, mutation = rows("comparison", PASS)
    assert correct(row) == [True, True, True, None, None]
    assert row.first_error is None
    assert row.labels[-1].value == 1.0
    assert (mutation.label, mutation.survived) == (True, True)


def test_a_refactoring_neither_survives_nor_is_killed() -> None:
    for judgement, label in ((PASS, True), (WRONG, False)):
        row, mutation = rows("local_renamed", judgement)
        assert (mutation.label, mutation.survived, mutation.flaw) == (label, None, None)
        assert row.first_error == (None if label else mutation.line_index)


def test_every_statement_that_a_passing_edit_touches_is_right() -> None:
    row, mutation = rows("local_renamed", PASS)
    touched = range(mutation.line_index, len(row.labels))
    assert mutation.prefix + mutation.after == row.trajectory.text
    assert all(row.labels[at].correct for at in touched)


def test_of_several_statements_that_fail_the_first_is_wrong_and_the_others_unlabelled() -> None:
    row, mutation = rows("statement_repeated", WRONG)
    assert mutation.after == 2 * "            found += 1\n"
    assert correct(row) == [True, True, True, False, None, None]


@pytest.mark.parametrize("kind", ["sandbox_error", "unjudgeable", "tests_error"])
def test_what_was_not_judged_is_no_label(kind: Kind) -> None:
    row, mutation = rows("comparison", dataclasses.replace(LOST, kind=kind))
    assert correct(row) == [True, True, None, None, None]
    assert all(label.value is None for label in row.labels)
    assert (row.first_error, row.outcome.outcome) == (None, "undecided")
    assert (mutation.label, mutation.survived, mutation.exec_outcome) == (None, None, kind)


def test_a_completion_that_passes_turns_the_negative_into_a_value() -> None:
    completed = Completed(judgements=(WRONG, PASS, LOST, WRONG), n_distinct=3)
    row, mutation = rows("comparison", WRONG, completed)
    label = row.labels[2]
    assert (label.correct, label.value) == (None, 1 / 3)
    counts = (label.n_rollouts, label.n_correct, label.n_undecided, label.n_distinct)
    assert counts == (4, 1, 1, 3)
    assert row.first_error is None
    assert (mutation.label, mutation.label_scope) == (None, "any_completion")
    assert (mutation.n_completions, mutation.n_completions_passed) == (4, 1)
    assert mutation.survived is False


def test_completions_that_all_fail_leave_it_wrong_and_of_no_value() -> None:
    completed = Completed(judgements=(WRONG, WRONG), n_distinct=2)
    row, mutation = rows("comparison", WRONG, completed)
    assert (row.labels[2].correct, row.labels[2].value, row.first_error) == (False, 0.0, 2)
    assert (mutation.label, mutation.label_scope) == (False, "any_completion")


def test_completions_that_nobody_could_judge_have_no_value() -> None:
    row, _ = rows("comparison", WRONG, Completed(judgements=(LOST,), n_distinct=1))
    assert (row.labels[2].correct, row.labels[2].value) == (False, None)


def test_without_a_sandbox_the_verdict_says_so() -> None:
    unsafe = dataclasses.replace(RAN, isolation="unsafe")
    passed = reference_row(PROBLEM, steps_of(SOLUTION), PASS, unsafe)
    assert passed.outcome.evidence == "(no sandbox)"
    row, mutation = edited_rows(PROBLEM, "m", edit("comparison"), WRONG, unsafe)
    assert row.outcome.evidence.endswith("got 0 (no sandbox)")
    assert mutation.isolation == "unsafe"


def test_only_what_does_not_parse_is_an_error_of_compilation() -> None:
    raised = Judgement(kind="error", outcome="invalid", error="SyntaxError")
    assert outcome_of(raised, "def f(:\n") == "compile_error"
    assert outcome_of(raised, "raise SyntaxError\n") == "error"
    assert outcome_of(dataclasses.replace(raised, error="ValueError"), "def f(:\n") == "error"


def test_a_teachers_mutation_survives_and_its_refactoring_does_not() -> None:
    start = len(PROMPT) + SOLUTION.index("return found")
    for wish, survived in (("mutation", True), ("refactoring", None)):
        line = edited_line(
            CODE,
            (start, start + len("return found")),
            "return found + 0",
            operator=f"teacher.{wish}",
        )
        assert line is not None
        _, mutation = edited_rows(PROBLEM, "teacher/000", line, PASS, RAN)
        assert (mutation.op_kind, mutation.survived) == ("teacher", survived)
