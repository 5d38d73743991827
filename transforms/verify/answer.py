"""Compare the answer that a solution ends in with the problem's own."""

from collections.abc import Iterator

from stepsmith.schemas.records import Claim, Problem, Verdict
from stepsmith.transforms.text.answer import Extracted, extract_answer
from stepsmith.transforms.verify.answers.judge import (
    Decision,
    clean_answer,
    decide,
    decide_here,
    limits,
    unreadable,
)
from stepsmith.transforms.verify.base import Case, Finding, Worker, undecided, valid, verifier

__all__ = ["answer", "check_gold", "trace"]


def check_gold(problem: Problem, worker: Worker) -> Verdict:
    """Say whether a problem's own answer can be recognised when it is written differently.

    `undecided` with what could not be read, where only its very text would be found right.
    """
    gold = problem.answer
    if gold is None or not gold.strip():
        return valid("no answer of its own")
    refused = limits("gold", gold)
    if refused is not None:
        return undecided(refused.evidence)
    reason = unreadable(clean_answer(gold), worker)
    return undecided(reason) if reason else valid(f"{gold!r} can be read")


def trace(claim: Claim) -> Iterator[Finding]:
    """Show which answer was found, by which rule, and how it and the gold one were read."""
    found = _stated(claim)
    if isinstance(found, Verdict):
        yield Finding(text="", start=0, end=0, read="", computed="", decision=found.evidence)
        return
    before = sum(len(step.text) for step in claim.prior)
    start, end = max(0, found.start - before), max(0, found.end - before)
    gold = claim.problem.answer or ""
    decision = decide_here(gold, found.answer, claim.problem)
    if decision is None:
        decision = Decision("undecided", "not decided here: math-verify is asked in the worker")
    readings = f"{decision.given} against {decision.gold}" if decision.given else ""
    yield Finding(
        text=found.answer,
        start=start,
        end=end,
        read=f"by the rule {found.rule!r} as {clean_answer(found.answer[:1_000])!r}",
        computed=readings,
        decision=f"{decision.outcome}: {decision.evidence}",
    )


@verifier(
    "math.answer",
    needs=Worker,
    version="2",
    trace=trace,
    gold=check_gold,
    cases=[
        Case("The answer is 18.", "valid", answer="18"),
        Case("#### 1,800", "valid", answer="1800"),
        Case(r"so \boxed{\frac{1}{2}}", "valid", answer="0.5"),
        Case(r"\boxed{50\%}", "valid", answer="0.5"),
        Case(r"\boxed{\$18.00}", "valid", answer="18"),
        Case("The answer is 18 eggs.", "valid", answer="18"),
        Case(r"\boxed{2\frac{1}{2}}", "valid", answer="2.5"),
        Case(r"\boxed{1.5 \times 10^3}", "valid", answer="1500"),
        Case(r"\boxed{\text{five}}", "valid", answer="5"),
        Case(r"\boxed{(x+1)^2}", "valid", answer="x^2+2x+1"),
        Case(r"\boxed{x = 5}", "valid", answer="5"),
        Case(r"\boxed{2, 1}", "valid", answer="1, 2"),
        Case(r"\boxed{x > 5}", "valid", answer=r"(5, \infty)"),
        Case(r"\boxed{3 \pm \sqrt{2}}", "valid", answer=r"3 + \sqrt{2}, 3 - \sqrt{2}"),
        Case(r"\boxed{\frac{\pi}{3}}", "valid", answer=r"60^\circ"),
        Case(r"\boxed{\text{Alice}}", "valid", answer="Alice"),
        Case(r"\boxed{(B)}", "valid", answer="B"),
        Case("The answer is 6.", "valid", answer="B", payload='{"options": ["5", "6"]}'),
        Case(".", "valid", answer="5", prior=("2 + 3 = 5\n", r"\boxed{5}")),
        Case("The answer is 18!", "valid", answer="18"),  # an exclamation
        Case("The answer is 5!", "valid", answer="120"),
        Case("The answer is 5!", "invalid", answer="24"),
        Case("The answer is 17.", "invalid", answer="18"),
        Case(r"\boxed{0.0000001}", "invalid", answer="0.0000002"),
        Case(r"\boxed{\frac{1}{2004!}}", "invalid", answer=r"\frac{1}{2006!}"),
        Case(r"\boxed{2^{-99}}", "invalid", answer="2^{-98}"),
        Case(r"\boxed{1+\frac{1}{e}}", "invalid", answer=r"1-\frac{1}{e}"),
        Case(r"\boxed{\{1,2\}}", "invalid", answer="(1,2)"),
        Case(r"\boxed{[1, 2)}", "invalid", answer="[1, 2]"),
        Case(r"\boxed{\sqrt[3]{2}}", "invalid", answer=r"\sqrt{2}"),
        Case(r"\boxed{3x+4y=0}", "invalid", answer="3x-4y=0"),
        Case(r"\boxed{204_5}", "invalid", answer="204_6"),
        Case(r"\boxed{x^2+1}", "invalid", answer="x^2+2x+1"),
        Case(r"\boxed{\text{Bob}}", "invalid", answer="Alice"),
        Case("The answer is 18.", "undecided"),  # no gold answer
        Case("so he has 18 eggs", "undecided", answer="18"),  # states no answer
        Case(r"\boxed{0.33}", "undecided", answer="1/3"),  # rounded
        Case("The answer is 1 hour.", "undecided", answer="60"),  # converted
        Case(r"\boxed{y=1}", "undecided", answer="x=1"),
        Case("The answer is 6.", "undecided", answer="B"),  # with options that are not known
        Case(r"\boxed{9^{9^{9}}}", "undecided", answer="x^2"),  # too large to compute
    ],
)
def answer(claim: Claim, worker: Worker) -> Verdict:
    """Judge the answer stated last in the solution so far against the problem's."""
    found = _stated(claim)
    if isinstance(found, Verdict):
        return found
    gold = claim.problem.answer or ""
    decision = decide(gold, found.answer, claim.problem, worker)
    if decision.outcome == "invalid" and found.rule == "phrase" and found.answer.endswith("!"):
        # "The answer is 7!" is seldom 5040.
        decision = decide(gold, found.answer.rstrip("!"), claim.problem, worker)
    return Verdict(outcome=decision.outcome, evidence=decision.evidence)


def _stated(claim: Claim) -> Extracted | Verdict:
    gold = claim.problem.answer
    if gold is None or not gold.strip():
        return undecided("no gold answer")
    found = extract_answer("".join(step.text for step in (*claim.prior, claim.step)))
    if found is None:
        return undecided("no answer: the solution states none")
    if not found.answer.strip():
        return undecided("no answer: the place for it is empty")
    return found
