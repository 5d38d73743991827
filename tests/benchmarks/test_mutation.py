"""The mutation benchmark counts what it says, reproduces its rows and ranks a known fault first."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.mutation import (
    fault_claims,
    is_same,
    killed,
    lines_with_a_negative,
    mutation_claims,
    operators,
    outcomes,
    part_claims,
    passing,
    reproduced,
    share_of,
    statement_lines,
    told,
    weak_claims,
    weak_tests,
)
from benchmarks.mutations.faults import (
    Buggy,
    Located,
    effect,
    fault_lines,
    locate,
    ranked,
    read_buggy,
    shares,
)
from benchmarks.mutations.runs import (
    Mutated,
    mutate,
    opened,
    read_problems,
    run_again,
    side_by_side,
)
from benchmarks.report import CannotRunError
from stepsmith.pipelines.audit import Rate
from stepsmith.sandboxes.contract import Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas import ExecOutcome, Mutation
from stepsmith.transforms.judging import Judgement
from stepsmith.transforms.search import SearchResult
from tests.search.mutation.running import PROMPT, SOLUTION, TESTS, code_problem


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    try:
        with opened() as sandbox:
            yield sandbox
    except SandboxError as error:
        pytest.skip(str(error))


def edit(outcome: ExecOutcome, *, kind: str = "mutation", line: int = 3) -> Mutation:
    label = {"pass": True, "unjudgeable": None, "sandbox_error": None}.get(outcome, False)
    return Mutation(
        id=f"{kind}{outcome}{line}",
        problem_id="p",
        operator="comparison" if kind == "mutation" else "local_renamed",
        op_kind="mutation" if kind == "mutation" else "refactoring",
        line_index=line - 3,
        line=line,
        prompt=PROMPT,
        prefix="",
        before="",
        after="",
        exec_outcome=outcome,
        label=label,
    )


def mutated(*mutations: Mutation, problem_id: str = "p") -> Mutated:
    result = SearchResult(rows=(), mutations=mutations)
    problem = dataclasses.replace(code_problem(), id=problem_id)
    return Mutated(problem=problem, result=result)


FOUND = [
    mutated(
        edit("wrong_answer"),
        edit("timeout", line=4),
        edit("pass", line=7),
        edit("unjudgeable", line=6),
        edit("pass", kind="refactoring"),
        edit("error", kind="refactoring", line=8),
    ),
    Mutated(problem=code_problem(), error="UntrustedTestsError: flaky"),
]


def test_shares_leave_out_what_could_not_be_judged() -> None:
    assert killed(FOUND) == Rate(2, 3)
    assert passing(FOUND) == Rate(1, 2)
    assert share_of(FOUND, "unjudgeable") == Rate(1, 6)
    assert share_of(FOUND, "sandbox_error") == Rate(0, 6)


def test_lines_are_those_of_statements_and_any_edit_that_fails_counts() -> None:
    source = PROMPT + SOLUTION
    assert statement_lines(source, (len(PROMPT), len(source))) == {2, 3, 5, 6, 7}
    assert lines_with_a_negative(FOUND) == Rate(3, 5)


def test_outcomes_and_operators_are_counted() -> None:
    assert outcomes(FOUND)["mutation"] == {
        "wrong_answer": 1,
        "timeout": 1,
        "pass": 1,
        "unjudgeable": 1,
    }
    assert operators(FOUND) == {"comparison": (4, 1), "local_renamed": (2, 1)}


def test_every_target_of_the_claims_has_its_side() -> None:
    claims = {claim.name: claim for claim in mutation_claims(FOUND, 2.0)}
    assert {
        name: (claim.target, claim.better) for name, claim in claims.items() if claim.target
    } == {
        "mutation.killed": (0.9, "higher"),
        "mutation.refactorings_passing": (0.95, "higher"),
        "mutation.lines_with_a_negative": (0.85, "higher"),
        "mutation.unjudgeable": (0.005, "lower"),
        "mutation.sandbox_error": (0.005, "lower"),
    }
    assert claims["mutation.rate"].value == 3.0
    assert claims["mutation.references_trusted"].value == 0.5
    assert claims["mutation.mutations_per_problem"].value == 4


def test_halves_are_told_apart_and_problems_with_weak_tests_may_be_left_out() -> None:
    kill, survive = edit("wrong_answer"), edit("pass")
    found = {
        "one": [
            mutated(kill, kill, kill, survive, problem_id="kills 3 of 4"),
            mutated(kill, survive, problem_id="kills 1 of 2"),
            Mutated(problem=code_problem(), error="UntrustedTestsError: flaky"),
        ],
        "two": [mutated(*[kill] * 7, *[survive] * 3, problem_id="kills 7 of 10")],
    }
    claims = {claim.name.removeprefix("mutation."): claim for claim in part_claims(found)}
    assert {name: claim.value for name, claim in claims.items()} == {
        "killed.even_problems": round(10 / 14, 5),
        "killed.odd_problems": 0.5,
        "killed.with_min_kill_share": round(10 / 14, 5),
        "problems.with_min_kill_share": round(2 / 3, 5),
    }
    assert all(claim.target is None for claim in claims.values())
    together = [each for some in found.values() for each in some]
    assert weak_tests(together) == {"kills 1 of 2": (1, 2)}


def test_a_problem_without_a_judged_mutation_has_no_weak_tests() -> None:
    assert weak_tests([mutated(edit("unjudgeable"))]) == {}


def test_claims_are_shown_as_soon_as_they_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    claims = told(mutation_claims(FOUND, 2.0))
    first = next(claims)
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line) == json.loads(json.dumps(first.to_json()))


def test_results_come_in_the_order_of_the_items_and_progress_as_they_are_ready(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert side_by_side(lambda number: -number, range(45), name="numbers") == [
        -number for number in range(45)
    ]
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        f"numbers: {done} of 45" for done in (20, 40, 45)
    ]


def test_a_failure_of_one_item_is_the_whole_s() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda number: 1 // number, [1, 0, 2], name="quotients")


@pytest.mark.parametrize(
    ("outcome", "again", "same"),
    [
        ("wrong_answer", Judgement(kind="wrong_answer", outcome="invalid"), True),
        ("wrong_answer", Judgement(kind="error", outcome="invalid"), True),
        ("wrong_answer", Judgement(kind="pass", outcome="valid"), False),
        ("pass", Judgement(kind="pass", outcome="valid"), True),
        ("pass", Judgement(kind="sandbox_error", outcome="undecided"), False),
        ("unjudgeable", Judgement(kind="unjudgeable", outcome="undecided"), True),
    ],
)
def test_a_label_is_reproduced_by_the_same_label(
    outcome: ExecOutcome, again: Judgement, same: bool
) -> None:
    assert is_same(edit(outcome), again) is same
    assert reproduced([(edit(outcome), again)]) == Rate(same, 1)


def test_weaker_tests_are_compared_on_the_problems_that_both_have() -> None:
    weak = [mutated(edit("pass"), edit("pass", line=4), edit("pass", line=7)), FOUND[1]]
    few, many, ratio = weak_claims(FOUND, weak)
    assert (round(few.value, 3), many.value, ratio.value) == (0.333, 1.0, 3.0)
    assert ratio.holds


def test_a_file_with_a_broken_problem_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    path.write_text(json.dumps({"task_id": "a", "prompt": "def f():\n"}) + "\n")
    with pytest.raises(CannotRunError, match="1 of 1 problems"):
        read_problems(path)


class TestInASandbox:
    def test_a_problem_is_mutated_and_each_row_comes_out_the_same_again(
        self, sandbox: Sandbox
    ) -> None:
        bad = code_problem(tests=["count([1], 1) == 2"])
        found = mutate([code_problem(), bad], sandbox, max_per_statement=2, max_refactorings=1)
        assert killed(found).hits >= 7
        assert passing(found).value == 1.0
        assert lines_with_a_negative(found) == Rate(5, 5)
        assert found[1].result is None
        assert "in 0 of 3 runs" in found[1].error
        again = run_again(found[:1], sandbox)
        assert reproduced(again) == Rate(len(found[0].mutations), len(found[0].mutations))

    def test_a_fault_is_the_first_suspect_where_an_edit_mends_it(self, sandbox: Sandbox) -> None:
        found = locate(buggy(SOLUTION.replace(">=", ">")), sandbox)
        assert found.lines[0] == 5
        assert (found.rank, found.repaired) == (1, True)

    def test_a_program_that_is_no_program_has_no_suspects(self, sandbox: Sandbox) -> None:
        assert locate(buggy("    return (\n"), sandbox) == Located(id="b")


def buggy(solution: str) -> Buggy:
    from stepsmith.transforms.judging.problems import read_code_problem

    problem = code_problem(tests=[*TESTS, "count([4], 4) == 1"])
    source = PROMPT + solution
    faults = frozenset(2 + line for line in fault_lines(SOLUTION, solution))
    return Buggy(
        id="b",
        code=read_code_problem(problem),
        source=source,
        span=(len(PROMPT), len(source)),
        faults=faults,
    )


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        ("a\nB\nc\n", {1}),
        ("a\nc\n", {0, 1}),  # missing: on either side of it
        ("b\nc\n", {0}),
        ("a\nb\nx\nc\n", {2}),
        ("a\nb\nc\n", set[int]()),
    ],
)
def test_the_faulty_lines_are_those_that_differ(wrong: str, faults: set[int]) -> None:
    assert fault_lines("a\nb\nc\n", wrong) == faults


def test_an_edit_gains_by_what_it_mends_and_loses_by_what_it_breaks() -> None:
    before = ("", "", "wrong 1", "wrong 2")
    assert effect(before, ("", "", "", "")) == (1.0, 1.0)
    assert effect(before, before) == (0.0, 0.0)
    assert effect(before, ("", "x", "", "wrong 2")) == (0.0, 0.5)
    assert effect(before, ("x", "x", "wrong 1", "wrong 2")) == (-1.0, 0.0)
    assert effect(("", ""), ("x", "")) == (-0.5, 0.0)


def test_lines_are_ranked_by_their_best_edit_then_by_contrast_then_by_place() -> None:
    effects = {4: [(0.0, 0.5)], 7: [(0.0, 0.5)], 2: [(-1.0, 1.0), (1.0, 0.0)], 9: [(0.0, 0.9)]}
    assert ranked(effects) == (2, 9, 4, 7)


def test_the_share_of_faults_among_the_first_is_of_all_programs() -> None:
    located = [
        Located(id="a", lines=(1, 2), rank=1),
        Located(id="b", lines=(1, 2, 3, 4, 5, 6), rank=4),
        Located(id="c"),
    ]
    assert [shares(located, places) for places in (1, 3, 4)] == [(1, 3), (1, 3), (2, 3)]
    claims = {claim.name: claim.value for claim in fault_claims(located)}
    assert claims["mutation.faults.top_3.chance"] == 0.5
    assert dataclasses.replace(located[1], rank=None) == Located(id="b", lines=(1, 2, 3, 4, 5, 6))


def test_humanevalpack_s_faults_are_in_the_solutions(tmp_path: Path) -> None:
    row = {
        "task_id": "x",
        "prompt": PROMPT,
        "entry_point": "count",
        "canonical_solution": SOLUTION,
        "buggy_solution": SOLUTION.replace("+= 1", "+= 2"),
        "test": "def check(count):\n    assert count([1], 1) == 1\n",
    }
    path = tmp_path / "python.jsonl"
    path.write_text(json.dumps(row) + "\n")
    [found] = read_buggy(path)
    assert found.faults == {6}
    assert found.source.splitlines()[6] == "            found += 2"
    assert found.source[slice(*found.span)] == row["buggy_solution"]
