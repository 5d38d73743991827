"""Edits are labelled by running them: the whole strategy, on programs that really run."""

import dataclasses
import itertools
import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas import LabelledTrajectory, Mutation, Problem, ProblemError, UnknownNameError
from stepsmith.transforms.judging import Judgement, judge_source
from stepsmith.transforms.judging.problems import program_of, read_code_problem
from stepsmith.transforms.search import Ask, Sample, SearchResult
from stepsmith.transforms.search.base import Execute, RunTests
from stepsmith.transforms.search.code_mutation import UntrustedTestsError, code_mutation
from tests.search.mutation.running import PROMPT, SOLUTION, TESTS, Reply, code_problem, solve

FEW: dict[str, Any] = {"max_per_statement": 2, "max_refactorings": 1}


def search(
    sandbox: Sandbox,
    problem: Problem | None = None,
    *,
    seed: int = 0,
    reply: Reply | None = None,
    asked: list[Ask] | None = None,
    **options: Any,
) -> SearchResult:
    plan = code_mutation(problem or code_problem(), Random(seed), **{**FEW, **options})
    return solve(plan, sandbox, reply, asked)


@pytest.fixture(scope="module")
def found(sandbox: Sandbox) -> SearchResult:
    return search(sandbox, max_per_statement=4, max_refactorings=2)


def paired(result: SearchResult) -> list[tuple[LabelledTrajectory, Mutation]]:
    return list(zip(result.rows[1:], result.mutations, strict=True))


class TestWhatIsMade:
    def test_is_the_reference_and_a_row_in_both_tables_for_each_edit(
        self, found: SearchResult
    ) -> None:
        reference, *others = found.rows
        assert reference.trajectory.text == SOLUTION
        assert reference.trajectory.origin == "reference"
        assert [row.trajectory.id for row in others] == [each.id for each in found.mutations]
        assert len({each.id for each in found.mutations}) == len(others)
        assert {row.trajectory.origin for row in others} == {"mutation"}
        assert {row.trajectory.parent_id for row in others} == {reference.trajectory.id}

    def test_is_a_sample_that_can_be_read_off(self, found: SearchResult) -> None:
        for row, mutation in paired(found):
            assert row.trajectory.text.startswith(mutation.prefix + mutation.after)
            assert SOLUTION.startswith(mutation.prefix + mutation.before)
            assert mutation.prompt == PROMPT
            assert (PROMPT + SOLUTION).splitlines()[mutation.line - 1].strip()

    def test_has_right_steps_before_the_edit_and_unlabelled_ones_behind_it(
        self, found: SearchResult
    ) -> None:
        for row, mutation in paired(found):
            labels = [label.correct for label in row.labels]
            assert labels[: mutation.line_index] == [True] * mutation.line_index
            assert labels[mutation.line_index] is mutation.label
            if mutation.label is False:
                assert row.first_error == mutation.line_index
                assert set(labels[mutation.line_index + 1 :]) <= {None}
            else:
                assert row.first_error is None

    def test_is_what_running_it_again_says(self, found: SearchResult, sandbox: Sandbox) -> None:
        code = read_code_problem(code_problem())
        for row, mutation in paired(found):
            again = judge_source(sandbox, program_of(code, row.trajectory.text), code.tests)
            assert again.kind == mutation.exec_outcome
            assert (again.outcome == "valid") is mutation.label
            assert (again.test or None) == mutation.failing_test

    def test_has_both_labels_and_survivors_that_are_positives(
        self, found: SearchResult, sandbox: Sandbox
    ) -> None:
        counts = Counter((each.op_kind, each.label) for each in found.mutations)
        assert counts["mutation", False] > 10
        assert counts["refactoring", True] > 4
        assert counts["refactoring", False] == 0
        weak = search(sandbox, max_per_statement=6, test_share=0.01)
        survivors = [each for each in weak.mutations if each.survived]
        assert survivors
        assert all(each.label and each.exec_outcome == "pass" for each in survivors)

    def test_is_of_every_statement_and_many_operators_and_of_none_too_often(
        self, found: SearchResult
    ) -> None:
        counts = Counter((each.op_kind, each.line_index) for each in found.mutations)
        assert {at for kind, at in counts if kind == "mutation"} == {0, 1, 2, 3, 4}
        assert all(count <= (4 if kind == "mutation" else 2) for (kind, _), count in counts.items())
        operators = Counter(each.operator for each in found.mutations)
        assert len(operators) > 12
        assert max(operators.values()) <= 3

    def test_has_no_program_twice(self, found: SearchResult) -> None:
        texts = [row.trajectory.text for row in found.rows]
        assert len(set(texts)) == len(texts)

    def test_says_which_walls_and_which_tests(self, found: SearchResult, sandbox: Sandbox) -> None:
        assert {each.isolation for each in found.mutations} == {sandbox.capabilities().level}
        [digest] = {each.tests for each in found.mutations}
        weaker = search(sandbox, test_share=0.5)
        assert {each.tests for each in weaker.mutations}.isdisjoint({digest})

    def test_is_the_same_for_the_same_seed_and_another_for_another(self, sandbox: Sandbox) -> None:
        assert search(sandbox) == search(sandbox)
        assert search(sandbox, seed=1).mutations != search(sandbox).mutations

    def test_is_of_the_operators_asked_for(self, sandbox: Sandbox) -> None:
        made = search(sandbox, operators=("comparison", "local_renamed"))
        assert {each.operator for each in made.mutations} == {"comparison", "local_renamed"}

    def test_is_without_refactorings_where_none_are_asked_for(self, sandbox: Sandbox) -> None:
        assert {each.op_kind for each in search(sandbox, max_refactorings=0).mutations} == {
            "mutation"
        }


