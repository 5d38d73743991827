"""Machine lines, `head | relation | tail`: alone on a line, or in brackets behind the prose."""

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.linking.links import Assertion, Candidate, Unlinked
from stepsmith.transforms.linking.near import Repairs
from stepsmith.transforms.linking.phrases import Reading, phrases_of

_MARKS = " \t`*\"'"
_OPENING = "[(<{`"
_CLOSING = "])>}`"
_BULLET = re.compile(r"\s{0,20}(?:[-*\u2022]|\d{1,3}[.)])\s")
_BREAK = re.compile(r"[.!?:;]\s")
_DENIED = re.compile(
    r"\s*(?:not\b|no\b|\u00ac|!|~|(?:it is )?(?:not true|false)(?: that)?:?)\s*", re.IGNORECASE
)
_DENYING = re.compile(
    r"\b(?:does|do|did|is|are|was|were|has|have|can) not\b|\w+n't\b", re.IGNORECASE
)
_LONGEST = 300
_MAX_CANDIDATES = 256


class Field(NamedTuple):
    """One field of a machine line, without what stands around it, and its place."""

    text: str
    start: int
    end: int


class MachineLine(NamedTuple):
    """The three fields of a machine line; all before `start` is prose."""

    start: int
    end: int
    head: Field
    relation: Field
    tail: Field


def find_line(graph: Graph, text: str) -> MachineLine | None:
    """Find the machine line in one line of text: it has exactly two separators in it."""
    inner = text.strip(" \t`")
    offset = text.find(inner)
    if inner.startswith("|") and inner.endswith("|"):
        inner, offset = inner[1:-1], offset + 1
    if inner.count("|") != 2:  # noqa: PLR2004 -- between three fields
        return None
    one = inner.index("|") + offset
    two = inner.index("|", one - offset + 1) + offset
    start = _head_start(graph, text, offset, one)
    end = _tail_end(text, two + 1, offset + len(inner))
    return MachineLine(
        start, end, _field(text, start, one), _field(text, one + 1, two), _field(text, two + 1, end)
    )


def _head_start(graph: Graph, text: str, first: int, last: int) -> int:
    """Find where the head begins: a name may hold a colon, so the first that is one decides."""
    bracket = max(text.rfind(mark, first, last) for mark in _OPENING)
    bullet = _BULLET.match(text, first, last)
    breaks = [bullet.end() if bullet else first]
    breaks += [each.end() for each in _BREAK.finditer(text, first, last)]
    if bracket >= 0 and not any(mark in text[bracket:last] for mark in _CLOSING if mark != "`"):
        breaks.append(bracket + 1)
    known = (at for at in sorted(breaks) if graph.find(_field(text, at, last).text[:_LONGEST]))
    return next(known, max(breaks))


def _tail_end(text: str, first: int, last: int) -> int:
    """Find where the tail ends: before a bracket that was opened before it."""
    for at in range(first, last):
        if text[at] in _OPENING[:-1]:
            return last
        if text[at] in _CLOSING:
            return at
    return last


def _field(text: str, start: int, end: int) -> Field:
    inner = text[start:end].strip(_MARKS)
    at = text.find(inner, start)
    return Field(inner, at, at + len(inner))


def link_line(graph: Graph, line: MachineLine, repairs: Repairs) -> Assertion | Unlinked:
    """Link the three fields of a machine line."""
    denied = _DENIED.match(line.head.text)
    head = line.head.text[denied.end() :] if denied else line.head.text
    heads, tails = (
        field_nodes(graph, head, repairs),
        field_nodes(graph, _without_stop(graph, line.tail.text), repairs),
    )
    if heads is None and denied:
        heads, denied = field_nodes(graph, line.head.text, repairs), None
    relation, negated = _relation(graph, line.relation.text)
    for field, found in ((line.head, heads), (line.tail, tails)):
        if found is None:
            return Unlinked(
                reason="no name", detail=field.text[:80], start=line.start, end=line.end
            )
    if relation is None or heads is None or tails is None:
        detail = line.relation.text[:80]
        return Unlinked(reason="no relation", detail=detail, start=line.start, end=line.end)
    readings, score = relation
    candidates = tuple(
        Candidate(_edge(one, reading, two), reading.inverted)
        for reading in readings
        for one, two in product(heads[0], tails[0])
    )
    if len(candidates) > _MAX_CANDIDATES:
        return Unlinked(reason="too ambiguous", detail="", start=line.start, end=line.end)
    return Assertion(
        candidates=candidates,
        start=line.start,
        end=line.end,
        negated=negated is not (denied is not None),
        written="line",
        score=min(score, heads[1], tails[1]),
    )


def _edge(one: int, reading: Reading, two: int) -> Edge:
    head, tail = (two, one) if reading.inverted else (one, two)
    return Edge(head, reading.relation, tail)


def field_nodes(graph: Graph, text: str, repairs: Repairs) -> tuple[tuple[int, ...], float] | None:
    """Return the nodes of a field, and how surely: by key, name, words, then by the nearest."""
    text = text[:_LONGEST]
    key = graph.node(text)
    if key is not None:
        return (key,), 1.0
    if len(text) == 1:
        return None  # a placeholder, as in "Name Q"
    for written in (text, text.replace("_", " "), _without_article(text)):
        nodes = graph.find(written)
        if nodes:
            return nodes, 1.0
    return repairs.near(text)


def _relation(graph: Graph, text: str) -> tuple[tuple[tuple[Reading, ...], float] | None, bool]:
    """Return what a relation's field means, and whether it denies."""
    phrases = phrases_of(graph)
    text = text[:_LONGEST]
    found = phrases.named(text)
    if found is not None and found[1] == 1:
        return found, False
    denied = _DENIED.match(text)
    if denied:
        return phrases.named(text[denied.end() :]), True
    if _DENYING.search(text):
        return phrases.named(_affirmed(text)), True
    return found, False


def _affirmed(text: str) -> str:
    """Take the negation out of a phrase: `does not treat` is `treat`, `is not in` is `in`."""
    return _DENYING.sub("", text, count=1).strip()


def _without_article(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest if first.casefold() in {"the", "a", "an"} and rest else text


def _without_stop(graph: Graph, text: str) -> str:
    """Take off the full stop of a sentence, unless it is a part of the name."""
    return text if graph.find(text[:_LONGEST]) else text.rstrip(".;, ")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line of a step with the place where it begins."""
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, line.rstrip("\r\n")
        at += len(line)
