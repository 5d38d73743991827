"""What an N-Triples line is made of, and the first thing in one that is not."""

import re
from typing import NamedTuple

__all__ = ["Fault", "fault_of"]

_IRI = r"<[^\s\"<>:]+:[^\s\"<>]*>"
_BLANK = r"_:\w(?:[-\w:.]*[-\w:])?"
_LITERAL = rf'"(?:[^"\\]|\\.)*"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^{_IRI})?'
_TERMS = (
    ("subject", re.compile(rf"{_IRI}|{_BLANK}"), "an IRI in <> or a blank node, _:x"),
    ("predicate", re.compile(_IRI), "an IRI in <>"),
    (
        "object",
        re.compile(rf"{_IRI}|{_BLANK}|{_LITERAL}"),
        'an IRI in <>, a blank node, _:x, or a literal, "x", "x"@en or "x"^^<IRI>',
    ),
)
_END = re.compile(r"\.[ \t]*(?:#.*)?")
_SPACES = " \t"
_AFTER = ("", " ", "\t", ".")
_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SHOWN = 40


class Fault(NamedTuple):
    """The field at fault, what is wrong with it, and what is allowed."""

    field: str
    why: str


def fault_of(line: str) -> Fault | None:
    """Find what keeps a line, without spaces at its ends, from being a triple; or nothing."""
    rest = line
    for field, term, allowed in _TERMS:
        found = term.match(rest)
        if found is None:
            return Fault(field, f"{_shown(rest)}; allowed: {allowed}")
        if rest[found.end() : found.end() + 1] not in _AFTER:
            beside = _shown(rest[found.end() :])
            return Fault(
                field, f"{beside} stands right behind {_shown(found[0])}; allowed: a space"
            )
        half = _half_character(found[0])
        if half is not None:
            return Fault(field, f"{half} is half a character; allowed: whole ones")
        rest = rest[found.end() :].lstrip(_SPACES)
    if not rest:
        return Fault("the row", "it does not end with a dot; allowed: subject predicate object .")
    if _END.fullmatch(rest) is None:
        return Fault("the row", f"after the object stands {_shown(rest)}; allowed: a dot alone")
    return None


def _half_character(term: str) -> str | None:
    """Return an escape for half a pair of UTF-16, which is no character of a text."""
    for escaped in _ESCAPED.finditer(term):
        code = int(escaped[1] or escaped[2], 16)
        if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:  # noqa: PLR2004 -- Unicode's own
            return escaped[0]
    return None


def _shown(text: str) -> str:
    if text in {"", "."}:
        return "it is missing"
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