def test_an_edit_that_never_ends_costs_its_time_and_is_wrong_by_it(
    sandbox: Sandbox,
) -> None:
    solution = "    while least < 10:\n        least += 1\n    return least\n"
    problem = code_problem(solution, tests=["count([], 1) == 10", "count([], 30) == 30"])
    made = search(sandbox, problem, operators=("statement_deleted",), max_refactorings=0)
    [endless] = [each for each in made.mutations if each.line_index == 1]
    assert (endless.exec_outcome, endless.label) == ("timeout", False)
    assert endless.error == "timeout_cpu"


def test_fewer_tests_let_more_through(sandbox: Sandbox) -> None:
    whole = search(sandbox, max_per_statement=6)
    weak = search(sandbox, max_per_statement=6, test_share=0.01)
    assert [each.after for each in whole.mutations] == [each.after for each in weak.mutations]
    survived = [sum(each.survived or False for each in made.mutations) for made in (whole, weak)]
    assert survived[0] < survived[1]


class TestTestsThatGiveNoLabels:
    def test_are_failed_by_their_reference(self, sandbox: Sandbox) -> None:
        problem = code_problem(tests=["count([1], 1) == 2"])
        with pytest.raises(UntrustedTestsError, match=r"in 0 of 3 runs: wrong_answer: .*got 1"):
            search(sandbox, problem)

    def test_are_passed_by_their_reference_now_and_then(self, sandbox: Sandbox) -> None:
        solution = "    import random\n    return random.Random(SEED).random()\n"
        source = read_code_problem(code_problem(solution)).reference
        judged = iter(["pass", "wrong_answer", "pass"])

        def flaky(asks: tuple[Ask, ...]) -> list[Judgement]:
            assert all(isinstance(ask, RunTests) and ask.source == source for ask in asks)
            assert [ask.seed for ask in asks if isinstance(ask, RunTests)] == [0, 1, 2]
            kinds = [next(judged) for _ in asks]
            return [
                Judgement(kind="pass", outcome="valid")
                if kind == "pass"
                else Judgement(kind="wrong_answer", outcome="invalid", got="0.7")
                for kind in kinds
            ]

        plan = code_mutation(code_problem(solution), Random(0))
        asks = next(plan)
        with pytest.raises(UntrustedTestsError, match="in 2 of 3 runs: wrong_answer"):
            plan.send(flaky(asks))

    def test_are_failed_by_no_mutation(self, sandbox: Sandbox) -> None:
        problem = code_problem(tests=["count([1], 1) is not 3"])
        problem = dataclasses.replace(
            problem,
            payload=json.dumps(
                {
                    **json.loads(problem.payload),
                    "test_list": ["try:\n    count([1], 1)\nexcept Exception:\n    pass"],
                }
            ),
        )
        with pytest.raises(UntrustedTestsError, match=r"none of .* wrong mutants fails"):
            search(sandbox, problem)

    def test_let_more_mutations_through_than_is_allowed(self, sandbox: Sandbox) -> None:
        weak: dict[str, Any] = {"max_per_statement": 6, "test_share": 0.01}
        made = search(sandbox, **weak)
        survived = [each.survived for each in made.mutations if each.op_kind == "mutation"]
        n_killed, n_judged = survived.count(False), len(survived)
        assert 0 < n_killed < n_judged
        share = n_killed / n_judged
        assert search(sandbox, min_kill_share=share, **weak) == made
        message = f"^{n_killed} of {n_judged} mutations fail the tests, and min_kill_share is 1$"
        with pytest.raises(UntrustedTestsError, match=message):
            search(sandbox, min_kill_share=1.0, **weak)

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"entry_point": "count", "test_list": TESTS[:0]}, "test"),
            ({"inputs": ["1"], "outputs": ["1"], "code": "print(input())"}, "entry_point"),
            ({"entry_point": "count", "test_list": ["assert count([], 1) == 0"]}, "reference"),
        ],
    )
    def test_are_none_or_have_nothing_to_edit(
        self, sandbox: Sandbox, fields: dict[str, Any], message: str
    ) -> None:
        problem = Problem(id="p", prompt=PROMPT, payload=json.dumps(fields))
        with pytest.raises(ProblemError, match=message):
            search(sandbox, problem)


