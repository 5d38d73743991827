"""A table of facts: which case has which finding in which state, and who else has it."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stepsmith.transforms.evidence.spelling import unified
from stepsmith.transforms.text.names import fold

__all__ = ["CaseFact", "CaseRecord", "FactsTable", "Statement", "several_texts"]


class Statement(NamedTuple):
    """A finding, and the state that it is in."""

    finding: str
    state: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class CaseFact:
    """One row of a table: `finding` has `state` in `case`.

    `name` and `text` are of the case, `evidence` is a passage that says this fact in its own words,
    `topic` what the finding belongs to; each may be empty.
    """

    case: str
    finding: str
    state: str
    name: str = ""
    text: str = ""
    evidence: str = ""
    topic: str = ""

    @property
    def statement(self) -> Statement:
        """What the row says of its case."""
        return Statement(self.finding, self.state)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class CaseRecord:
    """A case and what is known of it; `passages` are the texts of those facts that have one."""

    key: str
    name: str
    text: str
    statements: tuple[Statement, ...]
    passages: Mapping[Statement, str]

    def states(self, finding: str) -> frozenset[str]:
        """Return the states of a finding, several where the table has several."""
        return frozenset(each.state for each in self.statements if each.finding == finding)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FactsTable:
    """The cases by their keys, sorted, and for each finding who has it in which state, sorted.

    `multiple` are the findings that some case of the whole table has in two states, and `said` is
    what each passage of it says, by `fold`. `has_texts` and `has_passages` are of the whole, too:
    a made text beside given ones would give itself away.
    """

    cases: Mapping[str, CaseRecord]
    holders: Mapping[str, Mapping[str, tuple[str, ...]]]
    topics: Mapping[str, str]
    multiple: frozenset[str]
    said: Mapping[str, frozenset[Statement]]
    has_texts: bool
    has_passages: bool

    @classmethod
    def of(cls, facts: Iterable[CaseFact]) -> "FactsTable":
        """Gather rows by case; the first name, text and passage that a table gives count.

        Findings, and the states of each, that differ in case or spaces alone are one, and so are
        cases with one text: what a row says of the text holds of all of them.
        """
        by_case: dict[str, list[CaseFact]] = {}
        topics: dict[str, str] = {}
        for fact in _one_case_a_text(_one_spelling(list(facts))):
            by_case.setdefault(fact.case, []).append(fact)
            if fact.topic:
                topics.setdefault(fact.finding, fact.topic)
        cases = {key: _record(key, by_case[key]) for key in sorted(by_case)}
        holders = _holders(cases.values())
        said = _said(fact for rows in by_case.values() for fact in rows)
        return cls(
            cases=cases,
            holders=holders,
            topics=topics,
            multiple=frozenset(each for each in holders if not _is_single(holders[each])),
            said=said,
            has_texts=any(case.text for case in cases.values()),
            has_passages=bool(said),
        )

    def among(self, keys: Iterable[str]) -> "FactsTable":
        """Return the table of some cases alone."""
        chosen = frozenset(keys)
        cases = {key: case for key, case in self.cases.items() if key in chosen}
        return dataclasses.replace(self, cases=cases, holders=_holders(cases.values()))

    def states(self, finding: str) -> tuple[str, ...]:
        """Return every state that a finding has in some case, sorted."""
        return tuple(self.holders.get(finding, {}))

    def only(self, finding: str, state: str, *, not_state: str) -> tuple[str, ...]:
        """Return the cases that have a finding in one state and not in the other."""
        others = frozenset(self.holders[finding].get(not_state, ()))
        return tuple(key for key in self.holders[finding].get(state, ()) if key not in others)


def several_texts(facts: Iterable[CaseFact]) -> Mapping[str, tuple[str, ...]]:
    """Return the cases that have more than one text, and these: whose facts are whose is unknown.

    Texts that differ in case or spaces alone are one.
    """
    texts: dict[str, dict[str, str]] = {}
    for fact in facts:
        if fact.text:
            texts.setdefault(fact.case, {}).setdefault(fold(fact.text), fact.text)
    return {case: tuple(each.values()) for case, each in texts.items() if len(each) > 1}


def _one_spelling(facts: Sequence[CaseFact]) -> Sequence[CaseFact]:
    """Write each finding as most rows do, and each of its states."""
    findings = unified(fact.finding for fact in facts)
    topics = unified(fact.topic for fact in facts)
    named = [
        dataclasses.replace(fact, finding=findings[fact.finding], topic=topics[fact.topic])
        for fact in facts
    ]
    written: dict[str, list[str]] = {}
    for fact in named:
        written.setdefault(fact.finding, []).append(fact.state)
    states = {finding: unified(each) for finding, each in written.items()}
    return [dataclasses.replace(fact, state=states[fact.finding][fact.state]) for fact in named]


def _one_case_a_text(facts: Sequence[CaseFact]) -> Sequence[CaseFact]:
    """Give the facts of cases that have the same text to the first of these cases."""
    texts = {fact.case: fold(fact.text) for fact in reversed(facts) if fact.text}
    first: dict[str, str] = {}
    for case, text in sorted(texts.items()):
        first.setdefault(text, case)
    owner = {case: first[text] for case, text in texts.items() if first[text] != case}
    return [
        dataclasses.replace(fact, case=owner[fact.case]) if fact.case in owner else fact
        for fact in facts
    ]


def _said(facts: Iterable[CaseFact]) -> Mapping[str, frozenset[Statement]]:
    """Return what each passage says, whoever's it is."""
    found: dict[str, set[Statement]] = {}
    for fact in facts:
        if fact.evidence:
            found.setdefault(fold(fact.evidence), set()).add(fact.statement)
    return {text: frozenset(statements) for text, statements in found.items()}


def _is_single(holders: Mapping[str, Sequence[str]]) -> bool:
    keys = [key for each in holders.values() for key in each]
    return len(set(keys)) == len(keys)


def _record(key: str, facts: Sequence[CaseFact]) -> CaseRecord:
    passages: dict[Statement, str] = {}
    for fact in facts:
        if fact.evidence:
            passages.setdefault(fact.statement, fact.evidence)
    return CaseRecord(
        key=key,
        name=next((fact.name for fact in facts if fact.name), key),
        text=next((fact.text for fact in facts if fact.text), ""),
        statements=tuple(sorted({fact.statement for fact in facts})),
        passages=passages,
    )


def _holders(cases: Iterable[CaseRecord]) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for case in cases:
        for finding, state in case.statements:
            found.setdefault(finding, {}).setdefault(state, []).append(case.key)
    return {
        finding: {state: tuple(found[finding][state]) for state in sorted(found[finding])}
        for finding in sorted(found)
    }
