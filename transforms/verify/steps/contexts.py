"""Why an equation that seems false may be meant otherwise: suppositions, remainders, units."""

import functools
import re
from fractions import Fraction
from typing import Final

from stepsmith.transforms.verify.steps.assertions import is_tried, why_not_asserted
from stepsmith.transforms.verify.steps.compare import Compared
from stepsmith.transforms.verify.steps.meanings import ascends, by_meaning, by_problem
from stepsmith.transforms.verify.steps.sides import Side
from stepsmith.transforms.verify.steps.trees import apart
from stepsmith.transforms.verify.steps.words import FACTORS, SMALL_CHANGE, converts, stem

_OTHER_NUMBERS: Final = re.compile(
    r"""(?ix) \b(?: binary | octal | hexadecimal | clock | bases | gaussian )\b
      | \bas\ strings?\b | \bconcatenat\w*
      | \bbase[-\ ]\$?(?!10\b)(?:[0-9bn]\b|[0-9]{2}|two
        |three|four|five|six|seven|eight|nine|eleven|twelve|sixteen)
      | (?:\bZ|\bF|\\mathbb\s?\{?[ZF]\}?)[_\[]\{?[0-9ni] | \bZ/\d | \bGF\(""",
)
_REMAINDERS: Final = re.compile(r"(?i)\b(?:[pb]?mod|modul\w*)\b|\\equiv|≡|\\[pb]mod|\bcongruen\w*")
_CONDITION: Final = re.compile(
    r"\b(?:[Ii]f|[Ww]hether|[Uu]nless|[Ss]uppos\w*|[Aa]ssum\w*|[Ii]magine|[Ww]ere)\b"
    r"(?:(?!\bthen\b)[^,;:.])*+$"
)
_DENIED_BEFORE: Final = re.compile(
    r"(?i)\b(?:not|never|cannot|wrong\w*|incorrect\w*|mistake\w*|contradict\w*)\b[^,;:.]*+$|n't\b[^,;:.]*+$"
)
_DENIED_AFTER: Final = re.compile(
    r"""(?ix) \b(?: contradict\w* | wrong\w* | false | incorrect\w* | untrue | impossible | absurd
      | mistake\w* | nonsense | not\ (?:true|correct|possible|right|valid|hold|work) | invalid )\b
      | n't\ (?:true|correct|possible|right|valid|hold|work|make)""",
)
_NEGATED: Final = re.compile(r"(?i)\b(?:not|no|false|extraneous|contradict\w*)\b|n't\b|≠|\\neq?\b")
_HEDGED: Final = re.compile(
    r"(?i)\b(?:approx\w*|about|roughly|around|nearly|almost|round\w*|estimat\w*|closest?)\b"
)
_TRIED: Final = re.compile(
    r"(?i)\b(?:plug\w*|substitut\w*|check\w*|try|trying|test\w*|set\w*|equat\w*|solv\w*)\b"
)
_LEFT_OVER: Final = re.compile(r"(?i)\b(?:remain\w*|left\s?over|left)\b|\bR\s?[0-9]")
_SCALED: Final = re.compile(
    r"(?i)\b(?:thousands?|millions?|billions?|hundreds?|dozens?)\b|\d[kKM]\b"
)
_CHOOSES: Final = re.compile(r"(?<![A-Za-z0-9_])C\([0-9]")
_COUNTS: Final = re.compile(
    r"(?i)\b(?:choos\w*|chosen|combin\w*|ways?|select\w*|binom\w*|pick\w*|possib\w*|outcomes?"
    r"|pairs?|subsets?|hands?|probabilit\w*)\b"
)
_MAGNITUDES: Final = frozenset({12, 100, 1000, 10**6, 10**9})
_CLOCK: Final = re.compile(r"(?<![0-9.,])0[0-9]|(?<!\\)\b[ap]\.?m\b")
_FAR: Final = 400  # characters of a sentence that count, so that the time stays linear
_HEDGE: Final = 10
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s|$)|\n")


