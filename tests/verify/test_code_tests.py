"""Programs judged by their problem's tests, and tests judged by their problem's reference."""

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from stepsmith.sandboxes.contract import (
    Conversation,
    Execution,
    ExecutionResult,
    IsolationReport,
    Sandbox,
)
from stepsmith.schemas.records import Claim, Problem, Step, Verdict
from stepsmith.transforms.verify.base import Case, get_verifier
from stepsmith.transforms.verify.code import gold
from stepsmith.transforms.verify.code.gold import check_gold
from stepsmith.transforms.verify.code.judged import MAX_CHARACTERS
from stepsmith.transforms.verify.code_tests import tests as judge

TWICE = {"test_list": ["assert twice(2) == 4", "assert twice([1]) == [1, 1]"]}
REFERENCE = "def twice(x):\n    return x + x\n"


def problem(answer: str | None = None, prompt: str = "", /, **fields: object) -> Problem:
    return Problem(id="p", prompt=prompt, answer=answer, payload=json.dumps(fields))


def claim(*texts: str, **fields: object) -> Claim:
    *prior, step = (Step(text=text) for text in texts)
    return Claim(problem=problem(**fields or TWICE), prior=tuple(prior), step=step)


@pytest.mark.parametrize("case", get_verifier("code.tests").cases, ids=lambda case: case.text)
def test_each_case_has_its_outcome(sandbox: Sandbox, case: Case) -> None:
    verdict = judge(case.claim, sandbox)
    assert verdict.outcome == case.outcome, verdict
    assert verdict.evidence


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        (REFERENCE, "passes 2 tests"),
        (
            "def twice(x):\n    return 4",
            "wrong_answer: twice([1]) == [1, 1]: expected list [1, 1], got int 4",
        ),
        (
            "def twice(x):\n    return x / 0",
            "error: ZeroDivisionError: division by zero: twice(2) == 4",
        ),
        (
            "def twice(x)\n",
            "error: SyntaxError: expected ':' (candidate.py, line 1): twice(2) == 4",
        ),
        ("import os; os._exit(0)", "protocol_violation: exit before answer: twice(2) == 4"),
        (
            "class Odd: ...\ndef twice(x): return Odd()",
            "unjudgeable: Odd: opaque answer: twice(2) == 4",
        ),
    ],
)
def test_the_evidence_is_the_class_the_test_and_both_values(
    sandbox: Sandbox, text: str, evidence: str
) -> None:
    assert judge(claim(text), sandbox).evidence == evidence


def test_all_steps_together_are_the_program(sandbox: Sandbox) -> None:
    steps = ("def twice(x):\n", "    y = x\n", "    return x + y\n")
    assert judge(claim(*steps), sandbox).outcome == "valid"


def test_a_reply_that_continues_the_prompt_is_joined_to_it(sandbox: Sandbox) -> None:
    given = 'def twice(x):\n    """Double it."""\n'
    fields = {"entry_point": "twice", **TWICE}
    continued = Claim(problem=problem(None, given, **fields), step=Step(text="    return x + x\n"))
    assert judge(continued, sandbox).outcome == "valid"


def test_a_problem_without_tests_and_a_program_without_end_are_undecided(
    sandbox: Sandbox,
) -> None:
    assert judge(claim(REFERENCE, test_list=[]), sandbox).evidence == (
        "no code problem: test_list: the tests use no function but their own"
    )
    long = judge(claim("x" * MAX_CHARACTERS, "y"), sandbox)
    assert long.evidence == "too long: 50001 characters; read: 50000"


class Broken:
    """A sandbox whose walls never stood."""

    def capabilities(self) -> IsolationReport:
        return IsolationReport(level="self")

    def run(self, execution: Execution) -> ExecutionResult:
        return ExecutionResult(outcome="sandbox_error", detail="no walls")

    def converse(
        self, executions: Sequence[Execution], conversation: Conversation
    ) -> tuple[ExecutionResult, ...]:
        return tuple(map(self.run, executions))

    def close(self) -> None: ...


