"""From how executions ended and what was answered to a judgement with its evidence.

A program that fails is `invalid`; one that could not be judged is `undecided`, and so is every
failure of the sandbox, of the tests or of the machine. Nothing in here believes a program about
anything but its own answers.
"""

import dataclasses
from collections.abc import Sequence

from stepsmith.sandboxes.contract import Answer, Ending, ExecutionResult, may_label
from stepsmith.schemas.records import JudgementKind, Outcome
from stepsmith.transforms.judging.assertions import Case
from stepsmith.transforms.judging.codec import MalformedError, decode
from stepsmith.transforms.judging.output import OutputComparison, output_difference
from stepsmith.transforms.judging.relay import Relay, exception_of
from stepsmith.transforms.judging.suites import CallTests
from stepsmith.transforms.judging.walls import final_exception, may_be_ours

Kind = JudgementKind

_NEVER_LABELS: frozenset[Kind] = frozenset({"unjudgeable", "tests_error", "sandbox_error"})
_OUT_OF_TIME: frozenset[Ending] = frozenset({"timeout_wall", "timeout_starved"})
_KIND_OF: dict[Ending, Kind] = {
    "exited": "protocol_violation",
    "signaled": "crash",
    "timeout_cpu": "timeout",
    "timeout_wall": "timeout",
    "timeout_starved": "sandbox_error",
    "oom": "resource",
    "oom_suspected": "resource",
    "output_limit": "resource",
    "answer_limit": "resource",
    "denied": "crash",
    "protocol_violation": "protocol_violation",
    "unjudgeable": "unjudgeable",
    "sandbox_error": "sandbox_error",
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What is to be said of a program under tests.

    `test` is the first that failed, `error` the exception's or the ending's name, `reason` says
    what the kind alone does not.
    """

    kind: Kind
    outcome: Outcome
    test: str = ""
    expected: str = ""
    got: str = ""
    error: str = ""
    reason: str = ""

    @property
    def evidence(self) -> str:
        """One line for a verdict: the reason, then the details."""
        if self.kind == "pass":
            return ""
        values = f"expected {self.expected}, got {self.got}" if self.expected else ""
        details = (self.error, self.reason, self.test, values)
        return ": ".join((self.kind, *(detail for detail in details if detail)))


PASS = Judgement(kind="pass", outcome="valid")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Whether a set of tests may give verdicts, and why not."""

    counts: bool
    reason: str = ""


def trial(reference: Judgement, mutants: Sequence[Judgement]) -> Trial:
    """Trust tests only when a reference solution passes and a wrong mutant fails."""
    if reference.kind != "pass":
        return Trial(counts=False, reason=f"the reference does not pass: {reference.evidence}")
    if not any(mutant.outcome == "invalid" for mutant in mutants):
        return Trial(counts=False, reason=f"none of {len(mutants)} wrong mutants fails")
    return Trial(counts=True)


def judge_calls(tests: CallTests, result: ExecutionResult) -> Judgement:
    """Judge the answers to `tests`' calls, in order, by the first that is wrong."""
    if result.outcome in ("sandbox_error", "protocol_violation"):
        return _ending(result)
    if len(result.answers) > len(tests.cases):
        return _failed("protocol_violation", reason="more answers than questions")
    found = [
        _judge_answer(case, answer)
        for case, answer in zip(tests.cases, result.answers, strict=False)
    ]
    if (first := _first(found, "invalid")) is not None:
        return first
    if len(result.answers) < len(tests.cases):
        return _ending(result, test=tests.cases[len(result.answers)].text)
    if (first := _first(found, "undecided")) is not None:
        return first
    return PASS if result.outcome == "exited" else _late(result)


def judge_program(relay: Relay, candidate: ExecutionResult, tests: ExecutionResult) -> Judgement:
    """Judge a candidate by tests that ran beside it and asked it through `relay`."""
    if "sandbox_error" in (candidate.outcome, tests.outcome):
        broken = candidate if candidate.outcome == "sandbox_error" else tests
        return _ending(broken)
    if relay.violation:
        kind: Kind = "tests_error" if relay.violator == "tests" else "protocol_violation"
        return _failed(kind, reason=relay.violation)
    # Who is gone before the first answer may have been asked or not: that is no part of evidence.
    asked = relay.last.call.function if relay.last and relay.exchanges else ""
    if relay.opaque:
        return _unjudgeable(relay.opaque, asked)
    if relay.report is not None:
        return _reported(relay, relay.report, candidate)
    # Out of time all are stopped, in any order: then it was for the one whose turn it was.
    gone = relay.turn if candidate.outcome in _OUT_OF_TIME else relay.left or relay.turn
    if gone == "candidate":
        return _ending(candidate, test=asked)
    return _failed("tests_error", error=tests.outcome, reason="the tests ended without a report")


def judge_output(
    expected: str, result: ExecutionResult, how: OutputComparison | None = None
) -> Judgement:
    """Judge what a program printed; an error that the sandbox counted goes before its text."""
    how = how or OutputComparison()
    if result.outcome != "exited":
        return _ending(result)
    difference = output_difference(expected, result.stdout, how)
    name, message = final_exception(result)
    if may_be_ours(name, message) and (difference is not None or how.zero_exit):
        return _raised(name, message, "")
    # With a detail it was a step before the program, such as its compiler: it printed nothing.
    if result.exit_code != 0 and (how.zero_exit or result.detail):
        return _failed("error", error=f"exit code {result.exit_code}", reason=result.detail)
    if difference is None:
        return PASS
    if result.truncated:
        return _failed("unjudgeable", reason="the output was cut")
    return _failed(
        "wrong_answer", test=difference.path, expected=difference.expected, got=difference.got
    )


def _first(found: Sequence[Judgement], outcome: Outcome) -> Judgement | None:
    return next((one for one in found if one.outcome == outcome), None)


def _failed(
    kind: Kind,
    *,
    test: str = "",
    expected: str = "",
    got: str = "",
    error: str = "",
    reason: str = "",
    labels: bool = True,
) -> Judgement:
    return Judgement(
        kind=kind,
        outcome="invalid" if labels and kind not in _NEVER_LABELS else "undecided",
        test=_in_one_line(test),
        expected=_in_one_line(expected),
        got=_in_one_line(got),
        error=_in_one_line(error),
        reason=_in_one_line(reason),
    )


def _in_one_line(text: str) -> str:
    """Escape what ends a line, steers a terminal or, as a lone surrogate, fits into no file.

    Much of it is the program's own words, and must not be what stops those who write it down.
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def _ending(result: ExecutionResult, *, test: str = "") -> Judgement:
    """Judge an execution that ended before all was answered."""
    name, message = final_exception(result)
    if may_be_ours(name, message):
        return _raised(name, message, test)
    return _failed(
        _KIND_OF[result.outcome],
        test=test,
        error="" if result.outcome in ("exited", "protocol_violation") else result.outcome,
        reason="exit before answer" if result.outcome == "exited" else result.detail,
        labels=may_label(result.outcome),
    )


def _late(result: ExecutionResult) -> Judgement:
    """Decline to judge a program that gave every right answer, and then did not end well."""
    return _failed(
        _KIND_OF[result.outcome],
        error=result.outcome,
        reason="after the last answer",
        labels=False,
    )


def _unjudgeable(type_name: str, test: str) -> Judgement:
    return _failed("unjudgeable", test=test, reason="opaque answer", error=type_name)


def _raised(name: str, message: str, test: str) -> Judgement:
    kind: Kind = "resource" if name == "MemoryError" else "error"
    labels = not may_be_ours(name, message)
    return _failed(kind, test=test, error=name, reason=message, labels=labels)


def _judge_answer(case: Case, answer: Answer) -> Judgement:
    try:
        value = decode(answer.payload)
    except MalformedError as error:
        return _failed("protocol_violation", test=case.text, reason=f"malformed answer: {error}")
    if answer.status == "opaque":
        return _unjudgeable(str(value), case.text)
    if answer.status == "raised":
        exception = exception_of(value)
        if exception is None:
            return _failed("protocol_violation", test=case.text, reason="malformed exception")
        return _raised(*exception, case.text)
    difference = case.difference(value)
    if difference is None:
        return PASS
    return _failed(
        "wrong_answer",
        test=case.text,
        expected=f"{difference.expected}{difference.path and f' at {difference.path}'}",
        got=difference.got,
    )


def _reported(relay: Relay, report: dict[str, str], candidate: ExecutionResult) -> Judgement:
    """Judge by what the tests' own process says; it has seen nothing but plain answers."""
    test, message = report.get("test", ""), report.get("message", "")
    if report["kind"] == "unjudgeable":
        return _failed("unjudgeable", reason=message)
    if relay.exchanges == 0:
        return _failed("tests_error", error=report.get("type", ""), reason="no call was made")
    if report["kind"] == "passed":
        return PASS if candidate.outcome == "exited" else _late(candidate)
    if report.get("raised_by") == "candidate":
        return _raised(report.get("type", ""), message, test)
    if report["kind"] == "broken" or report.get("type") == "MemoryError":
        return _failed("tests_error", test=test, error=report.get("type", ""), reason=message)
    return _failed(
        "wrong_answer",
        test=test,
        expected=report.get("right", ""),
        got=report.get("left", ""),
        error=report.get("type", "").removeprefix("AssertionError"),
        reason=message,
    )
