r"""Answers with a unit of measure: `12 \mathrm{~m} / \mathrm{s}`, `5 square metres`, `Rs. 500`.

A unit is read here only where it is one beyond doubt: a word, or a letter that stands apart from
the number or in a font of text. In `5m` the letter may be a variable, and other readers decide.
"""

import dataclasses
import re
from collections.abc import Iterator
from fractions import Fraction

from stepsmith.transforms.formula.tree import Apply, Formula, Group, Number, Quantity, Relation
from stepsmith.transforms.formula.tree import symbols as symbols_of
from stepsmith.transforms.verify.answers.comparison import Comparison
from stepsmith.transforms.verify.answers.dimensions import (
    CHARGES,
    MONEY_SIGNS,
    UNITS,
    Unit,
    scales_of,
)
from stepsmith.transforms.verify.answers.reading import read_answer
from stepsmith.transforms.verify.answers.text import without_fonts
from stepsmith.transforms.verify.answers.values import compare_values

__all__ = ["Measure", "compare_measures", "read_measure"]

_LONGEST_UNIT = 60
_SPACE = re.compile(r"\\[,;:! ]|\\q?quad(?![A-Za-z])|[~\s]+")
_SIGNS = (
    (re.compile(r"\\Omega(?![A-Za-z])"), "ohm"),
    (re.compile(r"\\mu(?![A-Za-z]) ?(?=[a-zA-Z])"), "u"),
    (re.compile(r"\^ ?(?:\\circ|\{ ?\\circ ?\}) ?([CF])(?![A-Za-z])"), r" deg\1"),
    (re.compile(r"degrees? (?:([CF])(?:elsius|ahrenheit)?)(?![A-Za-z])"), r"deg\1"),
    (re.compile(r"(?<=\d) ?thousand\b"), r" \\times 10^3"),
    (re.compile(r"(?<=\d) ?million\b"), r" \\times 10^6"),
    (re.compile(r"(?<=\d) ?billion\b"), r" \\times 10^9"),
)
_NAMED = re.compile(r"[A-Za-z](?:[A-Za-z ]{0,20}|_\{?\w\}?) ?= ?")
_STARTS = re.compile(r"(?<![A-Za-z\\])[A-Za-z]")
_WORD = (
    r"(?:(square|sq\.?|cubic|cu\.?) ?)?([A-Za-z]+)\.?"
    r"(?: ?(squared|cubed|\^ ?\{? ?-?[1-4] ?\}?))?"
)
_ONE_LETTER = re.compile(r"[A-Za-z](?: ?\^ ?\{? ?-?[1-4] ?\}?)?")
_PART = re.compile(rf"( ?/ ?| ?\\cdot ?| ?\* ?| per | )?{_WORD}")
_LETTERS = re.compile(
    r"\\(?:d?frac|sqrt|pi|times|cdot|left|right)(?![A-Za-z])|(?<=\d)[eE](?=[-+]?\d)"
)
_ANY_LETTER = re.compile(r"[A-Za-z=<>|]|, ")
_MONEY = re.compile(
    r"(-? ?)(" + "|".join(re.escape(sign) for sign in sorted(MONEY_SIGNS, reverse=True)) + r") ?"
)
_PER = re.compile(r"(?:(?<=\d) 1 ?/ ?| ?/ ?| per )\Z")
# A letter of no command, or a sign of money; most answers that are formulas have neither.
_MAYBE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]+(?![A-Za-z{])|\\[$eypOm{]|\u20b9")
_POWERS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3, "squared": 2, "cubed": 3}


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """A value as it is written, and its unit."""

    value: str
    unit: Unit


def compare_measures(gold: str, given: str) -> Comparison | None:
    """Compare two clean answers of which one has a unit that is known; else nothing.

    A unit that only one of them has is left aside. Of two units neither is turned into the other:
    who asks for minutes may or may not take hours.
    """
    one, other = read_measure(gold), read_measure(given)
    if one is None and other is None:
        return None
    # Beside `50 Hz`, the letter of `50/s` is no variable.
    one, other = one or read_measure(gold, beside=True), other or read_measure(given, beside=True)
    first, second = (
        read_answer(text if measure is None else measure.value)
        for text, measure in ((gold, one), (given, other))
    )
    if isinstance(first, str) or isinstance(second, str):
        return None
    if one is None or other is None:
        bare = first if one is None else second
        return _with_bare(first, second, (one or other), bare)
    return _both(first, one.unit, second, other.unit)


def _with_bare(
    first: Formula, second: Formula, measure: Measure | None, bare: Formula
) -> Comparison | None:
    if measure is None or isinstance(bare, Group | Relation | Quantity) or symbols_of(bare):
        return None
    compared = compare_values(first, second)
    if compared != "different":
        return compared
    value = second if bare is first else first
    for scale in scales_of(measure.unit.kind):
        if compare_values(_scaled(value, measure.unit.scale / scale), bare) == "same":
            return "converted"
    return "different"


def _both(first: Formula, unit: Unit, second: Formula, other: Unit) -> Comparison:
    compared = compare_values(first, second)
    if unit == other:
        return compared
    if compared == "same" and (unit.is_rate_of(other) or other.is_rate_of(unit)):
        return "same"
    if compared != "different":
        return "converted" if compared != "unknown" else "unknown"
    if unit.kind != other.kind:
        may_be_one = unit.is_temperature and other.is_temperature
        return "converted" if may_be_one or unit.counts_turns_unlike(other) else "different"
    turned = not (unit.is_exact and other.is_exact) or _turns_into(first, unit, second, other)
    return "converted" if turned else "different"


def _turns_into(first: Formula, unit: Unit, second: Formula, other: Unit) -> bool:
    """Say whether one value is the other in its unit, at the digits of either of them."""
    charges = unit.charges - other.charges
    for rounded in CHARGES if charges else CHARGES[:1]:
        factor = unit.scale / other.scale * rounded**charges
        there, back = _scaled(first, factor), _scaled(second, 1 / factor)
        if {compare_values(there, second), compare_values(back, first)} != {"different"}:
            return True
    return False


def _scaled(value: Formula, factor: Fraction) -> Formula:
    return Apply("*", (value, Number(factor)))


def read_measure(answer: str, *, beside: bool = False) -> Measure | None:
    """Read a clean answer as a value and its unit, if it surely is that.

    `beside` another that is, a number over a letter has a unit, too.
    """
    if _MAYBE.search(answer) is None:
        return None
    plain = _plain(answer)
    money = _MONEY.match(plain)
    if money is not None:
        found = _tail(plain[money.end() :], UNITS[MONEY_SIGNS[money[2]]], beside=beside)
        return None if found is None else dataclasses.replace(found, value=money[1] + found.value)
    return _tail(plain, None, beside=beside)


def _plain(answer: str) -> str:
    plain = _SPACE.sub(" ", without_fonts(answer))
    for sign, word in _SIGNS:
        plain = sign.sub(word, plain)
    plain = " ".join(plain.split())
    named = _NAMED.match(plain)
    return plain if named is None else plain[named.end() :]


def _tail(plain: str, money: Unit | None, *, beside: bool) -> Measure | None:
    """Find the longest tail of a text that is a unit and nothing else."""
    first = max(1, len(plain) - _LONGEST_UNIT)
    for start in _STARTS.finditer(plain, first):
        value = plain[: start.start()]
        per = _PER.search(value)
        unit = _unit(plain, start.start())
        if unit is not None and per is not None:
            value, unit = value[: per.start()], Unit().times(unit, -1)
        if unit is None or not _is_value(value):
            continue
        if money is not None:
            unit = money if unit.kind == money.kind else money.times(unit, 1)
        is_letter = not value.endswith(" ") and _ONE_LETTER.fullmatch(plain, start.start())
        may_be_variable = is_letter and not (beside and per is not None)
        return None if may_be_variable or unit.is_angle else Measure(value.rstrip(" -"), unit)
    return Measure(plain, money) if money is not None and _is_value(plain) else None


def _is_value(text: str) -> bool:
    """Say whether a text is a number or a formula of numbers: no letters, no list."""
    rest = _LETTERS.sub("", text)
    return any(each.isdigit() for each in text) and _ANY_LETTER.search(rest) is None


def _unit(text: str, start: int) -> Unit | None:
    """Read a unit that goes from `start` to the end: names, powers, products and quotients."""
    unit: Unit | None = None
    below = False
    for sign, before, name, after in _parts(text, start):
        known = UNITS.get(name) or (UNITS.get(name.lower()) if _is_word(name) else None)
        if known is None or (not sign and unit is not None):
            return None
        below = below or sign in {"/", "per"}
        power = _power(before, after) * (-1 if below else 1)
        unit = (Unit() if unit is None else unit).times(known, power)
    return unit


def _is_word(name: str) -> bool:
    """Say whether capitals in a unit mean nothing: in `Mm` and `mm` they do."""
    return name.isupper() or len(name) > 2  # noqa: PLR2004


def _parts(text: str, start: int) -> Iterator[tuple[str, str, str, str]]:
    """Give the parts of a unit; where something else stands, one with no name."""
    while start < len(text):
        part = _PART.match(text, start)
        if part is None:
            yield "", "", "", ""
            return
        sign = (part[1] or "").strip() or ("*" if part[1] else "")
        yield sign, part[2] or "", part[3], part[4] or ""
        start = part.end()


def _power(before: str, after: str) -> int:
    if before:
        return _POWERS[before.rstrip(".")]
    return _POWERS.get(after) or int(after.strip("^{} ") or 1)
