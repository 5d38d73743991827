"""The examples of a group: case, evidence, claim and label, and what each of them says."""

import dataclasses
from collections.abc import Iterator

from stepsmith.schemas.facts import Evidence, EvidencePool
from stepsmith.schemas.records import Problem
from stepsmith.transforms.evidence.facts import Statement
from stepsmith.transforms.evidence.group import (
    Anchor,
    CaseView,
    Crossing,
    EvidenceGroup,
    Grounds,
    Unit,
)
from stepsmith.transforms.evidence.wording import Wording

__all__ = ["Example", "examples_of"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Example:
    """One row of the table, and the grounds of its label."""

    evidence: Evidence
    grounds: Grounds


def examples_of(problem: Problem, group: EvidenceGroup, wording: Wording) -> Iterator[Example]:
    """Yield the examples of a group, half of a conditional one and a quarter of a plain one true.

    Sixteen of a plain group, four a pool; eight of a conditional one.
    """
    if group.crossing is not None:
        yield from _of_crossing(problem, group, group.crossing, wording)
    for number, anchor in enumerate(group.anchors):
        off_topic = group.anchors[1 - number]
        yield from _of_anchor(problem, group, number, anchor, off_topic, wording)


def _of_anchor(
    problem: Problem,
    group: EvidenceGroup,
    number: int,
    anchor: Anchor,
    off_topic: Anchor,
    wording: Wording,
) -> Iterator[Example]:
    """Claim each state, of the case that has it but for the pool that mismatches."""
    claims = _claims(anchor.finding, anchor.states, wording)
    for at in (0, 1):
        chosen: dict[EvidencePool, tuple[CaseView, Unit]] = {
            "support": (anchor.cases[at], anchor.units[at]),
            "wrong_state": (anchor.cases[at], anchor.units[1 - at]),
            "topic": (anchor.cases[at], off_topic.units[at]),
            "case_mismatch": (anchor.cases[1 - at], anchor.units[at]),
        }
        for pool, (view, unit) in chosen.items():
            has = anchor.states[anchor.cases.index(view)]
            yield Example(
                evidence=Evidence(
                    id=f"{problem.id}/{number}{at}/{pool}",
                    problem_id=problem.id,
                    pair_group=problem.id,
                    block=group.block,
                    pool=pool,
                    split=group.split,
                    case_id=view.key,
                    case=wording.case(view),
                    evidence_id=unit.id,
                    evidence=wording.unit(unit),
                    claim=list(claims)[at],
                    label=pool == "support",
                    finding=anchor.finding,
                    state=anchor.states[at],
                    evidence_finding=unit.statement.finding,
                    evidence_state=unit.statement.state,
                    evidence_origin=unit.origin,
                    safety=anchor.safety if pool == "case_mismatch" else "always",
                ),
                grounds=Grounds(
                    case=(Statement(anchor.finding, has),), statement=unit.statement, claims=claims
                ),
            )


def _of_crossing(
    problem: Problem, group: EvidenceGroup, crossing: Crossing, wording: Wording
) -> Iterator[Example]:
    """Cross both cases with both rules and both claims."""
    rule = crossing.rule
    claims = _claims(rule.finding, rule.states, wording)
    texts = list(claims)
    crossed = ((m, a, s) for m in (0, 1) for a in (0, 1) for s in (0, 1))
    for m, a, s in crossed:
        label = rule.then(rule.when[m], is_reversed=bool(a)) == rule.states[s]
        yield Example(
            evidence=Evidence(
                id=f"{problem.id}/m{m}a{a}s{s}",
                problem_id=problem.id,
                pair_group=problem.id,
                block=group.block,
                pool="support" if label else "condition",
                split=group.split,
                case_id=crossing.cases[m].key,
                case=wording.case(crossing.cases[m]),
                evidence_id=f"{problem.id}/rule/{a}",
                evidence=wording.rule(rule, is_reversed=bool(a)),
                claim=texts[s],
                label=label,
                finding=rule.finding,
                state=rule.states[s],
                evidence_finding=rule.finding,
                evidence_state=rule.states[a],
                evidence_origin="rule",
                modifier=rule.modifier,
                modifier_state=rule.when[m],
                modifier_origin=crossing.origin,
            ),
            grounds=Grounds(
                case=(Statement(rule.modifier, rule.when[m]),),
                rule=rule,
                is_reversed=bool(a),
                claims=claims,
            ),
        )


def _claims(finding: str, states: tuple[str, str], wording: Wording) -> dict[str, Statement]:
    """Write the claim of each state, in their order."""
    said = [Statement(finding, state) for state in states]
    return {wording.claim(each): each for each in said}
