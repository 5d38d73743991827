"""A step in the reference's place is judged with the reference's remainder, and only there."""

import gzip
import itertools
import json
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Sandbox
from stepsmith.schemas.records import Claim, Problem, Step, Verdict
from stepsmith.transforms.judging import read_code_problem
from stepsmith.transforms.text.code import statement_starts
from stepsmith.transforms.verify.base import Case, get_verifier
from stepsmith.transforms.verify.code_line import line as judge

GIVEN = 'def f(x):\n    """Doc."""\n'
BODY = "    y = x\n\n    if y < 0:\n        y = -y\n    else:\n        y += 1\n    return y\n"


def judged(
    sandbox: Sandbox, step: str, *prior: str, body: str = BODY, test: str = "f(-2) == 2"
) -> Verdict:
    fields = {
        "entry_point": "f",
        "test_list": [f"assert {test}", "assert f(1) == 2"],
        "canonical_solution": body,
    }
    problem = Problem(id="p", prompt=GIVEN, payload=json.dumps(fields))
    steps = tuple(Step(text=text) for text in prior)
    return judge(Claim(problem=problem, prior=steps, step=Step(text=step)), sandbox)


@pytest.mark.parametrize("case", get_verifier("code.line").cases, ids=lambda case: case.text)
def test_each_case_has_its_outcome(sandbox: Sandbox, case: Case) -> None:
    verdict = judge(case.claim, sandbox)
    assert verdict.outcome == case.outcome, verdict
    assert verdict.evidence


@pytest.mark.parametrize(
    ("step", "prior", "outcome"),
    [
        ("    y = 0 + x\n", (), "valid"),
        ("    y = x + 1\n", (), "invalid"),
        ("    if y <= 0:\n", ("    y = x\n",), "valid"),
        ("    if y > 0:\n", ("    y = x  \n\n\n",), "invalid"),  # white space is not compared
        (
            "    else:\n        y += 2\n",
            ("    y = x\n", "    if y < 0:\n        y = -y\n"),
            "invalid",
        ),
        ("    return abs(y)", tuple(BODY.splitlines(keepends=True)[:-1]), "valid"),
        ("    y = x\n    if y < 0:\n", (), "valid"),  # two statements for two
        ("    y = -x\n    if y > 0:\n", (), "invalid"),
        ("        y = -y\n", ("    y = x\n", "    if y < 0:\n"), "valid"),
        ("    y = -y\n", ("    y = x\n", "    if y < 0:\n"), "undecided"),
    ],
)
def test_as_many_statements_are_replaced_as_the_step_has(
    sandbox: Sandbox, step: str, prior: tuple[str, ...], outcome: str
) -> None:
    assert judged(sandbox, step, *prior).outcome == outcome


@pytest.mark.parametrize(
    ("step", "prior", "evidence"),
    [
        (
            "    y = 1\n",
            ("    z = x\n",),
            "another prefix: the steps before are not the reference's",
        ),
        ("  y = x\n", (), "indented otherwise: the step and the reference's statement"),
        ("def g(x):\n", (), "indented otherwise: the step and the reference's statement"),
        ("\n    # So:\n", (), "no statement: the step is a comment"),
        ("    y = f(\n", (), "does not fit: the step is no whole statement"),
        ("    z = 1\n", (BODY,), "past the end: the reference has no such statement"),
    ],
)
def test_a_step_that_has_no_place_in_the_reference_is_undecided(
    sandbox: Sandbox, step: str, prior: tuple[str, ...], evidence: str
) -> None:
    assert judged(sandbox, step, *prior) == Verdict(outcome="undecided", evidence=evidence)


def test_a_statement_that_the_remainder_cannot_follow_is_undecided(sandbox: Sandbox) -> None:
    verdict = judged(
        sandbox, "    while y < 0:\n", "    y = x\n", "    if y < 0:\n        y = -y\n"
    )
    assert verdict.outcome == "undecided"
    block = judged(sandbox, "    for z in x:\n")
    assert block.evidence.startswith(
        "does not fit: the reference's remainder cannot follow: syntax"
    )


def test_a_line_that_is_no_python_is_refuted(sandbox: Sandbox) -> None:
    assert judged(sandbox, "    y = = x\n").evidence == (
        "fixed_suffix: syntax: invalid syntax (line 3)"
    )


def test_the_evidence_has_the_scope_the_test_and_both_values(sandbox: Sandbox) -> None:
    assert judged(sandbox, "    y = x + 1\n").evidence == (
        "fixed_suffix: wrong_answer: f(-2) == 2: expected 2, got 1"
    )


def test_a_reference_that_fails_itself_refutes_nothing(sandbox: Sandbox) -> None:
    verdict = judged(sandbox, "    y = x\n", test="f(-2) == 3")
    assert verdict == Verdict(
        outcome="undecided",
        evidence="no reference: it does not pass itself: "
        "wrong_answer: f(-2) == 3: expected 3, got 2",
    )


def test_a_problem_without_a_reference_has_no_place_for_a_step(sandbox: Sandbox) -> None:
    assert judged(sandbox, "    y = x\n", body="").evidence.startswith("no reference: nothing")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_every_line_of_a_reference_is_valid_in_its_own_place(
    sandbox: Sandbox, real_data: Path
) -> None:
    text = gzip.decompress((real_data / "humaneval" / "HumanEval.jsonl.gz").read_bytes()).decode()
    text += (real_data / "mbpp" / "sanitized.jsonl").read_text()
    for row in map(json.loads, text.splitlines()[3::60]):
        prompt = row.pop("prompt")
        problem = Problem(id=row["task_id"], prompt=prompt, payload=json.dumps(row))
        solution = read_code_problem(problem).solution_text
        cuts = itertools.pairwise([*statement_starts(solution), len(solution)])
        steps = tuple(Step(text=solution[start:end]) for start, end in cuts)
        for at, step in enumerate(steps):
            claim = Claim(problem=problem, prior=steps[:at], step=step)
            assert judge(claim, sandbox).outcome == "valid", claim
