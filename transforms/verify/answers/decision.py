"""What two answers are to each other, and the words for it."""

import dataclasses

from stepsmith.schemas.records import Outcome

__all__ = ["Decision", "decided", "quoted", "uncertain"]

_SHOWN = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What two answers are to each other, why, and how each was read where it was read."""

    outcome: Outcome
    evidence: str
    gold: str = ""
    given: str = ""


def decided(
    gold: str, given: str, *, equal: bool, readings: tuple[str, str] | None = None
) -> Decision:
    """Say that two answers are equal or differ, with the readings where they are not the texts."""
    said = "equals" if equal else "differs from"
    evidence = f"{quoted(given)} {said} the gold answer {quoted(gold)}"
    if readings is not None and readings != (gold, given):
        evidence += f", read as {readings[1]} and {readings[0]}"
    shown = readings or (gold, given)
    return Decision("valid" if equal else "invalid", evidence, *shown)


def quoted(text: str) -> str:
    """Return an answer as evidence shows it: on one line, and cut where it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def uncertain(reason: str, detail: str) -> Decision:
    """Decline to decide, as `reason: detail`."""
    return Decision("undecided", f"{reason}: {detail}")
