"""Labels from the first sign of an error: a tool's refutation, or a value that falls to zero."""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from stepsmith.schemas.records import LabelledTrajectory, StepLabel
from stepsmith.transforms.label.base import Rows, decide_keep, decisive, labeler, silenced, ungraded

Threshold = Annotated[float, Meta(ge=0, lt=1)]


@labeler("first_error")
def first_error(rows: Sequence[LabelledTrajectory], *, threshold: Threshold = 0.0) -> Rows:
    """Call steps right while their value exceeds `threshold`, wrong where it first does not.

    The value is the share of right completions where a strategy counted some, and what it says of
    the step otherwise; where none of them could be judged, and where the end could not, there is
    none.
    Math-Shepherd's hard rule at its default (a prefix from which any completion reaches the answer
    is good), with four corrections. A step that a tool refutes is wrong whatever its value. One
    that a tool confirms, but from which the answer is never reached, stays unlabelled: true
    equations may be about the wrong quantities, and few rollouts may all miss.
    Nothing is said of the steps after the first error unless a tool judges them on their own: a
    prefix that is broken already tells nothing about them. And where values are unknown just
    before the first zero, the error may lie in the gap, so that no step is blamed. A tool may
    refute a step behind a gap or a contradiction: it is wrong, and not known to be the first one.
    Observations and the step in which a reply was cut are neither right nor wrong.
    The rule states no probability: those that a strategy gave with its own first error are taken
    back.
    """
    return tuple(_label_row(row, threshold) for row in rows)


def _label_row(row: LabelledTrajectory, threshold: float) -> LabelledTrajectory:
    silent = ungraded(row.trajectory)
    values = _values(row)
    error, located = _first_error(row.labels, values, silent, threshold)
    labels = tuple(
        silenced(label)
        if index in silent
        else _label(label, _said(value, threshold, _place(index, error, located=located)))
        for index, (label, value) in enumerate(zip(row.labels, values, strict=True))
    )
    is_blamed = error < len(labels) and labels[error].correct is False
    return dataclasses.replace(
        decide_keep(row),
        labels=labels,
        first_error=error if is_blamed else None,
        first_error_prob=None,
    )


def _values(row: LabelledTrajectory) -> list[float | None]:
    """Return what is known of each step's value, and nothing that a failure was taken for.

    A search may value a solution without an answer as a wrong one, or a step by a guess.
    """
    values = [_share(label) for label in row.labels]
    if values and row.outcome.outcome == "undecided" and row.labels[-1].n_rollouts is None:
        values[-1] = None
    return values


def _share(label: StepLabel) -> float | None:
    if label.n_rollouts is None or label.n_correct is None:
        return label.value
    judged = label.n_rollouts - (label.n_undecided or 0)
    return label.n_correct / judged if judged else None


def _first_error(
    labels: Sequence[StepLabel],
    values: Sequence[float | None],
    silent: Collection[int],
    threshold: float,
) -> tuple[int, bool]:
    """Return the first step that is refuted or without value, and whether it is surely that one.

    The number of steps where there is none. `silent` steps are no gap.
    """
    last_good = -1
    for index, (label, value) in enumerate(zip(labels, values, strict=True)):
        if index in silent:
            last_good = index if last_good == index - 1 else last_good
            continue
        if any(verdict.outcome == "invalid" for verdict in label.verdicts):
            return index, True
        if value is None:
            continue
        if value <= threshold:
            return index, last_good == index - 1
        last_good = index
    return len(labels), True


_Place = Literal["before", "at", "unknown"]


def _place(index: int, error: int, *, located: bool) -> _Place:
    """Say what the values tell of a step: nothing once the error is behind it or not located."""
    if index < error:
        return "before"
    return "at" if index == error and located else "unknown"


def _said(value: float | None, threshold: float, place: _Place) -> bool | None:
    return None if value is None or place == "unknown" else value > threshold


def _label(label: StepLabel, by_value: bool | None) -> StepLabel:  # noqa: FBT001 - one of three
    label, verdict = dataclasses.replace(label, correct_prob=None), decisive(label.verdicts)
    if verdict is None:
        source = "monte_carlo" if label.n_rollouts is not None else "outcome"
        known = None if by_value is None else source
        return dataclasses.replace(label, correct=by_value, source=known)
    if verdict.outcome == "valid" and by_value is False:
        return dataclasses.replace(label, correct=None, source="conflict")
    correct = verdict.outcome == "valid"
    return dataclasses.replace(label, correct=correct, source=verdict.verifier)
