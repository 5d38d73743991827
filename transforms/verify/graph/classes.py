"""From what was found in a step to one verdict: the worst of its facts decides."""

from stepsmith.schemas.records import Outcome, Verdict
from stepsmith.transforms.graph.payload import World
from stepsmith.transforms.verify.base import undecided
from stepsmith.transforms.verify.graph.chain import JudgedStep
from stepsmith.transforms.verify.graph.evidence import (
    NO_FACT,
    Evidence,
    StepClass,
    write_evidence,
)

_WORST_FIRST: tuple[StepClass, ...] = (
    "contradicted",
    "broken_chain",
    "unsupported",
    "unlinked",
    "supported",
    "supported_off_path",
)
_OUTCOMES: dict[StepClass, Outcome] = {
    "contradicted": "invalid",
    "broken_chain": "invalid",
    "unlinked": "undecided",
    "supported": "valid",
    "supported_off_path": "valid",
}


def outcome_of(step_class: StepClass, world: World) -> Outcome:
    """Map a class to an outcome: only an absent fact depends on the world."""
    if step_class == "unsupported":
        return "invalid" if world == "closed" else "undecided"
    return _OUTCOMES[step_class]


def deciding(step: JudgedStep) -> Evidence | None:
    """Return the evidence that decides about a step; nothing in a step without a fact."""
    found = [each.evidence for each in step]
    return min(found, key=lambda each: _WORST_FIRST.index(each.step_class), default=None)


def verdict_of(step: JudgedStep, world: World) -> Verdict:
    """Make the verdict on a step, its evidence on one line."""
    evidence = deciding(step)
    if evidence is None:
        return undecided(f"{NO_FACT}: the step asserts none")
    return Verdict(
        outcome=outcome_of(evidence.step_class, world), evidence=write_evidence(evidence)
    )
