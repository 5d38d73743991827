"""`math.answer`: the verdicts, their evidence, what is shown of them, and the gold self-check."""

from collections.abc import Iterator

import pytest

from stepsmith.sandboxes import DeadlineError, WorkerError, shared_pool
from stepsmith.schemas import Problem, Verdict
from stepsmith.transforms.verify import Case, Tools, Worker, get_verifier
from stepsmith.transforms.verify.answer import check_gold, trace
from stepsmith.transforms.verify.answers import judge


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    judge.forget()
    yield
    judge.forget()


class Failing:
    """A worker whose every call ends in the same error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise self._error


class Replying:
    """A worker that always replies the same, and counts."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        self.n = 0

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        del target, payload, deadline_s
        self.n += 1
        return self.reply


class Unasked:
    """A worker that must not be needed."""

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise AssertionError(target, payload, deadline_s)


# Integrals are not read by our own parser, so that this pair goes to the worker.
HARD = (r"\boxed{\int_0^1 x\,dx}", r"\int_0^1 y\,dy")


def verdict_on(text: str, gold: str | None, worker: Worker, *, payload: str = "{}") -> Verdict:
    case = Case(text, "undecided", answer=gold, payload=payload)
    return get_verifier("math.answer")(case.claim, Tools(worker))


def outcome(gold: str, given: str, *, payload: str = "{}") -> str:
    """Judge an answer without any worker."""
    return verdict_on(rf"\boxed{{{given}}}", gold, Unasked(), payload=payload).outcome


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (DeadlineError("it took longer than 3 s"), "deadline: it took longer than 3 s"),
        (WorkerError("ValueError: no"), "error: ValueError: no"),
    ],
)
def test_a_call_that_fails_is_undecided_and_made_again(error: Exception, evidence: str) -> None:
    verdict = verdict_on(*HARD, Failing(error))
    assert (verdict.outcome, verdict.evidence) == ("undecided", evidence)
    assert verdict_on(*HARD, Replying(b"equal")).outcome == "valid"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"equal", "valid"),
        (b"different", "invalid"),
        (b"unproven", "undecided"),
        (b"unreadable", "undecided"),
    ],
)
def test_a_reply_decides_once_for_all_claims_alike(reply: bytes, expected: str) -> None:
    worker, hits = Replying(reply), judge.statistics()["decisions"].hits
    verdicts = {verdict_on(*HARD, worker) for _ in range(3)}
    assert [verdict.outcome for verdict in verdicts] == [expected]
    assert worker.n == 1
    assert judge.statistics()["decisions"].hits == hits + 2


@pytest.mark.parametrize(
    ("text", "gold", "expected", "evidence"),
    [
        ("The answer is 18.", None, "undecided", "no gold answer"),
        ("The answer is 18.", " ", "undecided", "no gold answer"),
        ("I give up", "18", "undecided", "no answer: the solution states none"),
        ("The answer is 17.", "18", "invalid", "'17' differs from the gold answer '18'"),
        ("The answer is 18.", "18", "valid", "'18' is the gold answer"),
        (
            r"\boxed{\frac{36}{2}}",
            "18",
            "valid",
            r"'\\frac{36}{2}' equals the gold answer '18', read as 36/2 and 18",
        ),
        ("The answer is 0.33.", "1/3", "undecided", "rounded: '0.33' may stand for '1/3'"),
        (r"\boxed{9^{9^{9}}}", "x", "undecided", "too large to compute: '9^{9^{9}}' or 'x'"),
    ],
)
def test_the_evidence_names_both_answers_and_both_readings(
    text: str, gold: str | None, expected: str, evidence: str
) -> None:
    verdict = verdict_on(text, gold, Unasked())
    assert (verdict.outcome, verdict.evidence) == (expected, evidence)


def test_the_longest_answers_leave_short_evidence() -> None:
    verdict = verdict_on(rf"\boxed{{{'x+' * 490}1}}", "\U00012345" * 1_000, Unasked())
    assert len(verdict.evidence) < 3_000


@pytest.mark.parametrize(
    ("gold", "given"),
    [
        ("x" * 1_001, "1"),
        ("1", "(" * 31 + "1" + ")" * 31),
        ("(" * 31 + "1" + ")" * 31, "1"),
    ],
)
def test_limits_come_before_anything_reads(gold: str, given: str) -> None:
    verdict = verdict_on(rf"\boxed{{{given}}}", gold, Unasked())
    assert verdict.evidence.partition(":")[0] in {"too long", "too deep"}


@pytest.mark.parametrize(
    ("gold", "given", "expected"),
    [
        ("B", "(B)", "valid"),
        ("(B)", r"\textbf{(B)}\ 12", "valid"),
        ("B", "C", "invalid"),
        ("B", "b", "valid"),
        ("B", "6", "valid"),
        ("B", "6.0", "valid"),
        ("B", "5", "invalid"),
        ("B", "11", "undecided"),  # none of the options
        ("6", "B", "valid"),
        ("6", "A", "invalid"),
    ],
)
def test_letters_and_the_texts_of_the_options_are_the_same(
    gold: str, given: str, expected: str
) -> None:
    assert outcome(gold, given, payload='{"options": ["A)5", "B)6", "C)7"]}') == expected


def test_without_options_a_letter_and_a_value_are_undecided() -> None:
    assert outcome("B", "6") == "undecided"
    assert outcome("6", "(B)") == "undecided"


def test_what_is_found_and_how_it_was_read_is_shown() -> None:
    case = Case(r"so \boxed{\frac{36}{2}}.", "valid", answer="18", prior=("first\n",))
    [finding] = trace(case.claim)
    assert case.text[finding.start : finding.end] == finding.text == r"\frac{36}{2}"
    assert "boxed" in finding.read
    assert finding.computed == "36/2 against 18"
    assert finding.decision.startswith("valid: ")


@pytest.mark.parametrize(
    ("case", "decision"),
    [
        (Case("so 18", "undecided", answer="18"), "no answer: the solution states none"),
        (Case("The answer is 18.", "undecided"), "no gold answer"),
        (Case(HARD[0], "undecided", answer=HARD[1]), "math-verify is asked in the worker"),
    ],
)
def test_what_is_not_decided_here_is_shown_too(case: Case, decision: str) -> None:
    [finding] = trace(case.claim)
    assert decision in finding.decision


@pytest.mark.parametrize(
    "gold",
    ["18", r"\frac{1}{2}", "(1, 2)", r"x \in [1, 2)", "B", r"\text{Alice}", "five", "7:32",
     r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "2x + 1", "June 20", r"204_5"],
)  # fmt: skip
def test_a_gold_answer_that_can_be_read_is_in_order(gold: str) -> None:
    assert check_gold(Problem(id="p", prompt="", answer=gold), Unasked()).outcome == "valid"


@pytest.mark.parametrize("gold", [r"\frac{1}{", "x" * 2_000, "{{{{"])
def test_a_gold_answer_that_nothing_can_read_is_found_before_it_costs_anything(
    gold: str,
) -> None:
    verdict = check_gold(Problem(id="p", prompt="", answer=gold), shared_pool())
    assert verdict.outcome == "undecided"
    assert verdict.evidence


def test_a_machine_that_fails_says_nothing_of_the_gold_answer() -> None:
    problem = Problem(id="p", prompt="", answer=HARD[1])
    verdict = check_gold(problem, Failing(DeadlineError("late")))
    assert (verdict.outcome, verdict.evidence) == ("undecided", "deadline: late")
