"""Labels of a descent from scores of its moves: each is weighed by those of its neighbours."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Annotated

from msgspec import Meta

from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.options import PositiveShare
from stepsmith.schemas.records import LabelledTrajectory, StepLabel
from stepsmith.transforms.label.base import Rows, decide_keep, labeler, ungraded
from stepsmith.transforms.taxonomy.fitting import MISSING
from stepsmith.transforms.taxonomy.moves import Move, read_move
from stepsmith.transforms.taxonomy.payload import read_hierarchy
from stepsmith.transforms.taxonomy.smoothing import (
    ScoredMove,
    place_weights,
    right_if,
)

__all__ = ["fitting_score"]

SureShare = Annotated[float, Meta(ge=0.5, lt=1)]


@labeler("fitting_score")
def fitting_score(
    rows: Sequence[LabelledTrajectory],
    *,
    verifier: str = "",
    confidence: SureShare = 0.5,
    missing: PositiveShare = MISSING,
) -> Rows:
    """Label the moves of descents by the place that fits the scores of all of them best.

    HEF's fitting score (2021) as a smoother. A score says of one move how probably it is right:
    that of the verdict by `verifier`, or by the first verifier that gives one, or the step's
    `correct_prob`, or else 1 or 0 where a verifier has decided. All descents of a problem are read
    together: a node's own score is weighed by its parent's for going forward and its best child's
    for going back, with `missing` where there is none. Its share of those of all visited nodes is
    how probably it is the place, and a move is right as probably as the places under which it would
    be. It is called right above `confidence` and wrong below 1 - `confidence`; between them, and
    without any score or move, nothing is said. `first_error` is the first move called wrong.
    """
    judged = _judge(rows, verifier, missing)
    return tuple(_label_row(row, judged, confidence) for row in rows)


RightProb = Callable[[Move], float]
"""How probably a move is right, over all places."""


def _judge(rows: Sequence[LabelledTrajectory], verifier: str, missing: float) -> RightProb | None:
    moves = [
        ScoredMove(move=move, score=score)
        for row in rows
        for move, label in zip(_moves(row), row.labels, strict=True)
        if move is not None and (score := _score(label, verifier)) is not None
    ]
    if not moves:
        return None
    try:
        view = read_hierarchy(rows[0].problem)
    except ProblemError:
        return None
    weights = place_weights(view, moves, missing=missing)
    above = {place: view.above(place) for place in weights}

    def right_prob(move: Move) -> float:
        right = [
            weight for place, weight in weights.items() if right_if(view, move, place, above[place])
        ]
        return min(sum(right), 1.0)

    return right_prob


def _moves(row: LabelledTrajectory) -> list[Move | None]:
    """Return the move of each step that was written to its end, where it is one."""
    silent = ungraded(row.trajectory)
    steps = enumerate(row.trajectory.steps)
    return [None if index in silent else read_move(step.text) for index, step in steps]


def _score(label: StepLabel, verifier: str) -> float | None:
    """Return how probably a step is right by the best signal that it has."""
    verdicts = [each for each in label.verdicts if each.verifier == verifier or not verifier]
    scores = [each.score for each in verdicts if each.score is not None]
    if scores:
        return scores[0]
    if label.correct_prob is not None and not verifier:
        return label.correct_prob
    decided = [each.outcome == "valid" for each in verdicts if each.outcome != "undecided"]
    return float(all(decided)) if decided else None


def _label_row(
    row: LabelledTrajectory, right_prob: RightProb | None, confidence: float
) -> LabelledTrajectory:
    moves = _moves(row)
    labels = tuple(
        _label(label, move, right_prob, confidence)
        for move, label in zip(moves, row.labels, strict=True)
    )
    return dataclasses.replace(
        decide_keep(row),
        labels=labels,
        first_error=next((at for at, label in enumerate(labels) if label.correct is False), None),
        first_error_prob=None,
    )


def _label(
    label: StepLabel, move: Move | None, right_prob: RightProb | None, confidence: float
) -> StepLabel:
    if move is None or right_prob is None:
        return dataclasses.replace(label, correct=None, correct_prob=None, source=None)
    prob = right_prob(move)
    sure = prob > confidence or prob < 1 - confidence
    return dataclasses.replace(
        label,
        correct=prob > confidence if sure else None,
        correct_prob=prob,
        source="fitting_score" if sure else None,
    )
