"""Recompute the arithmetic that a step writes down, in prose or LaTeX."""

import re
from collections.abc import Iterator, Sequence

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.text.spans import says_more
from stepsmith.transforms.verify.base import Case, Finding, invalid, undecided, valid, verifier
from stepsmith.transforms.verify.steps.relations import HOLDS, Relation, find_relations
from stepsmith.transforms.verify.steps.trees import Value

_MAX_CHARACTERS = 20_000
_MAX_SHOWN = 3
_SHORT_OF_TRUE = {"otherwise": "true in another reading", "rounded": "rounded"}
_TEXT = re.compile(r"\\(?:text|mathrm|mbox)\s?\{([^{}]*+)\}")
_COMMAND = re.compile(r"\\[A-Za-z]++")
_WORD = re.compile(r"[A-Za-z]++")
_COMPUTES = frozenset(
    """
    x of c choose e pi sqrt log ln lg exp sin cos tan cot sec csc arcsin arccos arctan gcd lcm mod
    equals
    """.split()  # noqa: SIM905 -- words read better as words
)


def _trace(claim: Claim) -> Iterator[Finding]:
    """Yield what is seen of each relation in the step."""
    text = claim.step.text
    if claim.step.kind == "code" or len(text) > _MAX_CHARACTERS:
        return
    for relation in find_relations(text, claim.problem.prompt):
        yield Finding(
            text=relation.text,
            start=relation.start,
            end=relation.end,
            read=relation.read,
            computed=_values(relation) if relation.truth != "unread" else "",
            decision=_decision(relation),
        )


def _decision(relation: Relation) -> str:
    if relation.truth in {"unread", "unjudged"}:
        return f"not judged: {relation.reason}"
    return "true" if relation.truth in HOLDS else relation.truth


@verifier(
    "math.arithmetic",
    version="2",
    trace=_trace,
    cases=[
        Case("2 + 3 = 5", "valid"),
        Case("1 + 2 + 3 = 6", "valid"),
        Case("2 + 3 * 4 = 2 + 12 = 14", "valid"),
        Case("(2 + 3) * 4 = 20.", "valid"),
        Case("$1,250 / 5 = $250", "valid"),
        Case("<<48/2=24>>", "valid"),
        Case("-2 + 3 = 1", "valid"),
        Case("20% * 50 = 10", "valid"),
        Case("20% of 50 = 10", "valid"),
        Case("６ × ７ = ４２", "valid"),  # noqa: RUF001 -- full-width digits are digits
        Case(r"$\frac{1}{2} \cdot \frac34 = \frac{3}{8}$", "valid"),
        Case(r"\[2^{10} = 1024 \]", "valid"),
        Case("2 1/2 + 1 = 3.5", "valid"),
        Case("2^3 + 1 = 9", "valid"),
        Case(r"$\lfloor 7/2 \rfloor = 3$", "valid"),
        Case(r"$\cos 60^\circ = \frac{1}{2}$", "valid"),
        Case("so he has 2 + 3 = 5 apples", "undecided"),  # true, but are these the right numbers?
        Case("so 2 + 3 = 6", "invalid"),
        Case("1 + 2 + 3 = 7", "invalid"),
        Case("She pays 3 x $4 = $13 in total.", "invalid"),
        Case("x = 2 + 3 = 6", "invalid"),
        Case("2 + 3 * 4 = 20", "invalid"),
        Case("48/2 = <<48/2=25>>25 clips", "invalid"),
        Case("2 apples + 3 apples = 6 apples", "invalid"),
        Case("then 1 / 0 = 0", "invalid"),
        Case("A = (-9 - 5 - 0) = (-9 - 5) = -13", "invalid"),
        Case("5--9 = -4", "invalid"),
        Case(r"so $\sqrt{16} + 3! = 9$", "invalid"),
        Case(r"$x = \frac{-2}{4} = \frac{1}{2}$", "invalid"),
        Case(r"$\log_2 64 = 8$", "invalid"),
        Case("t = log(0.5) / log(0.9) = 6.85", "invalid"),  # to any base
        Case("so there are C(5, 2) = 12 ways to choose two", "invalid"),
        Case(r"$\frac{-4 \pm \sqrt{8}}{2} = -2 \pm 2\sqrt{2}$", "invalid"),
        Case("A = (12^2 * √3) / 4\nA = 72√3", "invalid"),
        Case(r"16 scallops x \$6.00/scallop = \$90", "invalid"),
        Case("10 / 3 = 3.33", "undecided"),  # right at the digits that are printed
        Case("10 / 3 = 3.5", "invalid"),
        Case("2 + 3 = 6 = 5", "undecided"),  # a slip: what the chain concludes is right
        Case("let x be even", "undecided"),
        Case("2x + 3 = 7", "undecided"),
        Case("2 x + 3 = 7", "undecided"),
        Case("x + 2 + 3 = 7", "undecided"),
        Case("f(2) = 3", "undecided"),
        Case("at C(5, 2) = 12 it is highest", "undecided"),  # a function, perhaps
        Case("log(100) = 4", "undecided"),  # to which base?
        Case("3 times 4 + 2 = 6", "undecided"),
        Case("half of 6 + 2 = 4", "undecided"),
        Case("5 + 9 = 2 (mod 12)", "undecided"),
        Case("in base 5, 3 + 4 = 12", "undecided"),
        Case("Suppose 2 + 2 = 5.", "undecided"),
        Case("If 2 + 2 were 5", "undecided"),
        Case("But 2 + 2 = 5 is impossible.", "undecided"),
        Case("1 hour + 30 minutes = 90 minutes", "undecided"),
        Case("4 * 15 = 1 hour", "undecided"),
        Case("100 / 60 = 1 with a remainder of 40", "undecided"),
        Case("$50 + 20% = $60", "undecided"),
        Case("- 2 + 3 = 5", "undecided"),  # a dash or a sign?
        Case("100 cm = 1 m", "undecided"),
        Case("8 batches = 5.5 * 8", "undecided"),
        Case(r"$\text{Ann's points} + 17 = 20$", "undecided"),
        Case(r"$\begin{pmatrix} 1 \\ 2 \end{pmatrix} + 1 = 3$", "undecided"),
        Case("so $2^5 - 2*5 = 32 - 10 \\neq 22$", "invalid"),
        Case("3 * 4 > 5 + 6", "valid"),
        Case("Try it: 2 + 2 > 4", "undecided"),
        Case("-3^2 = 9", "undecided"),  # -9 to most, and 9 to some
        Case("0.5% of 200 = 100", "undecided"),
        Case("5 ± 2 = 7", "undecided"),
        Case("0.1(6) = 1/6", "undecided"),  # a product to most
        Case("so 0.(3) = 1/3", "undecided"),
        Case("1.000 + 500 = 1.500", "undecided"),  # as most of Europe writes thousands
        Case("He works 9-5 = 8 hours.", "undecided"),
        Case("2/3 = 67%", "undecided"),  # at the digits that are printed
        Case("2/3 = 76%", "invalid"),
        Case("2 x $12 (adult tickets) = $24", "undecided"),  # is that what they cost?
        Case("22 / 7 ≈ 3.14", "undecided"),
        Case("22 / 7 ≈ 3.5", "invalid"),
        Case("about 7 * 7 = 50", "undecided"),
    ],
)
def arithmetic(claim: Claim) -> Verdict:
    """Refute a false equation between numbers; confirm only a step of nothing but true ones."""
    text = claim.step.text
    if claim.step.kind == "code":
        return undecided("code: its signs do not mean what they do in mathematics")
    if len(text) > _MAX_CHARACTERS:
        return undecided(f"too long: {len(text)} characters; read: {_MAX_CHARACTERS}")
    relations = find_relations(text, claim.problem.prompt)
    if not relations:
        return undecided("no equation in this step")
    for relation in relations:
        if relation.truth == "false":
            return invalid(_shown(relation))
    return _unrefuted(text, relations)