def test_an_unknown_operator_is_refused_before_anything_is_asked() -> None:
    plan = code_mutation(Problem(id="check", prompt=""), Random(0), operators=("comparisons",))
    with pytest.raises(UnknownNameError, match="comparison"):
        next(plan)


class TestATeacher:
    def reply(self, ask: Sample, index: int) -> str:
        """Answer about the statement that adds one; say of every other what stands there."""
        assert ask.policy == "wise"
        prompt = ask.prompt or ""
        assert prompt.count("<-- THIS LINE") == 1
        if "Line: `found += 1`" not in prompt:
            return prompt.rpartition("Line: `")[2].partition("`")[0]
        if ask.path.endswith("refactoring"):
            return "The line is\n```python\nfound = found + 1  # <-- THIS LINE\n```\n"
        return ["```python\nfound += 3\n```", "Write `found -= 1`."][index]

    def taught(self, sandbox: Sandbox) -> dict[str, Mutation]:
        made = search(
            sandbox,
            operators=("condition_negated",),
            teacher="wise",
            teacher_lines=2,
            reply=self.reply,
        )
        return {each.after.strip(): each for each in made.mutations if each.op_kind == "teacher"}

    def test_is_judged_by_execution_like_everyone(self, sandbox: Sandbox) -> None:
        taught = self.taught(sandbox)
        assert {text: (each.operator, each.label) for text, each in taught.items()} == {
            "found += 3": ("teacher.mutation", False),
            "found -= 1": ("teacher.mutation", False),
            "found = found + 1": ("teacher.refactoring", True),
        }
        assert {each.line_index for each in taught.values()} == {3}
        assert taught["found = found + 1"].before == "            found += 1\n"
        assert taught["found += 3"].survived is False
        assert taught["found = found + 1"].survived is None

    def test_that_says_what_is_there_already_is_not_run(self, sandbox: Sandbox) -> None:
        def reply(ask: Sample, index: int) -> str:
            del index
            if "`found += 1`" not in (ask.prompt or ""):
                return ""
            return "found += (2 - 1)" if ask.path.endswith("mutation") else "found  +=  1"

        made = search(sandbox, operators=("condition_negated",), teacher="wise", reply=reply)
        assert [each for each in made.mutations if each.op_kind == "teacher"] == []

    def test_may_write_what_is_no_python(self, sandbox: Sandbox) -> None:
        made = search(
            sandbox,
            operators=("condition_negated",),
            teacher="wise",
            reply=lambda ask, _: "found += ((" if "`found += 1`" in (ask.prompt or "") else "",
        )
        [broken] = [each for each in made.mutations if each.op_kind == "teacher"]
        assert (broken.exec_outcome, broken.label) == ("compile_error", False)
        assert broken.error == "SyntaxError"


