"""Labels from the posterior over the first wrong step: every signal is evidence, none a rule."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta

from stepsmith.schemas.records import LabelledTrajectory, StepLabel
from stepsmith.transforms.label.base import (
    VALUES,
    Fit,
    Rows,
    decide_keep,
    decisive,
    is_cut,
    labeler,
    silenced,
    ungraded,
)
from stepsmith.transforms.label.beliefs import (
    beliefs_of,
    correct_probs,
    error_probs,
    success_given_error,
)
from stepsmith.transforms.label.evidence import ProblemEvidence, read_evidence
from stepsmith.transforms.label.prior import Floats, Prior, default_prior
from stepsmith.transforms.label.refit import refit

Confidence = Annotated[float, Meta(ge=0.5, le=1)]
"""Above even odds: no two places can both be sure."""


def _extract(rows: Rows) -> ProblemEvidence | None:
    """Read what a prior is fitted to: a repair, which a teacher may write, tells of no policy."""
    solutions, _ = read_evidence([row for row in rows if row.trajectory.origin != "repair"])
    return ProblemEvidence(solutions=solutions) if solutions else None


def _fit(evidence: Sequence[tuple[str, ProblemEvidence]]) -> Prior:
    return refit([known.solutions for _, known in evidence])


FIT = Fit(extract=_extract, fit=_fit, evidence=ProblemEvidence, prior=Prior)
"""How the prior is estimated: over a run for its labels, over its pilot for its search."""


@labeler("posterior", fit=FIT)
def posterior(
    rows: Sequence[LabelledTrajectory], *, confidence: Confidence = 0.8, prior: Prior | None = None
) -> Rows:
    """Locate the first wrong step by its posterior probability, and label what is sure enough.

    Rollout counts, outcomes and verdicts of all solutions of a problem are evidence, under a prior
    estimated over the run. `first_error` is the most probable place where its probability reaches
    `confidence`; then the steps before it are right and it is wrong. If "none" is, all steps are
    right. If neither, the steps that are right with at least this probability are labelled, and no
    step is blamed. After the first wrong step only a verifier's word on that step counts.
    `correct_prob` is the probability that a step and all before it are right, `value` that the
    answer is reached after it, `advantage` what it adds to the value. An observation, which no
    policy wrote, is neither right nor wrong, and nor is the step in which a reply was cut.
    """
    solutions, places = read_evidence(rows)
    beliefs = beliefs_of(solutions, prior or default_prior())
    done = [decide_keep(row) for row in rows]
    for index, same in enumerate(places):
        joint = beliefs.joint(index)
        for place in same:
            done[place] = label_row(done[place], joint, confidence=confidence)
    return tuple(done)


def label_row(row: LabelledTrajectory, joint: Floats, *, confidence: float) -> LabelledTrajectory:
    """Label a row by the posterior over its first wrong step and the grid: (T + 1, G)."""
    errors, correct = error_probs(joint), correct_probs(joint)
    place = int(np.argmax(errors))
    sure = float(errors[place]) >= confidence
    error = place if sure and place < len(row.labels) else None
    # Where "none" is sure all steps are right, whatever their sums are rounded to.
    right = (correct >= confidence) | (sure and error is None)
    reached, silent = _values(row, joint), ungraded(row.trajectory)
    labels = tuple(
        dataclasses.replace(
            _labelled(label, step, right=bool(right[step]), error=error),
            correct_prob=float(correct[step]),
            value=reached[step + 1],
            advantage=_difference(reached[step + 1], reached[step]),
        )
        for step, label in enumerate(row.labels)
    )
    # Of what was cut nobody can say that no step of it is wrong.
    is_told = sure and (error not in silent if error is not None else not is_cut(row.trajectory))
    return dataclasses.replace(
        row,
        labels=tuple(
            silenced(label) if index in silent else label for index, label in enumerate(labels)
        ),
        first_error=error if is_told else None,
        # A sum of rounded shares may be a hair above 1.
        first_error_prob=min(1.0, float(errors[place])) if is_told else None,
    )


def _values(row: LabelledTrajectory, joint: Floats) -> list[float | None]:
    """Return the value of each prefix, from none of the steps to all: the last is the outcome."""
    before = error_probs(joint) @ success_given_error(joint)
    return [*map(float, before), VALUES[row.outcome.outcome]]


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _labelled(label: StepLabel, step: int, *, right: bool, error: int | None) -> StepLabel:
    if error is not None and step > error:
        word = decisive(label.verdicts)
        if word is None:
            return dataclasses.replace(label, correct=None, source=None)
        return dataclasses.replace(label, correct=word.outcome == "valid", source=word.verifier)
    if error is None and not right:
        return dataclasses.replace(label, correct=None, source=None)
    return dataclasses.replace(label, correct=step != error, source="posterior")
