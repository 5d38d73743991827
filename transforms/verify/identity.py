"""Check the rewriting inside chains: the same variables, or tuples and matrices of numbers."""

import functools
from collections.abc import Iterable, Sequence

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.derive.arrays import judge_arrays, may_state_arrays
from stepsmith.transforms.derive.identities import judge_identities
from stepsmith.transforms.derive.judgement import Judgement
from stepsmith.transforms.derive.report import (
    count_checked,
    evidence,
    refuted,
    says_nothing_else,
    to_finding,
)
from stepsmith.transforms.derive.rewritten import judge_rewritten, may_lead_on
from stepsmith.transforms.derive.said import judge_said
from stepsmith.transforms.derive.statements import may_state
from stepsmith.transforms.derive.trail import follow_trail
from stepsmith.transforms.verify.base import Case, Finding, invalid, undecided, valid, verifier

_FENCES = 4  # of two formulas


def trace(claim: Claim) -> Iterable[Finding]:
    """Show each pair of sides over the same variables, and whether they agree."""
    return [to_finding(judgement) for judgement in _judge(claim)]


@functools.lru_cache(maxsize=64)  # who asks for verdicts often asks next what was seen
def _judge(claim: Claim) -> Sequence[Judgement]:
    text = claim.step.text
    may_rewrite, may_say = may_state(text, rewriting=True), text.count("$") >= _FENCES
    has_arrays, may_lead = may_state_arrays(text), may_lead_on(text)
    if not (may_rewrite or may_say or has_arrays or may_lead):
        return []
    trail = follow_trail(claim)
    chains = judge_identities(trail) if may_rewrite else ()
    arrays = judge_arrays(trail) if has_arrays else ()
    said = judge_said(trail) if may_say else ()
    return [*chains, *said, *arrays, *(judge_rewritten(trail) if may_lead else ())]


@verifier(
    "math.identity",
    trace=trace,
    cases=[
        Case("x^2 + 2x + 1 = (x + 1)^2", "valid"),
        Case("$(3x-8)+(5x+7) = 3x - 8 + 5x + 7 = 8x - 1$", "valid"),
        Case("(3x-8)+(5x+7) = 3x - 8 + 5x + 7 = 8x - 2", "invalid"),
        Case("Expanding, (x + y)^2 = x^2 + y^2.", "invalid"),
        Case("We get (x + 1)^2 = x^2 + 2x + 1 from it.", "undecided"),
        Case("2x + 3 = 7x", "undecided"),  # a condition
        Case("y = x + 1 = y + 1", "undecided"),  # different variables
        Case("x^2 = x*x = x + 1", "undecided", prior=("Let x^2 = x + 1.",)),
        Case("x^3 = x*x^2 = x + 1", "undecided", prior=("Let x^3 - 1 = x.",)),
        Case("If 2x = x = 3x, x is 0", "undecided"),
        Case("sqrt(x^2) = x", "valid"),
        Case("|x| = x = -x", "undecided"),
        Case("Expand $4(x + 7)(2 - x)$ to get $-4x^2 + 4x + 56$.", "invalid"),
        Case("So $\\frac{6}{8}$ simplifies to $\\frac{2}{3}$.", "invalid"),
        Case("We can rewrite $x^2 - 1$ as $(x - 1)(x + 1)$.", "undecided"),
        Case("Simplifying, we get 20 + 20x.", "undecided", prior=("So it is 20 + 2(10x).",)),
        Case("f'(x) = 3x^2 - 3 = 3(x - 1)(x + 1)", "undecided"),  # is that its derivative?
        Case(r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}^2 = 5$", "undecided"),
        Case(r"So $\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix} = 4 + 6 = 10$.", "invalid"),
        Case("$(4, 6) - (1, 2) = (3, 4)$", "valid"),
        Case("So (4, 6) - (1, 2) = (3, 8).", "invalid"),
        Case("As intervals, (4, 6) - (1, 2) = (2, 5).", "undecided"),
        Case("no equation", "undecided"),
    ],
)
def identity(claim: Claim) -> Verdict:
    """Refute rewriting that changes the value; nothing else that is known may make it true."""
    judgements = _judge(claim)
    false = refuted(judgements)
    if false is not None:
        return invalid(evidence(false))
    if not judgements:
        return undecided("no rewriting in this step")
    n_checked = count_checked(judgements)
    if says_nothing_else(claim.step.text, judgements):
        return valid(f"{n_checked} identities hold, and the step says nothing else")
    if not n_checked:
        return undecided("not judged: the sides differ, and may be equal by a condition")
    return undecided(f"words unchecked: {n_checked} identities hold")
