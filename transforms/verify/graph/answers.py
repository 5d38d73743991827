"""Which nodes an answer names, and whether they are the question's."""

import re
from typing import NamedTuple

from stepsmith.schemas.records import Verdict
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.linking.lines import field_nodes
from stepsmith.transforms.linking.mentions import read_line
from stepsmith.transforms.linking.near import Repairs
from stepsmith.transforms.linking.negation import holds_denial
from stepsmith.transforms.linking.words import BARRIERS, CONDITIONS, GLUE, encodable
from stepsmith.transforms.verify.base import invalid, undecided, valid
from stepsmith.transforms.verify.graph.question import Question

_LONGEST = 500
_LETTER = re.compile(
    r"(?:(?i:option|choice|answer)\s{1,5})?\(?([A-Za-z])(?:\)|[.:,]|\s-|\Z)[\s:,-]*"
)
_OTHER_LETTER = re.compile(r"(?<![^\W_])([A-Za-z])(?:\s{0,3}(?:[).,:/]|\Z)|\s{1,3}(?:or|and)\b)")
_MARKS = " \t\r\n*_`\"'$.,;:()[]{}\\"
_ALTERNATIVES = frozenset(("or", "either"))
_EXCLUDING = BARRIERS | CONDITIONS
_MAX_SHOWN = 80


class Named(NamedTuple):
    """The nodes that one name of an answer may mean.

    It is one of several that the answer offers, if `offered`, and may be the one that it excludes,
    if `denied`.
    """

    text: str
    nodes: frozenset[int]
    offered: bool = False
    denied: bool = False


def judge_answer(question: Question, stated: str) -> Verdict:
    """Judge an answer as it is written: names, a letter of the options, or both."""
    if len(stated) > _LONGEST:
        return undecided(f"too long: the answer has {len(stated)} characters")
    stated = encodable(stated)
    lettered = _lettered(question, stated)
    if isinstance(lettered, Verdict):
        return lettered
    letter, rest = lettered
    named = _named(question.graph, rest)
    if any(each.denied for each in named):
        return undecided(f"not stated: {_shown(stated)} denies a name, or makes a condition of it")
    if letter is not None and any(not letter.nodes & each.nodes for each in named):
        return undecided(f"letter and name disagree: {_shown(stated)}")
    if letter is not None:
        return _compared(question, letter)
    return _judge_names(question, stated, named)


def _judge_names(question: Question, stated: str, named: list[Named]) -> Verdict:
    if not named:
        return undecided(f"unlinked: {_shown(stated)} is no name of the graph")
    if len(named) > 1:
        return _several(question, stated, named)
    return _compared(question, named[0])


def check_question(question: Question, answer: str | None) -> str | None:
    """Say what is wrong with a question's own answers; nothing where they are right."""
    if not question.answers:
        return "no answers: the payload has none"
    ends = {path[-1].tail for path in question.paths if path}
    if not ends <= question.answers:
        return "no answer: a path ends in a node that is none of the answers"
    if question.options and not any(each.node in question.answers for each in question.options):
        return "no answer: none of the options is one"
    if answer is not None and answer.strip():
        verdict = judge_answer(question, answer)
        if verdict.outcome != "valid":
            return f"another answer: {verdict.evidence}"
    return None


def _lettered(question: Question, stated: str) -> tuple[Named | None, str] | Verdict:
    """Split an answer into the option that its letter stands for, and the rest."""
    text = stated.strip(_MARKS)
    match = _LETTER.match(stated.strip(" \t\r\n*_`\"'$\\")) if question.options else None
    if match is None:
        return None, text
    nodes = frozenset(
        each.node for each in question.options if each.letter.casefold() == match[1].casefold()
    )
    after = stated.strip(" \t\r\n*_`\"'$\\")[match.end() :]
    rest = after.strip(_MARKS)
    if nodes and _offers_another(question, match[1], after):
        return undecided(f"several answers: {_shown(stated)}")
    if not nodes and not rest:
        return undecided(f"no option: {match[1]!r} is none of the letters")
    if not nodes:
        return None, text
    return Named(match[1].upper(), nodes), rest


def _offers_another(question: Question, letter: str, rest: str) -> bool:
    """Say whether the letter of another option stands behind a letter: `B, C`."""
    letters = {each.letter.casefold() for each in question.options} - {letter.casefold()}
    return any(each[1].casefold() in letters for each in _OTHER_LETTER.finditer(rest))


def _named(graph: Graph, text: str) -> list[Named]:
    """Return the names that an answer consists of: the whole of it, or those within it."""
    if not text:
        return []
    whole = field_nodes(graph, text, Repairs(graph))
    if whole is not None:
        return [Named(text, frozenset(whole[0]))]
    line = read_line(graph, text, Repairs(graph))
    covered = {at for each in line.mentions for at in range(each.first, each.last)}
    if any(at not in covered and word.text not in GLUE for at, word in enumerate(line.words)):
        return []  # it says more than names
    around = {word.text for at, word in enumerate(line.words) if at not in covered}
    found: list[Named] = []
    for each in line.mentions:
        start, end = line.place(each.first, each.last)
        offered = bool(around & _ALTERNATIVES)
        denied = bool(around & _EXCLUDING) or holds_denial(" ".join(around))
        found.append(Named(line.text[start:end], frozenset(each.nodes), offered, denied))
    return found


def _several(question: Question, stated: str, named: list[Named]) -> Verdict:
    right = [bool(each.nodes & question.answers) for each in named]
    if all(right) and not named[0].offered:
        return valid(f"all of {_shown(stated)} are answers")
    if any(right):
        return undecided(f"several answers: {_shown(stated)}")
    return invalid(f"none of {_shown(stated)} is an answer")


def _compared(question: Question, named: Named) -> Verdict:
    """Compare what one name may mean with the answers: one of them is enough."""
    if named.nodes & question.answers:
        return valid(f"{_shown(named.text)} is {_keys(question, named.nodes & question.answers)}")
    on_path = {node for path in question.paths for edge in path for node in (edge.head, edge.tail)}
    early = named.nodes & on_path
    if early:
        return invalid(f"early stop: {_shown(named.text)} is on the path, and no answer")
    return invalid(
        f"another answer: {_shown(named.text)} is {_keys(question, named.nodes)},"
        f" not {_keys(question, question.answers)}"
    )


def _keys(question: Question, nodes: frozenset[int]) -> str:
    keys = sorted(map(question.graph.key, nodes))
    return " or ".join(keys[:5]) + (" ..." if len(keys) > 5 else "")  # noqa: PLR2004 -- shown


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}...")
