"""Verification triples: case, evidence and claim, and whether the one supports the other there."""

import dataclasses
from typing import Literal

from stepsmith.schemas.facts import Evidence
from stepsmith.transforms.format.base import CarriedEvidence, LeftOut, exporter


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class VerificationTriple:
    """A row for a verifier of evidence. `label` is 1 where the evidence supports the claim.

    `pair_group` is what folds keep together, `negative_type` null where the label is 1.
    """

    case: str
    evidence: str
    claim: str
    label: int
    negative_type: str | None
    block: str
    pair_group: str
    split: str
    finding: str
    state: str


def read(row: VerificationTriple) -> CarriedEvidence:
    """Read a row as a classifier does, to which 1 is true."""
    return CarriedEvidence(
        case=row.case, evidence=row.evidence, claim=row.claim, label=row.label == 1
    )


@exporter("verification_triples", of=Evidence, row=VerificationTriple, read=read)
def verification_triples(
    evidence: Evidence, *, block: Literal["any", "plain", "conditional"] = "any", split: str = "any"
) -> VerificationTriple | LeftOut:
    """Case, evidence, claim and label (1: supports), for verifiers; from a run with evidence.

    Rows of another `block` or `split` are left out.
    """
    if block not in {"any", evidence.block}:
        return LeftOut(reason=f"of the block {evidence.block!r}")
    if split not in {"any", evidence.split}:
        return LeftOut(reason=f"of the split {evidence.split!r}")
    return VerificationTriple(
        case=evidence.case,
        evidence=evidence.evidence,
        claim=evidence.claim,
        label=int(evidence.label),
        negative_type=None if evidence.label else evidence.pool,
        block=evidence.block,
        pair_group=evidence.pair_group,
        split=evidence.split,
        finding=evidence.finding,
        state=evidence.state,
    )
