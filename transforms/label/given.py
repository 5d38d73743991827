"""Labels as the strategy gave them, with a tool's word above them."""

import dataclasses
from collections.abc import Sequence

from stepsmith.schemas.records import LabelledTrajectory, StepLabel
from stepsmith.transforms.label.base import Rows, decide_keep, decisive, labeler, ungraded


@labeler("given")
def given(rows: Sequence[LabelledTrajectory]) -> Rows:
    """Keep what the strategy says of the steps, except where a tool decides one by itself.

    For strategies that look for the first error themselves, by a rule that the values in the row do
    not repeat (`omega` with its relative rule). A step that a tool refutes is wrong; one that it
    confirms although the strategy puts the error there stays unlabelled, and which one is
    the first wrong one is then unknown. Nothing is said of the steps after the first error unless
    a tool judges them on their own, and nothing of the step in which a reply was cut. What the
    strategy holds for probable is kept where its first error is.
    """
    return tuple(_label_row(row) for row in rows)


def _label_row(row: LabelledTrajectory) -> LabelledTrajectory:
    said = tuple(
        False if index == row.first_error else label.correct
        for index, label in enumerate(row.labels)
    )
    silent = ungraded(row.trajectory)
    labels = tuple(
        dataclasses.replace(label, correct=None, source=None)
        if index in silent
        else _label(label, said[index])
        for index, label in enumerate(row.labels)
    )
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
    if error == row.first_error:
        return dataclasses.replace(decide_keep(row), labels=labels)
    # What the strategy holds for probable is about another error than this.
    return dataclasses.replace(
        decide_keep(row),
        labels=tuple(dataclasses.replace(label, correct_prob=None) for label in labels),
        first_error=error,
        first_error_prob=None,
    )


def _label(label: StepLabel, said: bool | None) -> StepLabel:  # noqa: FBT001 - one of three
    verdict = decisive(label.verdicts)
    if verdict is None:
        source = None if said is None else label.source or "given"
        return dataclasses.replace(label, correct=said, source=source)
    if verdict.outcome == "valid" and said is False:
        return dataclasses.replace(label, correct=None, source="conflict")
    return dataclasses.replace(label, correct=verdict.outcome == "valid", source=verdict.verifier)
