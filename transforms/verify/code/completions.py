"""Is there a completion of this prefix that could pass? Judged by running it up to its end.

Each call is asked of a process of its own: one that stops at a hole has left nothing behind for
the next. A call that never comes to a hole is answered once and for all.
"""

import ast

from stepsmith.sandboxes.contract import Execution, ExecutionResult, Sandbox
from stepsmith.sandboxes.interview import identities
from stepsmith.schemas.records import Verdict
from stepsmith.transforms.judging import (
    CallTests,
    CodeProblem,
    Judgement,
    ProgramTests,
    Relay,
    StdioTests,
    candidate_execution,
    judge_calls,
    judge_output,
    judge_program,
    suite_execution,
)
from stepsmith.transforms.verify.base import undecided
from stepsmith.transforms.verify.code.holes import HOLE_EXIT
from stepsmith.transforms.verify.code.judged import count_tests, to_verdict
from stepsmith.transforms.verify.code.scope import defined, may_be_cured

__all__ = ["SCOPE", "judge_completions"]

SCOPE = "any_completion"
MAX_TESTS = 64


def judge_completions(
    code: CodeProblem, source: str, tree: ast.Module, sandbox: Sandbox, *, identity: str
) -> Verdict:
    """Judge a prefix with its holes, `source`, whose tree is `tree`."""
    match code.tests:
        case CallTests():
            return _judge_calls(code, code.tests, source, tree, sandbox, identity)
        case StdioTests():
            return _judge_runs(code, code.tests, source, sandbox, identity)
        case ProgramTests():
            return _judge_program(code, code.tests, source, tree, sandbox, identity)


def _judge_calls(
    code: CodeProblem,
    tests: CallTests,
    source: str,
    tree: ast.Module,
    sandbox: Sandbox,
    identity: str,
) -> Verdict:
    names = defined(tree)
    n_open, unknown = 0, ""
    for number, case in enumerate(tests.cases[:MAX_TESTS]):
        if case.call.function not in names:
            return undecided(f"not begun: {case.call.function} is not defined yet")
        execution = candidate_execution(identity, source, calls=(case.call,))
        result = sandbox.run(execution)
        if _reached(result):
            n_open += 1
            continue
        judgement = judge_calls(CallTests(cases=(case,)), result)
        if judgement.outcome == "invalid":
            cure = may_be_cured(judgement, tree, is_first=number == 0)
            if not cure:
                return to_verdict(judgement, code, scope=SCOPE)
            unknown = unknown or f"may be cured: {cure}"
        elif judgement.outcome == "undecided":
            unknown = unknown or judgement.evidence
    return _without_failure(code, n_open, unknown)


def _judge_runs(
    code: CodeProblem, tests: StdioTests, source: str, sandbox: Sandbox, identity: str
) -> Verdict:
    """Judge a whole program: what has run before its end no completion runs differently."""
    n_open, unknown = 0, ""
    for number, (given, expected) in enumerate(tests.cases[:MAX_TESTS], 1):
        stdin = given.encode("utf-8", "surrogateescape")
        result = sandbox.run(Execution(id=identity, source=source, stdin=stdin))
        if _reached(result):
            n_open += 1
            continue
        judgement = judge_output(expected, result, tests.how)
        if judgement.outcome == "invalid":
            verdict = to_verdict(judgement, code, scope=SCOPE)
            return Verdict(outcome="invalid", evidence=f"{verdict.evidence}: input {number}")
        if judgement.outcome == "undecided":
            unknown = unknown or judgement.evidence
    return _without_failure(code, n_open, unknown)


def _judge_program(
    code: CodeProblem,
    tests: ProgramTests,
    source: str,
    tree: ast.Module,
    sandbox: Sandbox,
    identity: str,
) -> Verdict:
    names = defined(tree)
    for function in tests.functions:
        if function not in names:
            return undecided(f"not begun: {function} is not defined yet")
    relay = Relay(tests.functions, identities())
    pair = (
        candidate_execution(identity, source),
        suite_execution(f"{identity}/tests", tests),
    )
    candidate, suite = sandbox.converse(pair, relay)
    if _reached(candidate):
        return undecided("goes on: the tests reach the end of this prefix")
    judgement = judge_program(relay, candidate, suite)
    cure = may_be_cured(judgement, tree, is_first=True) if judgement.outcome == "invalid" else ""
    if cure:
        return undecided(f"may be cured: {cure}")
    return to_verdict(judgement, code, scope=SCOPE)


def _reached(result: ExecutionResult) -> bool:
    """Say whether the program came to a hole, or ended itself as if it had."""
    return result.outcome == "exited" and result.exit_code == HOLE_EXIT


def _without_failure(code: CodeProblem, n_open: int, unknown: str) -> Verdict:
    if n_open:
        return undecided(f"goes on: {n_open} of {count_tests(code)} reach the end of this prefix")
    if unknown:
        return undecided(unknown)
    if isinstance(code.tests, CallTests | StdioTests) and len(code.tests.cases) > MAX_TESTS:
        return undecided(f"too many: {count_tests(code)}; run: {MAX_TESTS}")
    return to_verdict(Judgement(kind="pass", outcome="valid"), code, scope=SCOPE)