def test_a_failure_of_the_sandbox_is_never_a_label() -> None:
    broken = Broken()
    told = Verdict(outcome="undecided", evidence="sandbox_error: sandbox_error: no walls")
    assert judge(claim(REFERENCE), broken) == told
    assert check_gold(problem(REFERENCE, **TWICE), broken) == told


def test_a_reference_that_passes_and_mutants_that_fail_make_tests_count(
    sandbox: Sandbox,
) -> None:
    verdict = check_gold(problem(REFERENCE, **TWICE), sandbox)
    assert verdict == Verdict(
        outcome="valid", evidence="the reference passes 3 times, and a mutant fails"
    )


def test_a_reference_that_does_not_pass_is_a_fault_of_the_problem(sandbox: Sandbox) -> None:
    verdict = check_gold(problem("def twice(x):\n    return x\n", **TWICE), sandbox)
    assert verdict == Verdict(
        outcome="invalid",
        evidence="the reference does not pass: 3 of 3 runs: "
        "wrong_answer: twice(2) == 4: expected 4, got 2",
    )


def test_a_reference_that_needs_luck_is_rejected(sandbox: Sandbox) -> None:
    lucky = (
        "import random\nd = random.random()\ndef twice(x):\n    return x + x if d > 0.8 else 0\n"
    )
    verdict = check_gold(problem(lucky, **TWICE), sandbox)
    assert verdict.outcome == "invalid"
    assert verdict.evidence.startswith("the reference is flaky: 1 of 3 runs: wrong_answer: twice")


def test_tests_that_no_wrong_program_fails_are_rejected(sandbox: Sandbox) -> None:
    weak = check_gold(problem(REFERENCE, test_list=["assert twice(2) != 'x'"]), sandbox)
    assert weak.outcome == "invalid"
    assert weak.evidence.startswith("weak tests: none of ")


def test_a_short_reference_has_mutants_enough_that_one_fails(sandbox: Sandbox) -> None:
    short = "def squares(n):\n    return int(n * (4 * n * n - 1) / 3)\n"  # some change nothing
    fields = {"test_list": ["assert squares(6) == 286", "assert squares(7) == 455"]}
    assert check_gold(problem(short, **fields), sandbox).outcome == "valid"


def test_a_reference_that_cannot_be_mutated_is_set_against_one_without_a_body(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gold, "MAX_MUTANTS", 0)
    assert check_gold(problem(REFERENCE, **TWICE), sandbox).outcome == "valid"
    printed = problem("print(3)", inputs=["", ""], outputs=["3", "3"])
    assert check_gold(printed, sandbox).outcome == "valid"
    nothing = problem("x = 1", inputs=[""], outputs=[""])
    assert check_gold(nothing, sandbox).evidence == "weak tests: none of 1 wrong programs fails"


def test_a_problem_without_a_reference_has_nothing_to_check(sandbox: Sandbox) -> None:
    assert check_gold(problem(**TWICE), sandbox).outcome == "valid"
    assert check_gold(problem(), sandbox).evidence.startswith("no code problem: test: no tests")


def rows(data: Path) -> list[dict[str, Any]]:
    text = gzip.decompress((data / "humaneval" / "HumanEval.jsonl.gz").read_bytes()).decode()
    text += (data / "mbpp" / "sanitized.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.slow
def test_published_problems_count_but_for_those_whose_tests_are_weak(
    sandbox: Sandbox, real_data: Path
) -> None:
    said = Counter[str]()
    for row in rows(real_data)[::25]:
        prompt = row.pop("prompt")
        verdict = check_gold(problem(None, prompt, **row), sandbox)
        said[verdict.evidence.partition(":")[0]] += 1
    assert said == {"the reference passes 3 times, and a mutant fails": 24}
