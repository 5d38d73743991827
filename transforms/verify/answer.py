"""Compare the answer that a solution ends in with the problem's own."""

import re

import msgspec

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.text.answer import extract_answer
from stepsmith.transforms.verify.base import (
    Case,
    Worker,
    ask,
    invalid,
    undecided,
    valid,
    verifier,
)
from stepsmith.transforms.verify.math_verify_worker import EQUAL, TARGET, UNREADABLE
from stepsmith.transforms.verify.quantities import compare_quantities, read_quantity

_DEADLINE_S = 5.0
_MAX_CHARACTERS = 1_000
_MAX_NESTING = 30

# Towers of powers and huge factorials would only run into the deadline.
_HUGE = re.compile(
    r"\^\s*\{[^{}]*\^|\^\s*\(?\{?\s*[0-9]{5,}|[0-9]{5,}\s*[})]?\s*!|\*\*[^*]*\*\*|!\s*!"
)

_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which no codec can write

_MARKUP = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mbox)\s*\{([^{}]*)\}|\\[ ,;:!]|[$\s]+")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_WORD = re.compile(r"[^\W\d_]{3,}")


@verifier(
    "math.answer",
    needs=Worker,
    cases=[
        Case("The answer is 18.", "valid", answer="18"),
        Case("#### 1,800", "valid", answer="1800"),
        Case(r"so \boxed{\frac{1}{2}}", "valid", answer="0.5"),
        Case(r"\boxed{50\%}", "valid", answer="0.5"),
        Case(r"\boxed{\$18.00}", "valid", answer="18"),
        Case("The answer is 18 eggs.", "valid", answer="18"),
        Case(r"\boxed{(x+1)^2}", "valid", answer="x^2+2x+1"),
        Case(r"\boxed{\text{Alice}}", "valid", answer="Alice"),
        Case(".", "valid", answer="5", prior=("2 + 3 = 5\n", r"\boxed{5}")),
        Case("The answer is 17.", "invalid", answer="18"),
        Case(r"\boxed{0.0000001}", "invalid", answer="0.0000002"),
        Case(r"\boxed{\frac{1}{2004!}}", "invalid", answer=r"\frac{1}{2006!}"),
        Case(r"\boxed{2^{-99}}", "invalid", answer="2^{-98}"),
        Case(r"\boxed{\{1,2\}}", "invalid", answer="(1,2)"),
        Case(r"\boxed{x^2+1}", "invalid", answer="x^2+2x+1"),
        Case(r"\boxed{\text{Bob}}", "invalid", answer="Alice"),
        Case("The answer is 18.", "undecided"),  # no gold answer
        Case("so he has 18 eggs", "undecided", answer="18"),  # states no answer
        Case(r"\boxed{0.33}", "undecided", answer="1/3"),
        Case("The answer is 1 hour.", "undecided", answer="60"),
        Case(r"\boxed{\text{five}}", "undecided", answer="5"),
        Case(r"\boxed{9^{9^{9}}}", "undecided", answer="x^2"),  # too large to compute
    ],
)
def answer(claim: Claim, worker: Worker) -> Verdict:
    """Judge the answer stated last in the solution so far against the problem's."""
    gold = claim.problem.answer
    if gold is None or not gold.strip():
        return undecided("no gold answer")
    found = extract_answer("".join(step.text for step in (*claim.prior, claim.step)))
    if found is None:
        return undecided("no answer: the solution states none")
    if not found.answer.strip():
        return undecided("no answer: the place for it is empty")
    return _judge(gold, found.answer, worker)


def _judge(gold: str, given: str, worker: Worker) -> Verdict:
    for name, text in (("gold", gold), ("given", given)):
        if len(text) > _MAX_CHARACTERS:
            return undecided(f"too long: the {name} answer has {len(text)} characters")
        if _nesting(text) > _MAX_NESTING:
            return undecided(f"too deep: the {name} answer nests {_nesting(text)} brackets")
    if _plain(gold) == _plain(given):
        return valid(f"{given!r} is the gold answer")
    one, other = read_quantity(gold), read_quantity(given)
    if one is not None and other is not None:
        comparison = compare_quantities(one, other)
        if comparison in {"rounded", "converted"}:
            return undecided(f"{comparison}: {given!r} may stand for {gold!r}")
        return _decided(gold, given, equal=comparison == "same")
    return _judge_words(gold, given) or _judge_formulas(gold, given, worker)


def _judge_words(gold: str, given: str) -> Verdict | None:
    """Judge answers in words, which math-verify would read as products of letters."""
    words = [_WORD.search(_COMMAND.sub(" ", _plain(text))) is not None for text in (gold, given)]
    if not any(words):
        return None
    if _plain(gold).casefold() == _plain(given).casefold():
        return _decided(gold, given, equal=True)
    if all(words) and not any(character.isdigit() for character in gold + given):
        return _decided(gold, given, equal=False)
    return undecided(f"words: {given!r} cannot be compared with {gold!r}")


def _judge_formulas(gold: str, given: str, worker: Worker) -> Verdict:
    if {_opening(gold), _opening(given)} == {"(", "{"}:
        return _decided(gold, given, equal=False)  # a pair is no set, though math-verify says so
    if _SURROGATE.search(gold + given):
        return undecided(f"unreadable: {given!r} or {gold!r} is no text")
    if _HUGE.search(gold) or _HUGE.search(given):
        return undecided(f"too large to compute: {given!r} or {gold!r}")
    reply = ask(worker, TARGET, msgspec.msgpack.encode((gold, given)), deadline_s=_DEADLINE_S)
    if isinstance(reply, Verdict):
        return reply
    if reply == UNREADABLE:
        return undecided(f"unreadable: {given!r} or {gold!r} is no formula")
    return _decided(gold, given, equal=reply == EQUAL)


def _decided(gold: str, given: str, *, equal: bool) -> Verdict:
    if equal:
        return valid(f"{given!r} equals the gold answer {gold!r}")
    return invalid(f"{given!r} differs from the gold answer {gold!r}")


def _plain(text: str) -> str:
    """Take off what changes no answer: white space, dollar signs, fonts, the full stop."""
    return _MARKUP.sub(lambda found: f" {found[1] or ''} ", text).strip().rstrip(".").strip()


def _opening(text: str) -> str:
    return _plain(text).removeprefix(r"\left").lstrip("\\ ")[:1]


def _nesting(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest
