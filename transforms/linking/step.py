"""Link one step: its machine lines, its prose, and whether both speak of the same."""

import dataclasses
import re
from collections.abc import Sequence
from functools import lru_cache

from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.linking.lines import find_line, lines_of, link_line
from stepsmith.transforms.linking.links import Assertion, Links, Unlinked
from stepsmith.transforms.linking.mentions import Line, read_line
from stepsmith.transforms.linking.near import Repairs
from stepsmith.transforms.linking.negation import holds_denial, takes_back
from stepsmith.transforms.linking.prose import QUESTION, Found, parse_sentence
from stepsmith.transforms.linking.sentences import Sentence, sentences_of
from stepsmith.transforms.linking.words import HEDGES, encodable, words_of

_REMARK = "a remark says that something is not so"
_AHEAD = "a remark says that what follows is not so"
_SUPPOSING = HEDGES | frozenset(
    ("assumption", "claim", "conjecture", "guess", "hypothesis", "hypothetically", "imagine")
)
_OTHERS = "the prose names other entities"
_LABEL = re.compile(
    r"\s{0,20}[*_]{0,2}(?:step|hop|fact) {0,3}\d{1,3}[*_]{0,2} {0,3}[:.)]", re.IGNORECASE
)
MAX_CHARACTERS = 20_000
"""Longer steps are not read: they hold no one fact."""


def link_step(graph: Graph, text: str, context: tuple[int, ...] = ()) -> Links:
    """Link what a step asserts to edges of a graph, in time linear in its text.

    `context` are the nodes that a pronoun may stand for. A step of more than `MAX_CHARACTERS` is
    "too much".
    """
    if len(text) > MAX_CHARACTERS:
        much = Unlinked(reason="too much", detail=f"{len(text)} characters", start=0, end=len(text))
        return Links(unlinked=(much,))
    return _link(graph, encodable(text), context)


@lru_cache(maxsize=2048)
def _link(graph: Graph, text: str, context: tuple[int, ...]) -> Links:
    # A chain of n steps is judged n times, each time with all steps before.
    repairs = Repairs(graph)
    written: list[Found] = []
    said: list[Found] = []
    named: frozenset[int] = frozenset()
    for at, line in lines_of(text):
        machine = find_line(graph, line)
        prose = line if machine is None else line[: machine.start]
        found, nodes = _prose(graph, prose, context, repairs)
        said += [_moved(each, at) for each in found]
        if machine is not None and _supposes(prose):
            said.append(_unasserted(at, at + machine.start))
        named |= nodes
        if machine is not None:
            written.append(_moved(link_line(graph, machine, repairs), at))
            context = _context_after(written, context)
            if holds_denial(line[machine.end :]):
                said.append(_remark(at + machine.end, at + len(line)))
        else:
            context = _context_after(found, context)
    remarks = [each for each in said if isinstance(each, Unlinked) and _is_remark(each)]
    return _joined(_unless(written, remarks), _unless(said, remarks), named)


def _prose(
    graph: Graph, text: str, context: tuple[int, ...], repairs: Repairs
) -> tuple[list[Found], frozenset[int]]:
    found: list[Found] = []
    label = _LABEL.match(text)
    if label is not None:  # blanked out, so that places stay what they are
        text = " " * label.end() + text[label.end() :]
    line = read_line(graph, text, repairs)
    for sentence in sentences_of(line):
        new = list(parse_sentence(line, sentence, context, repairs))
        remark = _remark_end(line, sentence)
        if takes_back(line.words, sentence.first, remark):
            start, end = line.place(sentence.first, remark)
            whole = remark == sentence.last
            detail = _REMARK if whole and not _introduces(line, sentence) else _AHEAD
            new = [*(() if whole else new), _remark(start, end, detail)]
        found += new
        context = _context_after(new, context, sentence)
    return found, frozenset(node for each in line.mentions for node in each.nodes)


def _remark_end(line: Line, sentence: Sentence) -> int:
    """Return where what may be a remark ends: all of a sentence without a name or a phrase.

    Behind another sentence it may be about that, and go on: `No, that is wrong: ...`.
    """
    ends = [unit.first for unit in sentence.units] + [said.first for said in sentence.said]
    if not ends:
        return sentence.last
    end = min(ends)
    is_apart = 0 < sentence.first < end and not line.between(end).isspace()
    return end if is_apart else sentence.first


def _introduces(line: Line, sentence: Sentence) -> bool:
    """Say whether a sentence is about what follows: it ends with a colon or an open bracket."""
    return sentence.last == len(line.words) and bool(set(":([") & set(line.between(sentence.last)))


def _remark(start: int, end: int, detail: str = _REMARK) -> Unlinked:
    return Unlinked(reason="scope of a negation", detail=detail, start=start, end=end)


def _supposes(prose: str) -> bool:
    """Say whether what stands right before a machine line supposes it: `Hypothesis: a | r | b`."""
    last = words_of(prose.casefold())[-1:]
    return any(word.text in _SUPPOSING for word in last)


def _unasserted(start: int, end: int) -> Unlinked:
    return Unlinked(reason="not asserted", detail="it is supposed", start=start, end=end)


def _is_remark(found: Unlinked) -> bool:
    return found.detail in {_REMARK, _AHEAD}


def _unless(found: Sequence[Found], remarks: Sequence[Unlinked]) -> list[Found]:
    """Take nothing for asserted of which a remark says that it is not so."""
    last = max((each.end for each in remarks), default=-1)
    everything = any(each.detail == _AHEAD for each in remarks)
    return [
        _remark(each.start, each.end)
        if isinstance(each, Assertion) and (everything or each.start <= last)
        else each
        for each in found
    ]


def _context_after(
    found: Sequence[Found], context: tuple[int, ...], sentence: Sentence | None = None
) -> tuple[int, ...]:
    """Return what a pronoun may stand for: the ends of the last fact, or the one name since."""
    last = next((each for each in reversed(found) if isinstance(each, Assertion)), None)
    if last is not None:
        return nodes_of(last)
    items = [] if sentence is None else [item for unit in sentence.units for item in unit.items]
    return items[0].nodes if len(items) == 1 else context


def nodes_of(assertion: Assertion) -> tuple[int, ...]:
    """Return the nodes at the ends of the edges that an assertion may mean, each once."""
    edges = (each.edge for each in assertion.candidates)
    return tuple(dict.fromkeys(node for edge in edges for node in (edge.tail, edge.head)))


def _moved(found: Found, by: int) -> Found:
    return dataclasses.replace(found, start=found.start + by, end=found.end + by)


def _joined(written: Sequence[Found], said: Sequence[Found], named: frozenset[int]) -> Links:
    """Let the machine lines speak for a step, unless its prose speaks of something else."""
    lines = [each for each in written if isinstance(each, Assertion)]
    prose = [each for each in said if isinstance(each, Assertion)]
    in_prose = named
    named |= {node for each in (*lines, *prose) for node in nodes_of(each)}
    if not written:
        return _links(said, named)
    if len(lines) < len(written):
        return _links(written, named)
    odd = (
        _disagreement(lines, prose)
        or _not_plain(said)
        or _other_names(lines, prose, said, in_prose)
    )
    if odd is not None:
        return Links(unlinked=(odd,), named=named)
    return _links(lines, named)


def _not_plain(said: Sequence[Found]) -> Unlinked | None:
    """Say where the prose beside a line supposes something, or denies what is not plain."""
    for each in said:
        if isinstance(each, Unlinked) and (
            each.reason == "scope of a negation"
            or (each.reason == "not asserted" and each.detail != QUESTION)
        ):
            return _odd(each, each.detail)
    return None


def _other_names(
    lines: Sequence[Assertion],
    prose: Sequence[Assertion],
    said: Sequence[Found],
    in_prose: frozenset[int],
) -> Unlinked | None:
    """Say where prose that asserts nothing by itself does not name what its line speaks of."""
    unknown = next(
        (each for each in said if isinstance(each, Unlinked) and each.reason == "no name"), None
    )
    if prose or not lines or not (in_prose or unknown):
        return None
    if unknown is not None:
        return _odd(unknown, f"the prose names {unknown.detail!r}")
    ends = [{each.edge.head, each.edge.tail} for line in lines for each in line.candidates]
    whole = any(pair <= in_prose for pair in ends)
    return None if whole or in_prose <= set().union(*ends) else _odd(lines[0], _OTHERS)


def _disagreement(lines: Sequence[Assertion], prose: Sequence[Assertion]) -> Unlinked | None:
    """Say where the prose names other entities than the lines, or denies what they assert."""
    for each in prose:
        same = [line for line in lines if _meet(line, each)]
        if not same:
            return _odd(each, _OTHERS)
        if all(line.negated != each.negated for line in same):
            return _odd(each, "one of them is denied")
    return None


def _meet(line: Assertion, prose: Assertion) -> bool:
    ends = {frozenset((each.edge.head, each.edge.tail)) for each in line.candidates}
    return any(frozenset((each.edge.head, each.edge.tail)) in ends for each in prose.candidates)


def _odd(prose: Found, detail: str) -> Unlinked:
    return Unlinked(
        reason="prose and line disagree", detail=detail, start=prose.start, end=prose.end
    )


def _links(found: Sequence[Found], named: frozenset[int]) -> Links:
    return Links(
        assertions=tuple(each for each in found if isinstance(each, Assertion)),
        unlinked=tuple(each for each in found if isinstance(each, Unlinked)),
        named=named,
    )


def forget() -> None:
    """Forget the steps that were linked, so that a measurement links each of them."""
    _link.cache_clear()
