"""Find the equations between numbers that a text writes down, and say which of them are false.

The rule is to leave alone whatever could mean something else: a false alarm costs more than an
error that goes by. A number glued to a letter, a word that computes ("times", "half of"), units
that may have been converted, a supposition: none of these is judged.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from stepsmith.transforms.verify.expressions import (
    COMPUTING_WORDS,
    Expression,
    UnreadableError,
    read_expression,
    stem,
)
from stepsmith.transforms.verify.tokens import Token, tokenise

Truth = Literal["true", "rounded", "false", "unread"]

_SENTENCE = re.compile(r"[^\n.!?]*+(?:[.!?](?!\s|$)[^\n.!?]*+)*+(?:[\n.!?]|$)")
_TEXT_NOT_JUDGED = re.compile(
    r"""(?ix) \b(?: suppos\w* | assum\w* | contradict\w* | impossible | mod | modul\w* | base
      | binary | octal | hex\w* | clock )\b""",
)
_SENTENCE_NOT_JUDGED = re.compile(
    r"""(?ix) \b(?: if | unless | wrong\w* | incorrect\w* | mistake\w* | not | instead | should
      | approx\w* | about | roughly | around | nearly | almost | round\w* | estimat\w*
      | thousands? | millions? | billions? | [ap]\.?m )\b | ≠ | != | \u00a2""",
)
_LABEL = re.compile(r"\s*(?:\(?[0-9A-Za-z]{1,3}[.)]|[*•])\s+")

_WORDS_BEFORE = frozenset({"of", "and", "or", "to", "from", "between", "less", "more"})
_TOTALS = frozenset({"total", "sum", "amount", "number", "cost", "price"})
_SHORT_WORDS = frozenset({"a", "as", "at", "he", "i", "in", "is", "it", "on", "so", "to", "we"})
_AFTER_SIGN = frozenset({"so", "then", "is", "thus", "therefore", "hence", "get", "gets", "have"})
_CONVERTIBLE = frozenset(
    stem(unit)
    for unit in """
    second minute hour day week month year decade century inch foot feet yard mile meter metre
    centimeter kilometer millimeter gram kilogram ounce pound ton liter litre milliliter gallon
    quart pint cup cent penny pennies nickel dime quarter dollar pair set point time way
    """.split()  # noqa: SIM905 -- as in COMPUTING_WORDS
)
_CENTS = frozenset({"cent", "penny", "penni", "nickel", "dim", "quarter"})


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Equation:
    """`left = right` as written at the half-open span, with both values where they were read."""

    text: str
    start: int
    end: int
    truth: Truth
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Side:
    """One side of an equation, and its values: `%` as a hundredth, and as nothing.

    `dashed` is the value if the sign in front is a dash. `named` says that a word stands before
    it: "Week 2 = 3 + 4".
    """

    read: Expression
    values: tuple[Fraction, ...]
    dashed: Fraction | None
    start: int
    units: frozenset[str]
    named: bool


def find_equations(text: str) -> Iterator[Equation]:
    """Yield the equations of `text` in order, sentence by sentence."""
    text_judged = _TEXT_NOT_JUDGED.search(text) is None
    for sentence in _SENTENCE.finditer(text):
        if "=" in sentence[0] or "＝" in sentence[0]:  # noqa: RUF001 -- the full-width sign
            judged = text_judged and _SENTENCE_NOT_JUDGED.search(sentence[0]) is None
            for found in _equations_in(sentence[0], sentence.start()):
                yield found if judged else dataclasses.replace(found, truth="unread")


def _equations_in(sentence: str, offset: int) -> Iterator[Equation]:
    label = _LABEL.match(sentence)
    blanked = label.end() if label else 0
    tokens = tokenise(" " * blanked + sentence[blanked:])
    cents = any(token.kind == "word" and stem(token.text) in _CENTS for token in tokens)
    left: _Side | None = None
    position = 0
    while position < len(tokens):
        side = _read_side(tokens, position)
        follows = position > 0 and tokens[position - 1].kind == "equals"
        if side is not None and left is not None and follows:
            start, end = tokens[left.start].start, tokens[side.read.stop - 1].end
            truth, reason = _compare(left, side, cents=cents)
            yield Equation(
                text=sentence[start:end],
                start=offset + start,
                end=offset + end,
                truth=truth,
                reason=reason,
            )
        position = position + 1 if side is None else side.read.stop
        left = None
        if side is not None and position < len(tokens) and tokens[position].kind == "equals":
            left = side
            position += 1


def _read_side(tokens: Sequence[Token], start: int) -> _Side | None:
    """Read the side that starts here, if one surely does and surely ends where it seems to."""
    token = tokens[start]
    if token.kind not in {"number", "open", "currency", "operator"} or token.text in {"*", "/"}:
        return None
    if not _starts_cleanly(tokens, start):
        return None
    try:
        read = read_expression(tokens, start)
        values = [read.value]
        if read.n_percents:
            values.append(read_expression(tokens, start, percent=Fraction(1)).value)
        dashed = read_expression(tokens, start + 1).value if _is_dash(tokens, start) else None
    except UnreadableError:
        return None
    if not _ends_cleanly(tokens, read.stop):
        return None
    units = set(read.units)
    if read.stop < len(tokens) and tokens[read.stop].kind == "word":
        units.add(stem(tokens[read.stop].text))
    return _Side(
        read=read,
        values=tuple(value for value in values if value is not None),
        dashed=dashed,
        start=start,
        units=frozenset(units),
        named=start > 0 and tokens[start - 1].kind == "word",
    )


def _is_dash(tokens: Sequence[Token], start: int) -> bool:
    """Tell whether the sign in front may be a dash: "- 2 + 3 = 5"."""
    return tokens[start].text == "-" and not (start + 1 < len(tokens) and tokens[start + 1].glued)


def _starts_cleanly(tokens: Sequence[Token], start: int) -> bool:
    before = tokens[start - 1] if start else None
    if before is None or before.kind in {"equals", "approximate", "stop"}:
        return True
    if before.kind == "open":
        return start == 1 or not before.glued
    if before.kind != "word" or tokens[start].glued:
        return False
    return _may_stand_before(before.text.lower(), tokens, start)


def _may_stand_before(word: str, tokens: Sequence[Token], start: int) -> bool:
    if tokens[start].kind == "operator":
        return word in _AFTER_SIGN
    if word == "of":
        return start > 1 and tokens[start - 2].text.lower() in _TOTALS
    is_variable = len(word) == 1 and word not in _SHORT_WORDS
    return not is_variable and word not in COMPUTING_WORDS and word not in _WORDS_BEFORE


def _ends_cleanly(tokens: Sequence[Token], stop: int) -> bool:
    if stop == len(tokens):
        return True
    after = tokens[stop]
    if after.kind in {"equals", "stop"}:
        return after.text != "!" or not after.glued
    if after.kind in {"open", "close"}:
        is_last = stop + 1 == len(tokens) or tokens[stop + 1].kind in {"stop", "word"}
        return is_last and not (after.kind == "open" and after.glued)
    if after.kind != "word" or after.glued:
        return False
    word = after.text.lower()
    if word == "and":  # "3 and 1/2"
        return stop + 1 == len(tokens) or tokens[stop + 1].kind != "number"
    is_variable = len(word) < 3 and word not in _SHORT_WORDS  # noqa: PLR2004 -- as for units
    return not is_variable and word not in COMPUTING_WORDS and word not in {"of", "or", "and"}


def _compare(left: _Side, right: _Side, *, cents: bool) -> tuple[Truth, str]:
    if left.read.value is None or right.read.value is None:
        return "false", "it divides by zero"
    doubt = _doubt(left, right, cents=cents)
    if doubt:
        return "unread", doubt
    if any(one == other for one in left.values for other in right.values):
        return "true", ""
    pairs = [(one, other) for one in left.values for other in right.values]
    if any(_is_rounded(left.read, right.read, one, other) for one, other in pairs):
        return "rounded", ""
    return "false", f"{_show(left.read.value)} is not {_show(right.read.value)}"


def _doubt(left: _Side, right: _Side, *, cents: bool) -> str:
    """Say why this may be no equation between these two values at all, or nothing."""
    if left.read.n_numbers == 1 and (left.named or right.read.n_numbers == 1):
        return "the number is a name's or a unit's"
    if left.dashed in right.values:
        return "it may start with a dash"
    if not set(left.values) & set(right.values) and _may_convert(left, right, cents=cents):
        return "units may have been converted"
    return ""


def _may_convert(left: _Side, right: _Side, *, cents: bool) -> bool:
    units = left.units | right.units
    if cents and (left.read.has_currency or right.read.has_currency):
        return True
    if len(set(left.read.units) | set(right.read.units)) > 1:
        return True
    return left.units != right.units and bool(units & _CONVERTIBLE or set(left.read.units))


def _is_rounded(left: Expression, right: Expression, one: Fraction, other: Fraction) -> bool:
    """Tell whether the sides agree up to rounding, or cutting, at the digits that are printed."""
    inexact = left.places or right.places
    difference = abs(one - other)
    for lone, computed in ((left, right), (right, left)):
        is_inexact = lone.places or computed.divides or computed.places
        if lone.n_numbers == 1 and is_inexact and difference < Fraction(1, 10**lone.places):
            return True
    # An operand with decimals may itself be rounded: 3.33 * 3 = 10.
    return bool(inexact) and difference * 200 <= max(abs(one), abs(other))


def _show(value: Fraction) -> str:
    shown = str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."  # noqa: PLR2004 -- a line's width
