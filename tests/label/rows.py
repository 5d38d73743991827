"""Rows written by hand: solutions of one letter a step, with the counts of their prefixes."""

from collections.abc import Mapping, Sequence

from stepsmith.schemas import (
    LabelledTrajectory,
    Outcome,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.schemas.records import FinishReason, Origin

Said = Mapping[int, Sequence[tuple[str, Outcome]]]
"""What verifiers say of steps, by the step."""

PROBLEM = Problem(id="p", prompt="?")


def row(  # noqa: PLR0913 - a row has that many columns
    name: str,
    steps: Sequence[str],
    outcome: Outcome = "invalid",
    *,
    counts: Mapping[int, tuple[int, ...]] | None = None,
    verdicts: Said | None = None,
    parent: str | None = None,
    branch: int | None = None,
    origin: Origin = "rollout",
    finish: FinishReason = "stop",
) -> LabelledTrajectory:
    """Make a row; `counts` are (judged, correct) or with those undecided third, by length."""
    return LabelledTrajectory(
        problem=PROBLEM,
        trajectory=Trajectory(
            id=name,
            problem_id="p",
            steps=tuple(Step(text=text) for text in steps),
            parent_id=parent,
            branch_step=branch,
            origin=origin,
            finish_reason=finish,
        ),
        outcome=Verdict(outcome=outcome, verifier="outcome"),
        labels=tuple(
            _label((counts or {}).get(length), (verdicts or {}).get(length - 1, ()))
            for length in range(1, len(steps) + 1)
        ),
    )


def _label(counts: tuple[int, ...] | None, verdicts: Sequence[tuple[str, Outcome]]) -> StepLabel:
    said = tuple(Verdict(outcome=outcome, verifier=name) for name, outcome in verdicts)
    if counts is None:
        return StepLabel(verdicts=said)
    judged, correct, undecided = (*counts, 0)[:3]
    return StepLabel(
        n_rollouts=judged + undecided, n_correct=correct, n_undecided=undecided, verdicts=said
    )
