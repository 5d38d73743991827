import pytest

from stepsmith.sandboxes import DeadlineError, WorkerError
from stepsmith.schemas import Verdict
from stepsmith.transforms.verify import Case, Worker, get_verifier
from stepsmith.transforms.verify.quantities import compare_quantities, read_quantity


class Failing:
    """A worker whose every call ends in the same error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise self._error


class Unasked:
    """A worker that must not be needed."""

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise AssertionError(target, payload, deadline_s)


def judge(text: str, gold: str | None, worker: Worker) -> Verdict:
    return get_verifier("math.answer")(Case(text, "undecided", answer=gold).claim, worker)


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (DeadlineError("it took longer than 3 s"), "deadline: it took longer than 3 s"),
        (WorkerError("ValueError: no"), "error: ValueError: no"),
    ],
)
def test_a_call_that_fails_is_undecided_with_the_reason(error: Exception, evidence: str) -> None:
    verdict = judge(r"\boxed{x+1}", "1+x", Failing(error))
    assert (verdict.outcome, verdict.evidence) == ("undecided", evidence)


@pytest.mark.parametrize(
    ("text", "gold", "outcome", "evidence"),
    [
        ("The answer is 18.", None, "undecided", "no gold answer"),
        ("The answer is 18.", " ", "undecided", "no gold answer"),
        ("I give up", "18", "undecided", "no answer: the solution states none"),
        ("The answer is 17.", "18", "invalid", "'17' differs from the gold answer '18'"),
        ("The answer is 18.0.", "18", "valid", "'18.0' equals the gold answer '18'"),
        (r"\boxed{9^{9^{9}}}", "x", "undecided", "too large to compute: '9^{9^{9}}' or 'x'"),
    ],
)
def test_numbers_are_compared_without_a_worker(
    text: str, gold: str | None, outcome: str, evidence: str
) -> None:
    verdict = judge(text, gold, Unasked())
    assert (verdict.outcome, verdict.evidence) == (outcome, evidence)


@pytest.mark.parametrize(
    ("one", "other", "comparison"),
    [
        ("18", "18.00", "same"),
        ("1,800", "1800", "same"),
        ("1 800", r"1\,800", "same"),
        (r"\frac{3}{4}", "0.75", "same"),
        (r"\dfrac34", "3/4", "same"),
        ("$18", "18 dollars", "same"),
        ("50%", "0.5", "same"),
        ("50%", "50", "same"),
        ("-2", "2", "different"),
        ("18", "20 apples", "different"),
        ("0.0000001", "0.0000002", "different"),
        ("11189", "11188", "different"),
        ("33.33", "33.34", "different"),
        ("1/3", "0.333", "rounded"),
        ("33.3", "33.33", "rounded"),
        ("60 minutes", "1 hour", "converted"),
        ("5 cats", "5 dogs", "converted"),
    ],
)
def test_quantities_are_compared_exactly(one: str, other: str, comparison: str) -> None:
    first, second = read_quantity(one), read_quantity(other)
    assert first is not None
    assert second is not None
    assert compare_quantities(first, second) == comparison
    assert compare_quantities(second, first) == comparison


@pytest.mark.parametrize("text", ["", "x", "2x", "2 x", "1/0", "five", "3 hundred", "1,2", "2^3"])
def test_what_is_no_exact_number_is_not_read(text: str) -> None:
    assert read_quantity(text) is None