class TestCompletions:
    def test_that_pass_turn_a_negative_into_a_value(self, sandbox: Sandbox) -> None:
        def reply(ask: Sample, index: int) -> str:
            assert ask.policy is None
            assert ask.prefix[-1].text == "    found = 1\n"
            rest = SOLUTION.partition("\n")[2]
            return rest.replace("return found", "return found - 1") if index % 2 else rest

        made = search(
            sandbox,
            operators=("constant",),
            max_per_statement=1,
            reply=reply_only_at_first(reply),
            completions=4,
        )
        [first] = [each for each in paired(made) if each[1].after == "    found = 1\n"]
        row, mutation = first
        label = row.labels[0]
        assert (label.correct, label.value, label.n_rollouts, label.n_correct) == (None, 0.5, 4, 2)
        assert label.n_distinct == 2
        assert (mutation.label, mutation.label_scope) == (None, "any_completion")
        assert (mutation.n_completions, mutation.n_completions_passed) == (4, 2)
        assert row.first_error is None

    def test_that_fail_or_say_nothing_leave_it_wrong(self, sandbox: Sandbox) -> None:
        made = search(
            sandbox,
            operators=("constant",),
            reply=lambda _, index: ["    return 77\n", ""][index],
            completions=2,
        )
        for row, mutation in paired(made):
            assert (mutation.label, mutation.label_scope) == (False, "any_completion")
            label = row.labels[mutation.line_index]
            assert (label.value, label.n_rollouts, label.n_undecided) == (0.0, 2, 1)

    def test_are_asked_of_failed_edits_only_and_not_behind_the_end(self, sandbox: Sandbox) -> None:
        asked: list[Ask] = []
        made = search(sandbox, reply=says_nothing, completions=1, asked=asked)
        paths = [ask.path for ask in asked if isinstance(ask, Sample)]
        assert paths == [
            f"complete/{number}"
            for number, (row, mutation) in enumerate(paired(made))
            if mutation.exec_outcome != "pass"
            and not row.trajectory.text.endswith(mutation.prefix + mutation.after)
        ]
        assert len(set(paths)) == len(paths) > 5


def says_nothing(ask: Sample, index: int) -> str:
    del ask, index
    return ""


def reply_only_at_first(reply: Reply) -> Reply:
    """Answer with nothing but where the first statement was edited."""
    return lambda ask, index: reply(ask, index) if ask.prefix[-1].text == "    found = 1\n" else ""


def test_programs_are_asked_for_together(sandbox: Sandbox) -> None:
    plan = code_mutation(code_problem(), Random(0), **FEW)
    batches = [asks := next(plan)]
    while True:
        answers: list[Any] = [
            sandbox.run(ask.execution)
            if isinstance(ask, Execute)
            else Judgement(kind="pass", outcome="valid")
            if len(batches) == 1
            else Judgement(kind="error", outcome="invalid", error="ValueError")
            for ask in asks
        ]
        try:
            batches.append(asks := plan.send(answers))
        except StopIteration:
            break
    assert [len(batch) for batch in itertools.islice(batches, 2)] == [3, 1]
    assert len(batches[2]) > 10