class Context:
    """A step's text and its problem's, asked only when an equation seems to be false."""

    def __init__(self, text: str, prompt: str) -> None:
        self._text = text
        self._prompt = prompt

    @functools.cached_property
    def _has_other_arithmetic(self) -> bool:
        texts = (self._text, self._prompt)
        return self.has_other_numbers or any(map(_REMAINDERS.search, texts))

    @functools.cached_property
    def has_other_numbers(self) -> bool:
        """Whether the digits may be of another base, or the numbers of another ring."""
        return any(map(_OTHER_NUMBERS.search, (self._text, self._prompt)))

    @functools.cached_property
    def _counts(self) -> bool:
        return any(map(_COUNTS.search, (self._text, self._prompt)))

    def why_not(self, left: Side, right: Side, compared: Compared, start: int, end: int) -> str:
        """Say why this may be no equation between these two values at all, or nothing."""
        if _CHOOSES.search(self._text, start, end) and not self._counts:
            return "a function C that is not known"
        begin, stop = self._sentence(start, end)
        return (
            self._by_words(left, right, compared, self._text[begin:start], self._text[end:stop])
            or why_not_asserted(self._text, start, end, begin, stop)
            or by_problem(right, compared, self._text[start:end], self._prompt)
            or by_meaning(left, right, compared, self._text, (begin, start, end, stop))
            or _by_form(left, right, self._text[start:end])
            or _by_units(left, right, compared, self._text[begin:stop])
        )

    def why_unstated(self, start: int, end: int) -> str:
        """Say why what the words at `start:end` say may not be claimed, or nothing."""
        begin, stop = self._sentence(start, end)
        before, after = self._text[begin:start], self._text[end:stop]
        if _CONDITION.search(before):
            return "a condition"
        if _DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after):
            return "a denial"
        return why_not_asserted(self._text, start, end, begin, stop, by_words=True)

    def _by_words(
        self, left: Side, right: Side, compared: Compared, before: str, after: str
    ) -> str:
        if self._has_other_arithmetic:
            return "a base, or remainders"
        if _CONDITION.search(before):
            return "a condition"
        if _DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after):
            return "a denial"
        if _are_near(compared) and (_HEDGED.search(before) or _HEDGED.search(after)):
            return "an estimate"
        if _are_near(compared, by=1) and _LEFT_OVER.search(after):
            return "a remainder is left"
        if left.read.is_lone:
            may_fail = any(
                pattern.search(part) for pattern in (_TRIED, _NEGATED) for part in (before, after)
            )
        else:
            may_fail = not right.read.is_lone and is_tried(before)
        return "an equation that is tried" if may_fail else ""

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        begin = max(0, start - _FAR)
        for match in _SENTENCE_END.finditer(self._text, begin, start):
            begin = match.end()
        stop = min(end + _FAR, len(self._text))
        following = _SENTENCE_END.search(self._text, end, stop)
        return begin, following.end() if following else stop


def _are_near(compared: Compared, *, by: int = 0) -> bool:
    """Tell whether the values are less than `by` apart, or else within a tenth."""
    one, other = compared.left, compared.right
    if one is None or other is None:
        return False
    difference, size = apart(one, other)
    return difference < by if by else difference * _HEDGE < size


def _by_form(left: Side, right: Side, text: str) -> str:
    if left.read.is_lone and (left.named or left.read.units or right.read.is_lone):
        return "the number is a name's or a unit's"
    if "angle" in left.read.loose | right.read.loose:
        return "degrees or radians"
    if left.is_range and ascends(left.read.tree):
        return "a range"
    return "clock times" if _CLOCK.search(text) else ""


def _by_units(left: Side, right: Side, compared: Compared, sentence: str) -> str:
    factor = _factor(compared)
    words = [stem(word) for word in re.findall(r"[a-z¢]+", sentence.lower())]
    if _SCALED.search(sentence) and factor in _MAGNITUDES:
        return "thousands, or dozens, may be meant"
    if (left.read.has_currency or right.read.has_currency) and SMALL_CHANGE.intersection(words):
        return "cents may be meant"
    mixed = {unit for unit in (*left.read.units, *right.read.units) if converts(unit)}
    if len(mixed) > 1:
        return "units may have been converted"
    if left.unit and right.unit and not right.units.intersection({left.unit}):
        return "units may have been converted"  # "42 / 2 daps = 21 baps"
    if factor in FACTORS and any(map(converts, words)):
        return "units may have been converted"
    return ""


def _factor(compared: Compared) -> Fraction | float | int:
    """Return how many times larger one value is than the other."""
    one, other = compared.left, compared.right
    if not one or not other or isinstance(one, float) or isinstance(other, float):
        return 0
    factor = Fraction(one) / Fraction(other)
    return factor if abs(factor) >= 1 else 1 / factor
