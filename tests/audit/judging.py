"""Judged solutions written down in short: `+` right or valid, `-` wrong or invalid, `?` neither."""

from collections.abc import Mapping

from stepsmith.pipelines.audit import HumanLabelled, Judged, Opinion
from stepsmith.schemas import Outcome, Verdict

_KNOWN: dict[str, bool | None] = {"+": True, "-": False, "?": None}
_OUTCOMES: dict[str, Outcome] = {"+": "valid", "-": "invalid", "?": "undecided"}


def labelled(known: str, *, id: str = "p") -> HumanLabelled:  # noqa: A002 -- the field's name
    """Make a solution with these labels."""
    return HumanLabelled(
        id=id,
        problem=f"problem {id}",
        steps=tuple(f"step {index} of {id}" for index in range(len(known))),
        known=tuple(_KNOWN[sign] for sign in known),
    )


def opinion(outcomes: str, *, evidence: str = "no equation", name: str = "") -> Opinion:
    """Make the verdicts of one side; what it decided it has checked."""
    return Opinion(
        verdicts=tuple(
            Verdict(outcome=_OUTCOMES[sign], evidence=evidence, verifier=name, version="1")
            for sign in outcomes
        ),
        checked=tuple(sign != "?" for sign in outcomes),
    )


def judged(
    known: str,
    outcomes: Mapping[str, str] | str,
    *,
    id: str = "p",  # noqa: A002
    labels: Mapping[str, str] | None = None,
) -> Judged:
    """Make a judged solution; outcomes without a name are those of the verifier `tool`."""
    sides = {"tool": outcomes} if isinstance(outcomes, str) else outcomes
    return Judged(
        solution=labelled(known, id=id),
        opinions={name: opinion(each, name=name) for name, each in sides.items()},
        labels={name: opinion(each, name=name) for name, each in (labels or {}).items()},
    )
