"""The last rung: math-verify, in a worker that can be killed."""

import re

import msgspec

from stepsmith.schemas.records import Verdict
from stepsmith.transforms.formula import Apply, Words, nodes
from stepsmith.transforms.formula.symbols import UNREADABLE as REASONS
from stepsmith.transforms.verify.answers.decision import Decision, decided, quoted, uncertain
from stepsmith.transforms.verify.answers.reading import read_answer
from stepsmith.transforms.verify.answers.words import has_words
from stepsmith.transforms.verify.base import Worker, ask
from stepsmith.transforms.verify.math_verify_worker import DIFFERENT, EQUAL, TARGET, UNREADABLE

__all__ = ["ask_math_verify"]

_DEADLINE_S = 5.0

# Towers of powers and huge factorials would only run into the deadline.
_HUGE = re.compile(
    r"\^\s*\{[^{}]*\^|\^\s*\(?\{?\s*[0-9]{5,}|[0-9]{5,}\s*[})]?\s*!|\*\*[^*]*\*\*|!\s*!"
    r"|\{\s*[0-9]{5,}\s*\}\s*\{\s*[0-9]{4,}\s*\}"
)
_BASE = re.compile(r"[0-9] ?_ ?\{? ?[0-9]")
_CLOCK = re.compile(r"\d+(?: ?: ?\d+)+")  # math-verify would divide the hours by the minutes
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which no codec can write
# What our own reader refuses and math-verify knows: it drops other signs, or stops at them.
_ANALYSIS = re.compile(
    r"(?:\\(?:int|lim|to|infty|[dt]?frac|sqrt|pi|sin|cos|tan|ln|log|left|right|cdot)(?![A-Za-z])"
    r"|\\[,;:! ]|[-+*/^_{}()0-9A-Za-z .=])+"
)
_ANALYTIC = (REASONS[r"\int"], REASONS[r"\lim"])
# What our own reader knows and math-verify takes for something else.
_MISREAD = frozenset(["base", "mod", "residue", "double-factorial", "sgn"])


def ask_math_verify(gold: str, given: str, worker: Worker) -> Decision:
    """Compare two clean answers by math-verify, unless it could only fail or guess."""
    refused = _kept_from_worker(gold, given)
    if refused is not None:
        return refused
    payload = msgspec.msgpack.encode((gold, given))
    reply = ask(worker, TARGET, payload, deadline_s=_DEADLINE_S)
    if isinstance(reply, Verdict):
        return Decision("undecided", reply.evidence)
    if reply in {EQUAL, DIFFERENT}:
        return decided(gold, given, equal=reply == EQUAL)
    if reply == UNREADABLE:
        return uncertain("unreadable", f"{quoted(given)} or {quoted(gold)} is no formula")
    return uncertain("unproven", f"{quoted(given)} may or may not equal {quoted(gold)}")


def _kept_from_worker(gold: str, given: str) -> Decision | None:
    pair = f"{quoted(given)} or {quoted(gold)}"
    if _SURROGATE.search(gold + given):
        return uncertain("unreadable", f"{pair} is no text")
    if _HUGE.search(gold) or _HUGE.search(given):
        return uncertain("too large to compute", pair)
    if len({_BASE.search(text) is None for text in (gold, given)}) > 1:
        return uncertain("base", f"only one of {pair} says its base")
    if _CLOCK.fullmatch(gold) or _CLOCK.fullmatch(given):
        return uncertain("time", f"one of {pair} is a time of day or a ratio")
    if any(has_words(text) or isinstance(read_answer(text), Words) for text in (gold, given)):
        return uncertain("words", f"{quoted(given)} cannot be compared with {quoted(gold)}")
    return _misread(gold) or _misread(given)


def _misread(text: str) -> Decision | None:
    """Refuse what math-verify would read otherwise than it is written, or in part only."""
    reading = read_answer(text)
    if isinstance(reading, str):
        is_known = reading.startswith(_ANALYTIC) and _ANALYSIS.fullmatch(text) is not None
        return None if is_known else uncertain("unreadable", f"{quoted(text)}: {reading}")
    names = {node.name for node in nodes(reading) if isinstance(node, Apply)}
    return None if _MISREAD.isdisjoint(names) else uncertain("unproven", quoted(text))
