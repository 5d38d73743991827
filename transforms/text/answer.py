"""Finding the answer that a solution states, or nothing: a guess would become a wrong label.

The rules are tried in this order, and the first that fires decides. None of them rewrites the
answer: it is a slice of the text. All of them take time linear in the text.

boxed    the last balanced LaTeX box (`boxed` or `fbox`)
hashes   GSM8K's `#### 18`: a bare number, or whatever stands there on the very last line
phrase   the last "answer is ..." or "answer: ...", to the end of its sentence
math     the last `$...$`, only with `last_number=True`
number   the last number, only with `last_number=True`
"""

import dataclasses
import re
from collections import deque
from collections.abc import Callable
from typing import Literal

__all__ = ["Extracted", "Rule", "extract_answer"]

Rule = Literal["boxed", "hashes", "phrase", "math", "number"]
Span = tuple[int, int]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """An answer as it is written, the rule that found it, and where: `text[start:end]`."""

    answer: str
    rule: Rule
    start: int
    end: int


def extract_answer(text: str, *, last_number: bool = False) -> Extracted | None:
    """Return the answer that `text` states, or nothing where it states none."""
    for rule, find in _STATED.items():
        span = find(text)
        if span is not None:
            return _extracted(text, rule, span)
    return _last_value(text) if last_number else None


def _extracted(text: str, rule: Rule, span: Span) -> Extracted:
    start, end = span
    return Extracted(answer=text[start:end], rule=rule, start=start, end=end)


_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def _boxed(text: str) -> Span | None:
    """Find the content of the box that opens last among those that close."""
    boxes = {match.end() - 1 for match in _BOX.finditer(text)}
    if not boxes:
        return None
    found: Span | None = None
    stack: list[int] = []
    for match in _BRACE.finditer(text):
        if match[0] == "{":
            stack.append(match.start())
        elif match[0] == "}" and stack:
            opened = stack.pop()
            if opened in boxes and (found is None or opened > found[0]):
                found = (opened, match.start())
    return None if found is None else _trim(text, found[0] + 1, found[1])


_HASHES = re.compile(r"(?<!#)####(?!#)([^\n#]*)$", re.MULTILINE)
_NUMBER = r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?"
_BARE_NUMBER = re.compile(rf"\s*\$?{_NUMBER}\s*%?\.?\s*")


def _hashes(text: str) -> Span | None:
    """Find the last `####` that carries an answer; elsewhere it is a Markdown heading."""
    last_line_end = len(text.rstrip())
    found: Span | None = None
    for match in _HASHES.finditer(text):
        if match.end() >= last_line_end or _BARE_NUMBER.fullmatch(match[1]):
            found = match.span(1)
    return None if found is None else _unwrap(text, *found)


_PHRASE = re.compile(r"\banswer\b[*_]*\s*(?:is\b\s*:?|[:=])[\s*_]*", re.IGNORECASE)
_PHRASE_END = re.compile(r"\n|\.(?=[\s*_]|\Z)|,? (?:because|since|which)\b")
_NO_ANSWER = re.compile(r"(?:not|correct|incorrect|wrong)\b", re.IGNORECASE)


def _phrase(text: str) -> Span | None:
    """Find what follows the last "answer is" in its sentence; "is not ..." states none."""
    last = _last(_PHRASE, text)
    if last is None or _NO_ANSWER.match(text, last.end()):
        return None
    end = _PHRASE_END.search(text, last.end())
    return _unwrap(text, last.end(), len(text) if end is None else end.start())


_MATH = re.compile(r"(?<!\\)\$")
_ANY_NUMBER = re.compile(rf"(?<![\w.)]){_NUMBER}(?:/\d+)?")


def _last_value(text: str) -> Extracted | None:
    """Find the last number, or the last formula where no number follows it."""
    number = _last(_ANY_NUMBER, text)
    dollars = [match.end() for match in _MATH.finditer(text)][-2:]
    formula = _trim(text, dollars[0], dollars[1] - 1) if len(dollars) > 1 else None
    if formula is not None and (number is None or number.end() <= formula[1]):
        return _extracted(text, "math", formula)
    return None if number is None else _extracted(text, "number", number.span())


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)


_WRAPPERS = (
    ("**", "**"),
    ("__", "__"),
    ("*", "*"),
    ("`", "`"),
    ("$", "$"),
    (r"\(", r"\)"),
    (r"\[", r"\]"),
)
_STOPS = frozenset(".,;")


def _unwrap(text: str, start: int, end: int) -> Span | None:
    """Take off white space, emphasis, math delimiters and the sentence's own full stop.

    Works on positions, not on slices, so that a megabyte of asterisks takes linear time.
    """
    while (trimmed := _trim(text, start, end)) is not None:
        start, end = trimmed
        for left, right in _WRAPPERS:
            if _is_wrapped(text, trimmed, left, right):
                start, end = start + len(left), end - len(right)
                break
        else:
            end = _strip_marks(text, start, end)
            if end == trimmed[1]:
                return trimmed
    return None


def _strip_marks(text: str, start: int, end: int) -> int:
    while start < end and text[end - 1] in _STOPS:
        end -= 1
    # Emphasis whose opening stands before the answer, as in `**Answer: 73**`.
    return end - 2 if text.endswith(("**", "__"), start, end) else end


def _is_wrapped(text: str, span: Span, left: str, right: str) -> bool:
    start, end = span
    inner, outer = start + len(left), end - len(right)
    return (
        inner <= outer
        and text.startswith(left, start)
        and text.startswith(right, outer)
        and (left != "$" or text.find("$", inner, outer) < 0)
    )


def _trim(text: str, start: int, end: int) -> Span | None:
    """Shrink the span past white space at both ends; nothing where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


_STATED: dict[Rule, Callable[[str], Span | None]] = {
    "boxed": _boxed,
    "hashes": _hashes,
    "phrase": _phrase,
}
