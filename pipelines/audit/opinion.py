"""What one side says of every step of a solution, and whether it checked anything there."""

import dataclasses
import re
from collections.abc import Sequence

from stepsmith.schemas.records import Claim, Verdict
from stepsmith.transforms.verify import Tools, Verifier

_HOLDS = re.compile(r"\b[1-9][0-9]{0,8} equations? holds?\b")
# A decision begins with one of these where a relation was computed; a rule may be named behind it.
_COMPUTED = frozenset({"true", "false", "fits"})


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What one side says of every step of a solution.

    `checked` says of each step whether a relation in it was checked, whatever came out.
    """

    verdicts: tuple[Verdict, ...]
    checked: tuple[bool, ...]

    @property
    def flags(self) -> tuple[int, ...]:
        """The steps that were refuted."""
        return tuple(
            index for index, verdict in enumerate(self.verdicts) if verdict.outcome == "invalid"
        )


def form_opinion(verifier: Verifier, claims: Sequence[Claim], tools: Tools) -> Opinion:
    """Ask a verifier about each claim, in this process."""
    verdicts = tuple(verifier(claim, tools) for claim in claims)
    checked = (
        was_checked(verdict, verifier, claim)
        for verdict, claim in zip(verdicts, claims, strict=True)
    )
    return Opinion(verdicts=verdicts, checked=tuple(checked))


def was_checked(verdict: Verdict, verifier: Verifier | None, claim: Claim) -> bool:
    """Say whether a relation in the step was checked, also where the step stayed undecided."""
    if verdict.outcome != "undecided":
        return True
    if verifier is not None and verifier.trace is not None:
        decisions = (finding.decision.partition(" ")[0] for finding in verifier.trace(claim))
        return not _COMPUTED.isdisjoint(decisions)
    return _HOLDS.search(verdict.evidence) is not None
