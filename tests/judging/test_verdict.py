import dataclasses
import itertools
from typing import get_args

import pytest

from stepsmith.sandboxes.contract import Answer, Ending, ExecutionResult, may_label
from stepsmith.transforms.judging.codec import encode
from stepsmith.transforms.judging.output import OutputComparison
from stepsmith.transforms.judging.relay import CANDIDATE, TESTS, Relay
from stepsmith.transforms.judging.suites import CallTests, read_asserts
from stepsmith.transforms.judging.verdict import (
    PASS,
    Judgement,
    Trial,
    judge_calls,
    judge_output,
    judge_program,
    trial,
)

_READ = read_asserts(["assert f(1) == [1, 2]", "assert f(2)"], "f")
assert isinstance(_READ, CallTests)
CALLS: CallTests = _READ
EXITED = ExecutionResult(outcome="exited", exit_code=0)


def value(plain: object) -> Answer:
    return Answer(status="value", payload=encode(plain))


def raised(name: str, message: str = "") -> Answer:
    return Answer(status="raised", payload=encode((name, message)))


def opaque(name: str) -> Answer:
    return Answer(status="opaque", payload=encode(name))


def calls(*answers: Answer, outcome: Ending = "exited", detail: str = "") -> Judgement:
    result = ExecutionResult(outcome=outcome, answers=answers, detail=detail)
    return judge_calls(CALLS, result)


def test_right_answers_pass_and_need_no_evidence() -> None:
    assert calls(value([1, 2]), value("yes")) == PASS
    assert PASS.evidence == ""


@pytest.mark.parametrize(
    ("answers", "evidence"),
    [
        (
            (value([1, 3]), value("yes")),
            "wrong_answer: f(1) == [1, 2]: expected 2 at [1], got 3",
        ),
        (
            (value([1, 2]), value(0)),
            "wrong_answer: f(2): expected something truthy, got 0",
        ),
        (
            (raised("ZeroDivisionError", "division by zero"), value("yes")),
            "error: ZeroDivisionError: division by zero: f(1) == [1, 2]",
        ),
        ((value([1, 2]),), "protocol_violation: exit before answer: f(2)"),
        ((), "protocol_violation: exit before answer: f(1) == [1, 2]"),
        (
            (value([1, 2]), value("yes"), value("yes")),
            "protocol_violation: more answers than questions",
        ),
        (
            (Answer(status="raised", payload="null"), value("yes")),
            "protocol_violation: malformed exception: f(1) == [1, 2]",
        ),
        (
            (opaque("Fraction"), value("")),
            "wrong_answer: f(2): expected something truthy, got ''",
        ),
    ],
)
def test_what_the_program_did_wrong_is_invalid_with_its_evidence(
    answers: tuple[Answer, ...], evidence: str
) -> None:
    judgement = calls(*answers)
    assert (judgement.outcome, judgement.evidence) == ("invalid", evidence)


def test_evidence_is_one_line_of_printable_text_whatever_a_program_says() -> None:
    said = calls(raised("No\nName", "a\udfff\n\x1b[2J\0é"))
    assert said.evidence == r"error: No\nName: a\udfff\n\x1b[2J\x00é: f(1) == [1, 2]"
    named = calls(opaque("\ud800"), value("yes"))
    assert named.evidence == r"unjudgeable: \ud800: opaque answer: f(1) == [1, 2]"


def test_a_malformed_answer_is_a_violation() -> None:
    judgement = calls(Answer(status="value", payload="[1]"), value("yes"))
    assert (judgement.kind, judgement.outcome) == ("protocol_violation", "invalid")


@pytest.mark.parametrize(
    ("answers", "evidence"),
    [
        ((value([1, 2]), opaque("Fraction")), "unjudgeable: Fraction: opaque answer: f(2)"),
        ((raised("MemoryError"), value("yes")), "resource: MemoryError: f(1) == [1, 2]"),
        (
            (raised("PermissionError", "[Errno 13]"), value("yes")),
            "error: PermissionError: [Errno 13]: f(1) == [1, 2]",
        ),
    ],
)
def test_what_cannot_be_told_is_undecided(answers: tuple[Answer, ...], evidence: str) -> None:
    judgement = calls(*answers)
    assert (judgement.outcome, judgement.evidence) == ("undecided", evidence)


