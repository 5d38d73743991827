"""Check what a step says of whole numbers in words: primes, divisors, remainders, last digits."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.text.spans import says_more
from stepsmith.transforms.verify.base import Case, Finding, invalid, undecided, valid, verifier
from stepsmith.transforms.verify.steps.contexts import Context
from stepsmith.transforms.verify.steps.number_claims import find_number_claims
from stepsmith.transforms.verify.steps.number_words import NumberClaim, plain

_MAX_CHARACTERS: Final = 20_000
_OFFERED: Final = re.compile(r"(?i)\b(?:choice|option|statement|claim|true or false)s?\b")


class _Judged(NamedTuple):
    """A statement, and why it is not held against the step if it is false."""

    claim: NumberClaim
    doubt: str

    @property
    def decision(self) -> str:
        if self.claim.truth:
            return "true"
        return f"not judged: {self.doubt}" if self.doubt else "false"


def trace(claim: Claim) -> Iterable[Finding]:
    """Show each statement about numbers, and whether it is true."""
    text = claim.step.text
    return [
        Finding(
            text=text[each.claim.start : each.claim.end],
            start=each.claim.start,
            end=each.claim.end,
            read=" ".join(text[each.claim.start : each.claim.end].split()),
            computed=each.claim.computed,
            decision=each.decision,
        )
        for each in _judge(claim)
    ]


def _judge(claim: Claim) -> list[_Judged]:
    text = claim.step.text
    if claim.step.kind == "code" or len(text) > _MAX_CHARACTERS:
        return []
    context = Context(text, claim.problem.prompt)
    found = sorted(find_number_claims(plain(text)), key=lambda each: each.start)
    return [_Judged(each, "" if each.truth else _doubt(text, context, each)) for each in found]


def _doubt(text: str, context: Context, claim: NumberClaim) -> str:
    if context.has_other_numbers:
        return "another base, or other numbers"
    line = text.rfind("\n", 0, claim.start) + 1
    if _OFFERED.search(text, line, claim.start):
        return "a statement that is offered"
    return context.why_unstated(claim.start, claim.end)


@verifier(
    "math.number",
    trace=trace,
    cases=[
        Case("91 is divisible by 7.", "valid"),
        Case("So 91 is not a prime number.", "undecided"),  # true, but is it to the point?
        Case("So 91 is prime.", "invalid"),
        Case("21 is divisible by 3 and 5.", "invalid"),
        Case("So 5 divides 12.", "invalid"),
        Case("9 and 12 are relatively prime.", "invalid"),
        Case("51 and 53 are prime numbers.", "invalid"),
        Case("24,516 (16) is not divisible by 4, so it is no answer.", "invalid"),
        Case("$36$ is not a perfect square", "invalid"),
        Case(r"so $m = 35/7$, which is not an integer", "invalid"),
        Case("The factors of 12 are 1, 2, 3, 4, 6, and 12.", "valid"),
        Case("The factors of 12 are 1, 2, 3, 6, and 12.", "invalid"),
        Case("The common factors of 120 and 40 are 1, 2, 4, and 8.", "invalid"),
        Case("The prime factors of 60 are 2, 3 and 15.", "invalid"),
        Case("The prime factors of 60 are 2, 3 and 5.", "valid"),
        Case("The greatest common divisor of 12 and 18 is 4.", "invalid"),
        Case("LCM(360, 450, 540) = 5 * 3 * 3 * 4 * 2 * 3 = 1080", "invalid"),
        Case(r"$\gcd(12, 18) = 6$", "valid"),
        Case("The remainder when 21 is divided by 6 is 4.", "invalid"),
        Case("17 divided by 5 leaves a remainder of 3.", "invalid"),
        Case(r"$2^{10} \equiv 1 \pmod{11}$", "valid"),
        Case(r"so $2^{9} \equiv 1 \pmod{11}$", "invalid"),
        Case("The units digit of 7^4 is 7.", "invalid"),
        Case("The sum of the digits of 24,516 is 17.", "invalid"),
        Case("48 has 8 positive factors.", "invalid"),
        Case("The prime factorization of 72 is 2^3 * 3.", "invalid"),
        Case("If 91 is prime, there are two.", "undecided"),
        Case("Is it true that 91 is prime?", "undecided"),
        Case("f(91) is prime", "undecided"),
        Case("The sum of 4 and 5 is even", "undecided"),
        Case("In base 9, 12 is divisible by 11.", "undecided"),
        Case("The factors of 12 are 2, 3, 4 and 6.", "undecided"),  # the trivial ones left out
        Case("Dividing 190 by 8 gives 23.75.", "undecided"),  # true, but are these the numbers?
        Case("37 inches is more than 36.8", "undecided"),
        Case("Multiplying 23 by 8 gives 174.", "undecided"),  # of which units?
        Case("no number", "undecided"),
    ],
)
def number(claim: Claim) -> Verdict:
    """Refute a false statement about whole numbers that is claimed in so many words."""
    text = claim.step.text
    judged = _judge(claim)
    if not judged:
        return undecided("no statement about a number that can be read")
    for each in judged:
        if each.decision == "false":
            return invalid(_shown(text, each))
    doubted = [each for each in judged if each.doubt]
    if doubted:
        return undecided(f"{doubted[0].decision}: {_shown(text, doubted[0])}")
    shown = "; ".join(_shown(text, each) for each in judged[:3])
    spans = [(each.claim.start, each.claim.end) for each in judged]
    if says_more(text, spans) or not all(each.claim.whole for each in judged):
        return undecided(f"words unchecked: {len(judged)} true: {shown}")
    return valid(f"{shown}; the step says nothing else")


def _shown(text: str, judged: _Judged) -> str:
    start, end = judged.claim.start, judged.claim.end
    computed = f": {judged.claim.computed}" if judged.claim.computed else ""
    return f"{' '.join(text[start:end].split())} (characters {start}-{end}){computed}"
