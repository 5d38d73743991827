"""The plain block: support, wrong state, topic and case mismatch, in groups that balance."""

import dataclasses
from collections.abc import Iterator, Sequence
from random import Random

from stepsmith.transforms.evidence.facts import CaseRecord, FactsTable, Statement
from stepsmith.transforms.evidence.group import Anchor, CaseView, EvidenceGroup, Unit
from stepsmith.transforms.evidence.spelling import alike
from stepsmith.transforms.text.names import fold

__all__ = ["plain_groups", "view_of"]

_TRIES = 20
"""How often per wanted anchor something is drawn that may not do: a case of both states, say."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Twins:
    """A finding, and two cases that have it in different states."""

    finding: str
    states: tuple[str, str]
    cases: tuple[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Group:
    """What its evidence must keep clear of: the names of its cases, and its two findings."""

    names: frozenset[str]
    findings: frozenset[str]

    @classmethod
    def of(cls, table: FactsTable, left: _Twins, right: _Twins) -> "_Group":
        keys = (*left.cases, *right.cases)
        return cls(
            names=frozenset(fold(table.cases[key].name) for key in keys),
            findings=frozenset((left.finding, right.finding)),
        )


def plain_groups(
    table: FactsTable,
    rng: Random,
    *,
    split: str,
    count: int,
    shown: int,
    curated: bool = False,
) -> Iterator[EvidenceGroup]:
    """Yield up to `count` groups, fewer where the table gives no more.

    A group is two anchors of different findings, of one topic where that can be had; the evidence
    of each is what is off topic for the other. A reference is none of a group's own cases, nor
    called as one of them is.
    `curated` says that a state which is not a case's is said of it by a person.
    """
    pairs = _paired(_twins(table, rng, count=2 * count), table)
    for left, right in pairs:
        group = _Group.of(table, left, right)
        anchors = [
            _anchor(table, rng, each, group=group, shown=shown, curated=curated)
            for each in (left, right)
        ]
        known = tuple(each for each in anchors if each is not None)
        if len(known) == len(anchors):
            yield EvidenceGroup(block="plain", split=split, anchors=known)


def _twins(table: FactsTable, rng: Random, *, count: int) -> list[_Twins]:
    """Draw twins, the findings in turn, none twice."""
    findings = [finding for finding in table.holders if len(table.states(finding)) > 1]
    found: dict[_Twins, None] = {}
    order: list[str] = []
    for _ in range(_TRIES * count if findings else 0):
        if len(found) == count:
            break
        if not order:
            order = rng.sample(findings, len(findings))
        finding = order.pop()
        one, other = rng.sample(table.states(finding), 2)
        if alike(one, other):
            continue
        left = table.only(finding, one, not_state=other)
        right = table.only(finding, other, not_state=one)
        if left and right:
            cases = (rng.choice(left), rng.choice(right))
            found[_Twins(finding=finding, states=(one, other), cases=cases)] = None
    return list(found)


def _paired(twins: Sequence[_Twins], table: FactsTable) -> Iterator[tuple[_Twins, _Twins]]:
    """Pair twins of different findings: first within a topic, and what is left across topics."""
    by_topic: dict[str, list[_Twins]] = {}
    for each in twins:
        by_topic.setdefault(table.topics.get(each.finding, ""), []).append(each)
    left: list[_Twins] = []
    for topic in sorted(by_topic):
        yield from _greedily(by_topic[topic], left)
    yield from _greedily(left, [])


def _greedily(twins: Sequence[_Twins], left: list[_Twins]) -> Iterator[tuple[_Twins, _Twins]]:
    """Pair each with the first that waits and is of another finding; the rest goes to `left`."""
    waiting: list[_Twins] = []
    for each in twins:
        # Whoever waits is of one finding: of two that differ the second would have been paired.
        if waiting and waiting[0].finding != each.finding:
            yield waiting.pop(0), each
        else:
            waiting.append(each)
    left += waiting


def _anchor(
    table: FactsTable,
    rng: Random,
    twins: _Twins,
    *,
    group: _Group,
    shown: int,
    curated: bool,
) -> Anchor | None:
    """Find evidence of both states and choose what the cases show; nothing where there is none."""
    one, other = (
        _unit(table, rng, Statement(twins.finding, state), group=group) for state in twins.states
    )
    if one is None or other is None:
        return None
    left, right = (table.cases[key] for key in twins.cases)
    hidden = frozenset((twins.finding,))
    n_shown = min(shown, *(len(others(case, hidden)) for case in (left, right)))
    views = [
        view_of(case, rng, Statement(twins.finding, state), n=n_shown, hidden=hidden)
        for case, state in zip((left, right), twins.states, strict=True)
    ]
    single = twins.finding not in table.multiple
    return Anchor(
        finding=twins.finding,
        states=twins.states,
        cases=(views[0], views[1]),
        units=(one, other),
        safety="curated" if curated else "functional" if single else "closed_world",
    )


def _unit(table: FactsTable, rng: Random, statement: Statement, *, group: _Group) -> Unit | None:
    """Take a reference that has the finding in this state, or else one of which that is made up.

    Where facts have passages a made-up one would give itself away, and there is none.
    """
    holders = table.holders[statement.finding][statement.state]
    real = [key for key in holders if _may_be_evidence(table, key, statement, group)]
    if real:
        case = table.cases[rng.choice(real)]
        return _unit_of(case, statement, text=case.passages.get(statement, ""))
    if table.has_passages:
        return None
    taken = frozenset(holders)
    free = [
        key
        for key, case in table.cases.items()
        if key not in taken and fold(case.name) not in group.names
    ]
    if not free:
        return None
    made_up = _unit_of(table.cases[rng.choice(free)], statement)
    return dataclasses.replace(made_up, origin="counterfactual")


def _may_be_evidence(table: FactsTable, key: str, statement: Statement, group: _Group) -> bool:
    """Say whether a case can be a reference, and its passage says this of the group's findings.

    A passage may say several facts. One that also says the other finding, or another state of the
    same, would be evidence for a claim that it is to be beside or against.
    """
    case = table.cases[key]
    if fold(case.name) in group.names:
        return False
    if not table.has_passages:
        return True
    text = case.passages.get(statement)
    said = table.said[fold(text)] if text else frozenset[Statement]()
    return {each for each in said if each.finding in group.findings} == {statement}


def _unit_of(case: CaseRecord, statement: Statement, *, text: str = "") -> Unit:
    name = f"{case.key}/{statement.finding}/{statement.state}"
    return Unit(id=name, name=case.name, statement=statement, text=text)


def others(case: CaseRecord, hidden: frozenset[str]) -> list[Statement]:
    """Return what may be shown of a case beside the findings in question."""
    return [each for each in case.statements if each.finding not in hidden]


def view_of(
    case: CaseRecord, rng: Random, statement: Statement, *, n: int, hidden: frozenset[str]
) -> CaseView:
    """Show a case: its text, or a statement among `n` others on other findings, in any order."""
    if case.text:
        return CaseView(key=case.key, name=case.name, text=case.text, shown=(statement,))
    picked = [statement, *rng.sample(others(case, hidden), n)]
    rng.shuffle(picked)
    return CaseView(key=case.key, name=case.name, shown=tuple(picked))