@pytest.mark.parametrize("outcome", get_args(Ending))
def test_an_ending_before_the_answers_is_a_label_only_where_it_may_be(outcome: Ending) -> None:
    judgement = calls(value([1, 2]), outcome=outcome)
    assert judgement.outcome == ("invalid" if may_label(outcome) else "undecided")


@pytest.mark.parametrize("outcome", get_args(Ending))
def test_no_ending_but_an_exit_lets_right_answers_pass(outcome: Ending) -> None:
    judgement = calls(value([1, 2]), value("yes"), outcome=outcome)
    expected = {"exited": "valid", "protocol_violation": "invalid"}
    assert judgement.outcome == expected.get(outcome, "undecided")


@pytest.mark.parametrize("outcome", get_args(Ending))
def test_a_failure_of_the_sandbox_is_never_a_label_whatever_was_answered(outcome: Ending) -> None:
    judgement = calls(value([9]), value(0), outcome=outcome, detail="zygote gone")
    if outcome == "sandbox_error":
        assert (judgement.outcome, judgement.evidence) == (
            "undecided",
            "sandbox_error: sandbox_error: zygote gone",
        )
    else:
        assert judgement.outcome == "invalid"


def test_a_violation_seen_by_the_sandbox_outweighs_right_answers() -> None:
    judgement = calls(
        value([1, 2]), value("yes"), outcome="protocol_violation", detail="spoke unasked"
    )
    assert judgement.evidence == "protocol_violation: spoke unasked"


# The second process.


def talked(report: dict[str, str] | None = None, answer: str = "value null") -> Relay:
    talk = Relay(["f"], (f"q{index}" for index in itertools.count()))
    talk.receive(TESTS, b"1 value f " + encode(((), {})).encode() + b"\n")
    if answer:
        talk.receive(CANDIDATE, f"q0 {answer}\n".encode())
    if report is not None:
        talk.receive(TESTS, f"2 report - {encode(report)}\n".encode())
    return talk


def program(
    talk: Relay, candidate: ExecutionResult = EXITED, tests: ExecutionResult = EXITED
) -> Judgement:
    return judge_program(talk, candidate, tests)


def ended(outcome: Ending) -> ExecutionResult:
    return ExecutionResult(outcome=outcome)


def test_a_report_of_success_passes() -> None:
    assert program(talked({"kind": "passed"})) == PASS


@pytest.mark.parametrize(
    ("report", "outcome", "evidence"),
    [
        (
            {
                "kind": "failed",
                "type": "AssertionError",
                "test": "f() == 2",
                "left": "1",
                "right": "2",
            },
            "invalid",
            "wrong_answer: f() == 2: expected 2, got 1",
        ),
        (
            {"kind": "failed", "type": "TypeError", "test": "len(f()) == 2", "message": "no len"},
            "invalid",
            "wrong_answer: TypeError: no len: len(f()) == 2",
        ),
        (
            {"kind": "failed", "type": "KeyError", "message": "'x'", "raised_by": "candidate"},
            "invalid",
            "error: KeyError: 'x'",
        ),
        (
            {"kind": "failed", "type": "MemoryError", "raised_by": "test"},
            "undecided",
            "tests_error: MemoryError",
        ),
        (
            {"kind": "unjudgeable", "message": "an argument that is a Pair"},
            "undecided",
            "unjudgeable: an argument that is a Pair",
        ),
    ],
)
def test_a_report_of_failure_is_judged_by_its_kind(
    report: dict[str, str], outcome: str, evidence: str
) -> None:
    judgement = program(talked(report))
    assert (judgement.outcome, judgement.evidence) == (outcome, evidence)


