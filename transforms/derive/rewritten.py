"""Confirm a formula in words that is another form of one before: `Simplifying, we get x^2/8`.

This only ever confirms: where the two differ, something else may be meant.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stepsmith.transforms.derive.agree import is_identity
from stepsmith.transforms.derive.chains import MAX_CHARACTERS, Chain, Side, find_formulas
from stepsmith.transforms.derive.context import concludes, is_other_arithmetic, supposes
from stepsmith.transforms.derive.expression import Expression, opaque
from stepsmith.transforms.derive.judgement import Judgement, shorten
from stepsmith.transforms.derive.statements import Pair, read_side
from stepsmith.transforms.derive.trail import Trail
from stepsmith.transforms.formula.tree import Apply, Number, nodes

__all__ = ["judge_rewritten", "may_lead_on"]

_RULE = "another form"
_WRITES = re.compile(r"(?i)\b(?:written|arrang\w*|equivalent|equals?|express\w*)\b")
_DENIES = re.compile(r"(?i)\b(?:without|never|unlike|no|neither|nor|closest|match\w*|compar\w*)\b")
_ENDS = re.compile(r"[.?!](?=\s)|;")
_UNSURE = frozenset({"abs", "floor", "ceil", "mod", "max", "min", "sgn", "call"})
_FAR = 150
_TEXTS = 3
_CANDIDATES = 6
_MAX_FORMULAS = 100
_MIN_SIZE = 3
_MIN_SIZES = 8


class _Found(NamedTuple):
    """A formula, and whether it stands in words and not beside an equals sign."""

    side: Side
    read: Expression
    in_words: bool


def may_lead_on(text: str) -> bool:
    """Tell quickly whether words may lead to another form of something."""
    return len(text) <= MAX_CHARACTERS and _leads(text)


def _leads(words: str) -> bool:
    return concludes(words) or _WRITES.search(words) is not None


def judge_rewritten(trail: Trail) -> Iterator[Judgement]:
    """Compare each formula that words lead to with those right before it."""
    if any(map(is_other_arithmetic, trail.texts)):
        return
    text = trail.texts[-1]
    before = [each for other in trail.texts[:-1][-_TEXTS + 1 :] for each in _formulas(other)]
    for found in _formulas(text):
        if found.in_words and _is_led_to(text, found.side.start):
            for other in before[: -_CANDIDATES - 1 : -1]:
                if _is_another_form(found.read, other.read, is_last=other is before[-1]):
                    yield _judgement(text, found, other)
                    break
        before.append(found)


@functools.lru_cache(maxsize=512)
def _formulas(text: str) -> Sequence[_Found]:
    """Return the formulas of a text that compute something."""
    found: list[_Found] = []
    for side, in_words in itertools.islice(find_formulas(text), _MAX_FORMULAS):
        read = read_side(side.source)
        if read is not None and read.size >= _MIN_SIZE and _UNSURE.isdisjoint(_operations(read)):
            found.append(_Found(side, read, in_words))
    return found


def _operations(read: Expression) -> set[str]:
    return {node.name for node in nodes(read.formula) if isinstance(node, Apply)}


def _is_led_to(text: str, start: int) -> bool:
    words = _ENDS.split(text[max(0, start - _FAR) : start])[-1]
    return _leads(words) and not supposes(words) and _DENIES.search(words) is None


def _is_another_form(read: Expression, other: Expression, *, is_last: bool) -> bool:
    """Tell whether the first is the second, rewritten; a constant only of what stands before it."""
    if read.formula == other.formula or read.names != other.names:
        return False
    if read.size + other.size < _MIN_SIZES or read.has_decimals or other.has_decimals:
        return False
    if read.is_constant and (not is_last or other.size <= read.size or _is_ratio(other)):
        return False
    return is_identity(read, other)


def _is_ratio(read: Expression) -> bool:
    """Tell whether it is a fraction as it is printed, which many things may be equal to."""
    formula = read.formula
    return isinstance(formula, Apply) and all(isinstance(n, Number) for n in formula.arguments)


def _judgement(text: str, found: _Found, other: _Found) -> Judgement:
    side = found.side
    chain = Chain.of((side,))
    equation = opaque(other.read), opaque(found.read)
    written = text[side.start : side.end]
    pair = Pair(
        other.read, found.read, equation, found.read.names, written, side.start, side.end, chain, 0
    )
    return Judgement(pair, "partly", _RULE, f"another form of {shorten(other.side.source)}")
