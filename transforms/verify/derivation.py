"""Check that a step's equations follow from those before them."""

import functools
import itertools
from collections.abc import Iterable, Sequence

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.derive.calculus import judge_calculus, may_state_calculus
from stepsmith.transforms.derive.entailed import judge_entailed
from stepsmith.transforms.derive.follows import judge_conclusions
from stepsmith.transforms.derive.functions import judge_values
from stepsmith.transforms.derive.inequalities import judge_inequalities, may_compare
from stepsmith.transforms.derive.judgement import Judgement
from stepsmith.transforms.derive.known import judge_known
from stepsmith.transforms.derive.report import (
    count_checked,
    evidence,
    refuted,
    says_nothing_else,
    to_finding,
)
from stepsmith.transforms.derive.solved import judge_solutions
from stepsmith.transforms.derive.statements import may_state
from stepsmith.transforms.derive.substituted import judge_substitutions
from stepsmith.transforms.derive.trail import follow_trail
from stepsmith.transforms.verify.base import Case, Finding, invalid, undecided, valid, verifier

_RULES = (
    judge_conclusions,
    judge_substitutions,
    judge_values,
    judge_solutions,
    judge_known,
    judge_calculus,
)


def trace(claim: Claim) -> Iterable[Finding]:
    """Show each equation that some rule looked at, and what it found."""
    return [to_finding(judgement) for judgement in _judge(claim)]


@functools.lru_cache(maxsize=64)  # who asks for verdicts often asks next what was seen
def _judge(claim: Claim) -> Sequence[Judgement]:
    text = claim.step.text
    compares = may_compare(text)
    if not compares and not may_state(text, rewriting=False) and not may_state_calculus(text):
        return []
    trail = follow_trail(claim)
    found = list(itertools.chain.from_iterable(rule(trail) for rule in _RULES))
    found += judge_entailed(trail, _settled(found))
    return [*found, *(judge_inequalities(trail) if compares else ())]


def _settled(judgements: Iterable[Judgement]) -> set[tuple[int, int]]:
    """Return where the equations stand that were confirmed or refuted."""
    return {(each.pair.start, each.pair.end) for each in judgements if each.decision != "open"}


@verifier(
    "math.derivation",
    trace=trace,
    cases=[
        Case("2x = 4", "valid", prior=("2x + 3 = 7",)),
        Case("x = 2", "valid", prior=("2x + 3 = 7", "2x = 4")),
        Case("So x = 3.", "invalid", prior=("2x + 3 = 7.",)),
        Case("So x = 2.", "undecided", prior=("2x + 3 = 7.",)),  # true, but why this equation?
        Case("We have 2x + 3 = 7, so 2x = 10.", "invalid"),
        Case("$2x + 3 = 7 \\Rightarrow 2x = 10$", "invalid"),
        Case("Now 2k + 2j + 2k = 10, which simplifies to 3k + 2j = 10.", "invalid"),
        Case("Now 2k + 2j + 2k = 10, which simplifies to 2k + j = 5.", "undecided"),
        Case("Solving these gives a = 4 and b = -1.", "invalid", prior=("5a - 3b = 32",)),
        Case("So f(3) = 12.", "invalid", prior=("Let f(x) = 3x + 1.",)),
        Case("So f(3) = 10.", "undecided", prior=("Let f(x) = 3x + 1.",)),
        Case("So x = 2.", "undecided", prior=("x^2 = 4",)),  # a lost root, perhaps with reason
        Case("So x = 3.", "invalid", prior=("x^2 = 4",)),
        Case("So x(19 - x) = 70.", "undecided", prior=("xy = 70", "y = 19 - x")),
        Case("So x(18 - x) = 70.", "undecided", prior=("xy = 70", "y = 19 - x")),  # by what else?
        Case("So 2x < 4.", "undecided", prior=("2x + 3 < 7",)),
        Case(
            r"so $x^2-3=0 \Rightarrow x=\pm \sqrt{3}$ or $x^2-2=0 \Rightarrow x=\pm \sqrt{2}$",
            "undecided",
        ),
        Case("$f = d$ or $f = -d.$ We cannot have $f = d,$ so $f = -d.$", "undecided"),
        Case("we plug in $d=2e+9$ to get $2e=2e+9-9$.", "undecided"),  # no power of ten
        Case("If x = 3, then 2x = 6.", "undecided", prior=("2x + 3 = 7",)),
        Case("Suppose 2x = 10.", "undecided", prior=("2x + 3 = 7",)),
        Case("and x = -4", "undecided", prior=("The first root is x = 5",)),
        Case("Using the second equation, x + y = 3", "undecided", prior=("x + y = 2",)),
        Case("So 9x = 5.", "undecided", prior=("We have 10x - x = 5.555... - 0.555...",)),
        Case(r"$\frac{d}{dx}(x^3 + 2x) = 3x^2 + 2$", "valid"),
        Case(r"$\frac{d}{dx}(x^3 + 2x) = 3x^2 + 2x$", "invalid"),
        Case("So f'(x) = x^2.", "invalid", prior=("The derivative of f(x) = x^3 is needed.",)),
        Case("So f'(x) = 0.", "undecided", prior=("The derivative of f(x) = x^3 is needed.",)),
        Case(r"So $\int x^2\,dx = x^3 + C$.", "invalid"),
        Case(r"So $\int_0^1 x^2\,dx = \frac{1}{2}$.", "invalid"),
        Case(r"Find $a$ with $\int_0^1 ax\,dx = \frac{1}{2}$.", "undecided"),
        Case("no equation", "undecided"),
    ],
)
def derivation(claim: Claim) -> Verdict:
    """Refute an equation that cannot follow from the ones before; scope cases and trials out."""
    judgements = _judge(claim)
    false = refuted(judgements)
    if false is not None:
        return invalid(evidence(false))
    n_checked = count_checked(judgements)
    if not judgements:
        return undecided("nothing to derive from")
    if not n_checked:
        return undecided(f"not judged: {len(judgements)} equations may be of another case")
    if says_nothing_else(claim.step.text, judgements):
        return valid(f"{n_checked} equations follow, and the step says nothing else")
    return undecided(f"words unchecked: {n_checked} equations fit what was stated before")
