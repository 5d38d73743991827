"""Observations as trainers and evaluations see them: a part of the step that brought them about."""

import dataclasses

from stepsmith.schemas.records import LabelledTrajectory, Step, StepLabel


def fold_observations(row: LabelledTrajectory) -> LabelledTrajectory:
    """Append each observation to the step before it, whose label then is that of both.

    No policy wrote it and it has no label of its own: as a step it would cut a row off where the
    labels are to be complete. One that stands before all steps stays a step. Joining the steps
    gives the same text as before.
    """
    if not any(step.kind == "observation" for step in row.trajectory.steps):
        return row
    steps: list[Step] = []
    labels: list[StepLabel] = []
    place_of: list[int] = []
    for step, label in zip(row.trajectory.steps, row.labels, strict=True):
        if step.kind == "observation" and steps:
            steps[-1] = dataclasses.replace(steps[-1], text=steps[-1].text + step.text)
        else:
            steps.append(step)
            labels.append(label)
        place_of.append(len(steps) - 1)
    return dataclasses.replace(
        row,
        trajectory=dataclasses.replace(row.trajectory, steps=tuple(steps)),
        labels=tuple(labels),
        first_error=None if row.first_error is None else place_of[row.first_error],
    )
