"""ProcessBench: where the first error of a solution is, for evaluations that look for it."""

import dataclasses

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.format.base import Carried, LeftOut, exporter

_NO_ERROR = -1


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ProcessBenchRow:
    """A row of ProcessBench. `label` is the 0-based index of the first wrong step, -1 if none."""

    id: str
    generator: str
    problem: str
    steps: tuple[str, ...]
    final_answer_correct: bool
    label: int


def read(row: ProcessBenchRow) -> Carried:
    """Read the labels: right up to the first error, wrong there, and nothing said after it."""
    n_steps = len(row.steps)
    labels: tuple[bool | None, ...] = (True,) * n_steps
    if row.label != _NO_ERROR:
        labels = (*labels[: row.label], False, *(None,) * (n_steps - row.label - 1))
    return Carried(prompt=row.problem, steps=row.steps, labels=labels)


@exporter("processbench", of=LabelledTrajectory, row=ProcessBenchRow, read=read)
def processbench(row: LabelledTrajectory) -> ProcessBenchRow | LeftOut:
    """Solutions with the index of their first wrong step, in ProcessBench's columns.

    A row is left out unless its outcome is decided and every step up to the first error is
    labelled: where one is not, the first error may be earlier than the first one known.
    """
    if not row.labels:
        return LeftOut(reason="no steps")
    if row.outcome.outcome == "undecided":
        return LeftOut(reason="the outcome is undecided")
    labels = [label.correct for label in row.labels]
    label = labels.index(False) if False in labels else _NO_ERROR
    before = labels if label == _NO_ERROR else labels[:label]
    if not all(before):
        return LeftOut(reason="the first error is unknown: a step before it has no label")
    if row.first_error != (None if label == _NO_ERROR else label):
        return LeftOut(reason="the first error is not the first step labelled wrong")
    return ProcessBenchRow(
        id=row.trajectory.id,
        generator=row.trajectory.policy,
        problem=row.problem.prompt,
        steps=tuple(step.text for step in row.trajectory.steps),
        final_answer_correct=row.outcome.outcome == "valid",
        label=label,
    )
