r"""Finding the answer that a solution states, or nothing: a guess would become a wrong label.

The rules are tried in this order, and the first that fires decides; what follows `</think>` comes
before all else. None of them rewrites the answer: it is a slice of the text. All of them take time
linear in the text.

boxed    the last balanced LaTeX box (`boxed` or `fbox`), or the last few with only commas,
         "and", or between equations "or", between them; an answer that is stated after it takes
         its place where it is called final, or where words take the box back ("wait", "actually")
hashes   GSM8K's `#### 18`: a bare number, or whatever stands there on the very last line
phrase   what stands in `<answer>` tags, or else the last "answer is ...", "answer: ..." or
         "answer" as a heading, to the end of its sentence; of "answer: the total is 18" what
         stands after the verb; one that is supposed or called wrong is passed over
math     the last `$...$` or `\(...\)`, only with `last_number=True`
number   the last number, only with `last_number=True`
"""

import dataclasses
import re
from collections import deque
from collections.abc import Callable
from typing import Literal

from stepsmith.transforms.text.asides import is_aside, is_taken_back, may_begin_aside
from stepsmith.transforms.text.boxes import boxed
from stepsmith.transforms.text.spans import Span, last_match, trim, unwrap

__all__ = ["Extracted", "Rule", "extract_answer", "states_nothing"]

Rule = Literal["boxed", "hashes", "phrase", "math", "number"]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """An answer as it is written, the rule that found it, and where: `text[start:end]`."""

    answer: str
    rule: Rule
    start: int
    end: int


def extract_answer(text: str, *, last_number: bool = False) -> Extracted | None:
    """Return the answer that `text` states, or nothing where it states none."""
    thought = text.rfind(_THOUGHT) + len(_THOUGHT)
    if thought >= len(_THOUGHT) and (found := _stated(text[thought:])) is not None:
        start, end = thought + found.start, thought + found.end
        return dataclasses.replace(found, start=start, end=end)
    found = _stated(text)
    return _last_value(text) if found is None and last_number else found


_THOUGHT = "</think>"  # what comes after it is what the model says


def _stated(text: str) -> Extracted | None:
    for rule, find in _STATED.items():
        span = find(text)
        if span is not None:
            later = _later_phrase(text, span[1]) if rule == "boxed" else None
            return _extracted(text, rule, span) if later is None else later
    return None


_TRIGGER = re.compile(r"\\boxed|\\fbox|####|answer|correct", re.IGNORECASE)


def states_nothing(text: str) -> bool:
    """Say whether what follows `text` states the same answer with it as without it.

    For certain only where true; without `last_number`. Every rule begins with a trigger, and one
    that comes later looks back over white space for an aside alone. Braces that stay open are no
    boxes.
    """
    if not text:
        return True
    return text[-1].isspace() and _TRIGGER.search(text) is None and not may_begin_aside(text)


def _extracted(text: str, rule: Rule, span: Span) -> Extracted:
    start, end = span
    return Extracted(answer=text[start:end], rule=rule, start=start, end=end)


_HASHES = re.compile(r"(?<!#)####(?!#)([^\n#]*)$", re.MULTILINE)
_NUMBER = r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?"
_BARE_NUMBER = re.compile(rf"\s*\$?{_NUMBER}\s*%?\.?\s*")


def _hashes(text: str) -> Span | None:
    """Find the last `####` that carries an answer; elsewhere it is a Markdown heading."""
    if "####" not in text:
        return None
    last_line_end = len(text.rstrip())
    found: Span | None = None
    for match in _HASHES.finditer(text):
        if match.end() >= last_line_end or _BARE_NUMBER.fullmatch(match[1]):
            found = match.span(1)
    return None if found is None else unwrap(text, *found)


_BULLET = r"(?:(?<=\n)[-\u2022] )?"  # no sign: an answer may be the only item of a list
# With its first letter as a class `re` finds where to look four times as fast.
_PHRASE = re.compile(
    r"[AaCc](?<!\w\w)(?i:(?<=a)nswer|(?<=c)orrect (?:option|choice))\b[*_]*\s*"
    r"(?i:is\b(?:,? (?:therefore|thus|hence|then|simply|indeed)\b,?)?\s*:?|[:=])[\s*_]*" + _BULLET
)
_HEADING = re.compile(
    r"^[#*_ \t]*(?:final[ \t]+)?answer[*_ \t]*\n\s*" + _BULLET, re.IGNORECASE | re.MULTILINE
)
_PHRASE_END = re.compile(
    r"\n|\.?</answer>|\.(?=[\s*_]|\Z)|,? \(?(?:because|since|which|though|although|whereas)\b"
    r"|, (?:but|not|as required|as desired)\b|; (?:we|so|this|that|it|check)\b| \(not\b"
)
_DISPLAY = (("$$", "$$"), (r"\[", r"\]"))
_NO_ANSWER = re.compile(r"(?:not|correct|incorrect|wrong)\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|equals)\b[\s:*_]*+(?!not\b)")
_FINAL = re.compile(r"final\s{1,5}\Z", re.IGNORECASE)