@pytest.mark.parametrize("kind", ["passed", "failed"])
def test_tests_that_never_asked_the_candidate_say_nothing_of_it(kind: str) -> None:
    talk = Relay(["f"], iter(["q"]))
    talk.receive(TESTS, f"1 report - {encode({'kind': kind})}\n".encode())
    judgement = program(talk)
    assert (judgement.kind, judgement.outcome) == ("tests_error", "undecided")


def test_a_candidate_that_leaves_or_violates_is_invalid() -> None:
    left = talked(answer="")
    left.ended(CANDIDATE)
    assert program(left).evidence == "protocol_violation: exit before answer"
    assert program(left, ended("timeout_cpu")).kind == "timeout"
    assert program(left, ended("signaled")).kind == "crash"
    broken = talked(answer="value [1]")
    assert (program(broken).kind, program(broken).outcome) == ("protocol_violation", "invalid")


def test_tests_that_leave_or_violate_are_no_fault_of_the_candidate() -> None:
    left = talked()
    left.ended(TESTS)
    broken = talked()
    broken.receive(TESTS, b"nonsense\n")
    for talk in (left, broken):
        judgement = program(talk, EXITED, ended("timeout_cpu"))
        assert (judgement.kind, judgement.outcome) == ("tests_error", "undecided")


@pytest.mark.parametrize(
    ("answer", "kind", "outcome"),
    [("", "timeout", "invalid"), ("value null", "tests_error", "undecided")],
)
@pytest.mark.parametrize("first", [CANDIDATE, TESTS])
def test_out_of_time_is_for_the_one_whose_turn_it_was(
    answer: str, kind: str, outcome: str, first: int
) -> None:
    talk = talked(answer=answer)
    talk.ended(first)
    judgement = program(talk, ended("timeout_wall"), ended("timeout_wall"))
    assert (judgement.kind, judgement.outcome) == (kind, outcome)


def test_a_candidate_that_a_busy_machine_did_not_let_run_is_undecided() -> None:
    starved = ended("timeout_starved")
    judgement = program(talked(answer=""), starved, ended("timeout_wall"))
    assert (judgement.kind, judgement.outcome) == ("sandbox_error", "undecided")
    assert judge_calls(CALLS, starved).outcome == "undecided"


def test_an_opaque_answer_cannot_be_judged_by_a_program_either() -> None:
    judgement = program(talked(answer='opaque "Match"'))
    assert (judgement.outcome, judgement.evidence) == (
        "undecided",
        "unjudgeable: Match: opaque answer: f",
    )


@pytest.mark.parametrize("broken", [0, 1])
def test_a_failure_of_either_sandbox_is_never_a_label(broken: int) -> None:
    results = [EXITED, EXITED]
    results[broken] = ended("sandbox_error")
    for talk in (
        talked({"kind": "passed"}),
        talked({"kind": "failed"}),
        talked(answer="value [1]"),
    ):
        assert program(talk, *results).outcome == "undecided"


def test_success_does_not_count_for_a_candidate_that_did_not_end_well() -> None:
    judgement = program(talked({"kind": "passed"}), ended("timeout_cpu"))
    assert (judgement.outcome, judgement.reason) == ("undecided", "after the last answer")


# Printed output.


def printed(
    text: bytes, expected: str = "1\n2\n", how: OutputComparison | None = None, **result: object
) -> Judgement:
    given = dataclasses.replace(EXITED, stdout=text, **result)  # type: ignore[arg-type]
    return judge_output(expected, given, how)


TOKENS = OutputComparison(whitespace="tokens", rel_tol=1e-6)
EXACT = OutputComparison(whitespace="exact")


