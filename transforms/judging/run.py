"""Judge a program in any sandbox: the executions, the conversation and the judgement together."""

import dataclasses

from stepsmith.sandboxes.contract import Execution, Limits, Sandbox
from stepsmith.sandboxes.interview import identities
from stepsmith.sandboxes.languages import PYTHON
from stepsmith.transforms.judging.output import OutputComparison
from stepsmith.transforms.judging.programs import (
    candidate_execution,
    in_language,
    suite_execution,
)
from stepsmith.transforms.judging.relay import Relay
from stepsmith.transforms.judging.suites import CallTests, StdioTests, Tests
from stepsmith.transforms.judging.verdict import (
    PASS,
    Judgement,
    judge_calls,
    judge_output,
    judge_program,
)


def judge_source(
    sandbox: Sandbox,
    source: str,
    tests: Tests | StdioTests,
    *,
    language: str = PYTHON,
    identity: str = "",
    limits: Limits | None = None,
    image: str = "",
    seed: int = 0,
) -> Judgement:
    """Judge a candidate's source by tests of any form; a test program is always Python."""
    if isinstance(tests, StdioTests):
        execution = Execution(
            id=identity, source=source, language=language, limits=limits, image=image, seed=seed
        )
        return _judge_runs(sandbox, execution, tests)
    calls = tuple(case.call for case in tests.cases) if isinstance(tests, CallTests) else None
    candidate = candidate_execution(
        identity, source, language=language, calls=calls, limits=limits, image=image, seed=seed
    )
    if isinstance(tests, CallTests):
        return judge_calls(in_language(tests, language), sandbox.run(candidate))
    relay = Relay(tests.functions, identities())
    suite = suite_execution(f"{identity}/tests", tests, limits=limits, image=image, seed=seed)
    answered, asked = sandbox.converse((candidate, suite), relay)
    return judge_program(relay, answered, asked)


def _judge_runs(sandbox: Sandbox, execution: Execution, tests: StdioTests) -> Judgement:
    """Judge a whole program by the first input for which it does not print what it should."""
    for number, (given, expected) in enumerate(tests.cases, 1):
        one = dataclasses.replace(execution, stdin=given.encode("utf-8", "surrogateescape"))
        judgement = judge_printed(sandbox, one, expected, tests.how)
        if judgement.kind != "pass":
            test = ", ".join(filter(None, (f"input {number}", judgement.test)))
            return dataclasses.replace(judgement, test=test)
    return PASS


def judge_printed(
    sandbox: Sandbox, execution: Execution, expected: str, how: OutputComparison | None = None
) -> Judgement:
    """Judge a program by what it prints; `execution` has its input and nothing of `expected`."""
    return judge_output(expected, sandbox.run(execution), how)
