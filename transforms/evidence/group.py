"""What a group of examples is made of: the payload of a problem, and that of each of its rows."""

import dataclasses

from stepsmith.schemas.facts import (
    EvidenceBlock,
    EvidenceOrigin,
    EvidenceSafety,
    ModifierOrigin,
)
from stepsmith.transforms.evidence.facts import Statement

__all__ = [
    "Anchor",
    "CaseView",
    "Crossing",
    "EvidenceGroup",
    "Grounds",
    "Rule",
    "Unit",
]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class CaseView:
    """A case as an example shows it: its text, where it has one, and else some of its facts.

    `added` stands behind either: a modifier that is no part of the table.
    """

    key: str
    name: str
    text: str = ""
    shown: tuple[Statement, ...] = ()
    added: tuple[Statement, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit of evidence: a reference case in which a finding has a state.

    `text` is its passage, where the table has one. The counterfactual ones say of their reference
    what the table does not.
    """

    id: str
    name: str
    statement: Statement
    text: str = ""
    origin: EvidenceOrigin = "fact"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A finding, two cases that have it in different states, and evidence of either state."""

    finding: str
    states: tuple[str, str]
    cases: tuple[CaseView, CaseView]
    units: tuple[Unit, Unit]
    safety: EvidenceSafety


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Where the modifier has `when[i]` the finding has `states[i]`; reversed, these are swapped."""

    modifier: str
    when: tuple[str, str]
    finding: str
    states: tuple[str, str]

    def then(self, state: str, *, is_reversed: bool) -> str | None:
        """Return the finding's state where the modifier has `state`, if the rule speaks of it."""
        if state not in self.when:
            return None
        return self.states[self.when.index(state) ^ is_reversed]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """A rule, and two cases that have its modifier in either state and say nothing of its finding.

    `origin` says where the modifier comes from.
    """

    rule: Rule
    cases: tuple[CaseView, CaseView]
    origin: ModifierOrigin


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceGroup:
    """A problem's payload: one pair group, from either two anchors or a crossing.

    Each anchor's evidence is off the other's topic, so that within a group every text stands
    as often under each label as every other text of its kind.
    """

    block: EvidenceBlock
    split: str
    anchors: tuple[Anchor, ...] = ()
    crossing: Crossing | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """A row's payload: what its case, evidence and claims say, for a verifier to compare.

    `case` are the facts of the case that bear on the claims. The evidence says either a
    `statement` or a `rule`, which may be reversed. `claims` are texts and what they say.
    """

    case: tuple[Statement, ...] = ()
    statement: Statement | None = None
    rule: Rule | None = None
    is_reversed: bool = False
    claims: dict[str, Statement] = dataclasses.field(default_factory=dict[str, Statement])