def _tagged(text: str) -> Span | None:
    """Find what stands in the last pair of tags, as models are told to mark their answer."""
    end = text.rfind("</answer>")
    start = text.rfind("<answer>", 0, max(end, 0))
    return None if start < 0 else unwrap(text, start + len("<answer>"), end)


def _phrase(text: str) -> Span | None:
    """Find what follows the last "answer is" in its sentence; "is not ..." states none."""
    said, tagged = _said(text), _tagged(text)
    if tagged is None or (said is not None and tagged[0] <= said[0] < tagged[1]):
        return said
    return tagged


def _said(text: str) -> Span | None:
    phrases = (match for match in _PHRASE.finditer(text) if not is_aside(text, match.start()))
    said = next(iter(deque(phrases, maxlen=1)), None)
    found = [match for match in (said, last_match(_HEADING, text)) if match]
    if not found:
        return None
    last = max(found, key=lambda match: match.end())
    if _NO_ANSWER.match(text, last.end()):
        return None
    return _narrowed(text, unwrap(text, last.end(), _sentence_end(text, last.end())))


def _sentence_end(text: str, start: int) -> int:
    for opening, closing in _DISPLAY:
        if text.startswith(opening, start):
            closed = text.find(closing, start + len(opening))
            if closed >= 0:
                return closed + len(closing)
    end = _PHRASE_END.search(text, start)
    return len(text) if end is None else end.start()


def _narrowed(text: str, span: Span | None) -> Span | None:
    """Of "the total is 18" take what stands after the last verb, where there is a value."""
    if span is None:
        return None
    verb = next(iter(deque(_VERB.finditer(text, *span), maxlen=1)), None)
    if verb is None or not _has_value(text, verb.end(), span[1]):
        return span
    return unwrap(text, verb.end(), span[1])


def _has_value(text: str, start: int, end: int) -> bool:
    return any(character.isdigit() or character in "$\\" for character in text[start:end])


def _later_phrase(text: str, after: int) -> Extracted | None:
    """Find an answer that is stated after a box, as the final one or after taking the box back."""
    last = last_match(_PHRASE, text[after:])
    if last is None:
        return None
    start = after + last.start()
    is_final = _FINAL.search(text, max(0, start - 12), start) is not None
    if not is_final and not is_taken_back(text, after, start):
        return None
    span = _phrase(text)
    if span is None or span[0] < after or not _has_value(text, *span):
        return None
    return _extracted(text, "phrase", span)


_MATH = re.compile(r"(?<!\\)\$")
_INLINE = re.compile(r"(?<!\\)\\[()\[\]]")
_ANY_NUMBER = re.compile(rf"(?<![\w.)])(?<!\d,){_NUMBER}(?:(?:,\d{{1,2}}(?!\d))+|/\d+)?")


def _last_value(text: str) -> Extracted | None:
    """Find the last number, or the last formula where no number follows it."""
    number = last_match(_ANY_NUMBER, text)
    formulas = [each for each in (_in_dollars(text), _in_brackets(text)) if each is not None]
    formula = max(formulas, key=lambda span: span[1], default=None)
    if formula is not None and (number is None or number.end() <= formula[1]):
        return _extracted(text, "math", formula)
    return None if number is None else _extracted(text, "number", number.span())


def _in_dollars(text: str) -> Span | None:
    dollars = [match.end() for match in _MATH.finditer(text)][-2:]
    return trim(text, dollars[0], dollars[1] - 1) if len(dollars) > 1 else None


def _in_brackets(text: str) -> Span | None:
    marks = deque(_INLINE.finditer(text), maxlen=2)
    if len(marks) < 2 or (marks[0][0], marks[1][0]) not in {(r"\(", r"\)"), (r"\[", r"\]")}:  # noqa: PLR2004
        return None
    return trim(text, marks[0].end(), marks[1].start())


_STATED: dict[Rule, Callable[[str], Span | None]] = {
    "boxed": boxed,
    "hashes": _hashes,
    "phrase": _phrase,
}