def _unrefuted(text: str, relations: Sequence[Relation]) -> Verdict:
    hold = [relation for relation in relations if relation.truth in HOLDS]
    unjudged = [relation for relation in relations if relation.truth == "unjudged"]
    if unjudged:
        first = unjudged[0]
        return undecided(f"not judged: {first.reason}: {_shown(first)}{_and_hold(len(hold))}")
    if not hold:
        return undecided(f"no equation between numbers: {relations[0].reason}")
    evidence = f"{_count(len(hold))}: {'; '.join(map(_shown, hold[:_MAX_SHOWN]))}"
    spans = [(relation.start, relation.end) for relation in relations]
    more = says_more(text, spans) or any(map(_names, relations))
    if len(hold) < len(relations) or more:
        return undecided(f"words unchecked: {evidence}")
    for truth, reason in _SHORT_OF_TRUE.items():
        if any(relation.truth == truth for relation in hold):
            return undecided(f"{reason}: {evidence}")
    return valid(f"{evidence}; the step says nothing else")


def _names(relation: Relation) -> bool:
    """Tell whether words stand in it: `2 x $12 (adult tickets)`, `5 m + 3 cm`."""
    words = _WORD.findall(_COMMAND.sub(" ", _TEXT.sub(r"\1", relation.text)))
    return any(word.lower() not in _COMPUTES for word in words)


def _count(n_true: int) -> str:
    return f"{n_true} {'equation holds' if n_true == 1 else 'equations hold'}"


def _and_hold(n_true: int) -> str:
    return f"; {_count(n_true)}" if n_true else ""


def _shown(relation: Relation) -> str:
    where = f"characters {relation.start}-{relation.end}"
    return f"{_shorten(relation.text)} ({where}): {_values(relation)}"


def _values(relation: Relation) -> str:
    if relation.left is None or relation.right is None:
        return "it divides by zero"
    left, right = _show(relation.left), _show(relation.right)
    if relation.compares:
        return f"{left} and {right}"
    if relation.truth == "true":
        return left
    if relation.truth == "otherwise":
        return f"{left} and {right}, and equal in another reading"
    sign = "is about" if relation.truth == "rounded" else "is not"
    return f"{left} {sign} {right}"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:80]} ... {line[-30:]}"  # noqa: PLR2004 -- a line


def _show(value: Value) -> str:
    shown = f"{value:.9g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."  # noqa: PLR2004 -- a line's width
