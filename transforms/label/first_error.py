"""Labels from the first sign of an error: a tool's refutation, or a value that falls to zero."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from stepsmith.schemas.records import LabelledTrajectory, Step, StepLabel
from stepsmith.transforms.label.base import Rows, decide_keep, decisive, labeler

Threshold = Annotated[float, Meta(ge=0, lt=1)]


@labeler("first_error")
def first_error(rows: Sequence[LabelledTrajectory], *, threshold: Threshold = 0.0) -> Rows:
    """Call steps right while their value exceeds `threshold`, wrong where it first does not.

    Math-Shepherd's hard rule at its default (a prefix from which any completion reaches the answer
    is good), with four corrections. A step that a tool refutes is wrong whatever its value. One
    that a tool confirms, but from which the answer is never reached, stays unlabelled: true
    equations may be about the wrong quantities, and few rollouts may all miss.
    Nothing is said of the steps after the first error unless a tool judges them on their own: a
    prefix that is broken already tells nothing about them. And where values are unknown just
    before the first zero, the error may lie in the gap, so that no step is blamed. A tool may
    refute a step behind a gap or a contradiction: it is wrong, and not known to be the first one.
    The rule states no probability: one that a strategy gave with its own first error is taken back.
    """
    return tuple(_label_row(row, threshold) for row in rows)


def _label_row(row: LabelledTrajectory, threshold: float) -> LabelledTrajectory:
    error, located = _first_error(row, threshold)
    labels = tuple(
        _label(label, threshold, place=_place(step, index, error, located=located))
        for index, (step, label) in enumerate(zip(row.trajectory.steps, row.labels, strict=True))
    )
    is_blamed = error < len(labels) and labels[error].correct is False
    return dataclasses.replace(
        decide_keep(row),
        labels=labels,
        first_error=error if is_blamed else None,
        first_error_prob=None,
    )


def _first_error(row: LabelledTrajectory, threshold: float) -> tuple[int, bool]:
    """Return the first step that is refuted or without value, and whether it is surely that one.

    The number of steps where there is none. An observation, which no policy wrote, is no gap.
    """
    last_good = -1
    for index, (step, label) in enumerate(zip(row.trajectory.steps, row.labels, strict=True)):
        if step.kind == "observation":
            last_good = index if last_good == index - 1 else last_good
            continue
        if any(verdict.outcome == "invalid" for verdict in label.verdicts):
            return index, True
        if label.value is None:
            continue
        if label.value <= threshold:
            return index, last_good == index - 1
        last_good = index
    return len(row.labels), True


_Place = Literal["before", "at", "unknown"]


def _place(step: Step, index: int, error: int, *, located: bool) -> _Place:
    """Say what the values tell of a step: nothing once the error is behind it or not located.

    Nor do they tell anything of an observation, which no policy wrote.
    """
    if step.kind == "observation":
        return "unknown"
    if index < error:
        return "before"
    return "at" if index == error and located else "unknown"


def _label(label: StepLabel, threshold: float, *, place: _Place) -> StepLabel:
    verdict = decisive(label.verdicts)
    by_value = None if label.value is None or place == "unknown" else label.value > threshold
    if verdict is None:
        source = "monte_carlo" if label.n_rollouts is not None else "outcome"
        known = None if by_value is None else source
        return dataclasses.replace(label, correct=by_value, source=known)
    if verdict.outcome == "valid" and by_value is False:
        return dataclasses.replace(label, correct=None, source="conflict")
    correct = verdict.outcome == "valid"
    return dataclasses.replace(label, correct=correct, source=verdict.verifier)
