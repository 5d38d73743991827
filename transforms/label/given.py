"""Labels as the strategy gave them, with a tool's word above them."""

import dataclasses
from collections.abc import Sequence

from stepsmith.schemas.records import LabelledTrajectory, StepLabel
from stepsmith.transforms.label.base import Rows, decide_keep, decisive, labeler


@labeler("given")
def given(rows: Sequence[LabelledTrajectory]) -> Rows:
    """Keep what the strategy says of the steps, except where a tool decides one by itself.

    For strategies that look for the first error themselves, by a rule that the values in the row do
    not repeat (`omega` with its relative rule). A step that a tool refutes is wrong; one that it
    confirms although the strategy puts the error there stays unlabelled, and which one is
    the first wrong one is then unknown. Nothing is said of the steps after the first error unless
    a tool judges them on their own.
    """
    return tuple(_label_row(row) for row in rows)


def _label_row(row: LabelledTrajectory) -> LabelledTrajectory:
    said = tuple(
        False if index == row.first_error else label.correct
        for index, label in enumerate(row.labels)
    )
    labels = tuple(map(_label, row.labels, said))
    # A step in conflict ends what the strategy knows as an error does.
    end = next(
        (i for i, label in enumerate(labels) if False in (label.correct, said[i])), len(labels)
    )
    labels = tuple(
        label
        if index <= end or decisive(label.verdicts)
        else dataclasses.replace(label, correct=None, source=None)
        for index, label in enumerate(labels)
    )
    error = end if end < len(labels) and labels[end].correct is False else None
    return dataclasses.replace(
        decide_keep(row),
        labels=labels,
        first_error=error,
        first_error_prob=row.first_error_prob if error == row.first_error else None,
    )


def _label(label: StepLabel, said: bool | None) -> StepLabel:  # noqa: FBT001 - one of three
    verdict = decisive(label.verdicts)
    if verdict is None:
        return dataclasses.replace(label, correct=said)
    if verdict.outcome == "valid" and said is False:
        return dataclasses.replace(label, correct=None, source="conflict")
    return dataclasses.replace(label, correct=verdict.outcome == "valid", source=verdict.verifier)