@pytest.mark.parametrize(
    ("text", "expected", "how"),
    [
        (b"1\n2\n", "1\n2\n", None),
        (b"1  \n2\n\n", "1\n2", None),
        (b"1\r\n2\r\n", "1\n2\n", None),
        (b"", "", None),
        (b"1 2", "1\n2\n", TOKENS),
        (b"0.3333333", "0.33333331", TOKENS),
        (b"1\n", "1\n", EXACT),
        ("é".encode(), "é", EXACT),
    ],
)
def test_output_passes(text: bytes, expected: str, how: OutputComparison | None) -> None:
    assert printed(text, expected, how) == PASS


@pytest.mark.parametrize(
    ("text", "expected", "how", "evidence"),
    [
        (b"1\n3\n", "1\n2\n", None, "wrong_answer: line 2: expected '2', got '3'"),
        (b" 1", "1", None, "wrong_answer: line 1: expected '1', got ' 1'"),
        (b"1", "1\n2", None, "wrong_answer: line 2: expected '2', got nothing more"),
        (b"1 2 3", "1 2", TOKENS, "wrong_answer: word 3: expected nothing more, got '3'"),
        (b"0.34", "0.33", TOKENS, "wrong_answer: word 1: expected '0.33', got '0.34'"),
        (b"1_0", "10", TOKENS, "wrong_answer: word 1: expected '10', got '1_0'"),
        ("\u0661".encode(), "1", TOKENS, "wrong_answer: word 1: expected '1', got '\u0661'"),
        (b"nan", "0.33", TOKENS, "wrong_answer: word 1: expected '0.33', got 'nan'"),
        (b"1\n", "1", EXACT, "wrong_answer: line 2: expected nothing more, got ''"),
        (b"\xff", "\ufffd", None, "wrong_answer: line 1: expected '\ufffd', got '\\udcff'"),
    ],
)
def test_output_fails(
    text: bytes, expected: str, how: OutputComparison | None, evidence: str
) -> None:
    judgement = printed(text, expected, how)
    assert (judgement.outcome, judgement.evidence) == ("invalid", evidence)


def test_the_right_text_does_not_excuse_a_wrong_end() -> None:
    assert printed(b"1\n2\n", exit_code=1).evidence == "error: exit code 1"
    lenient = OutputComparison(zero_exit=False)
    assert printed(b"1\n2\n", how=lenient, exit_code=1) == PASS
    assert printed(b"1\n2\n", outcome="timeout_cpu", exit_code=None).kind == "timeout"
    assert printed(b"1\n2\n", outcome="sandbox_error").outcome == "undecided"


def test_a_program_that_did_not_compile_printed_nothing_and_is_wrong() -> None:
    lenient = OutputComparison(zero_exit=False)
    failed = printed(b"1\n2\n", how=lenient, exit_code=1, detail="stage 1 of 2: cc")
    assert (failed.outcome, failed.evidence) == ("invalid", "error: exit code 1: stage 1 of 2: cc")


def test_output_that_was_cut_is_not_called_wrong() -> None:
    assert printed(b"1\n", truncated=True).outcome == "undecided"


# Whether tests count at all.

WRONG = Judgement(kind="wrong_answer", outcome="invalid")
UNSURE = Judgement(kind="unjudgeable", outcome="undecided")


@pytest.mark.parametrize(
    ("reference", "mutants", "counts"),
    [
        (PASS, [WRONG], True),
        (PASS, [PASS, UNSURE, WRONG], True),
        (PASS, [PASS, UNSURE], False),
        (PASS, [], False),
        (WRONG, [WRONG], False),
        (UNSURE, [WRONG], False),
    ],
)
def test_tests_count_when_the_reference_passes_and_a_mutant_fails(
    reference: Judgement, mutants: list[Judgement], counts: bool
) -> None:
    result = trial(reference, mutants)
    assert result.counts == counts
    assert bool(result.reason) != counts


def test_a_trial_says_why_tests_do_not_count() -> None:
    assert trial(WRONG, [WRONG]) == Trial(
        counts=False, reason="the reference does not pass: wrong_answer"
    )
    assert trial(PASS, [PASS]) == Trial(counts=False, reason="none of 1 wrong mutants fails")
