"""Records of a run, written down by hand."""

from collections.abc import Sequence

from stepsmith.schemas import (
    LabelledTrajectory,
    Outcome,
    Pair,
    PairKind,
    Problem,
    Step,
    StepLabel,
    Trajectory,
    Verdict,
)

STEPS = ("2 + 3 = 5\n", "5 * 2 = 11\n", "The answer is 11.")


def solution(
    correct: Sequence[bool | None] = (True, False, None),
    *,
    texts: Sequence[str] = STEPS,
    values: Sequence[float | None] | None = None,
    outcome: Outcome = "invalid",
    id: str = "p/solve#0",  # noqa: A002
    drop_reason: str | None = None,
) -> LabelledTrajectory:
    """Make a row of one label a step; its first error is the first step that is wrong."""
    labels = tuple(
        StepLabel(correct=one, value=value)
        for one, value in zip(correct, values or (None,) * len(correct), strict=True)
    )
    problem = Problem(id=id.rpartition("/")[0], prompt="Add 2 and 3, then double.", answer="10")
    return LabelledTrajectory(
        problem=problem,
        trajectory=Trajectory(
            id=id,
            problem_id=problem.id,
            steps=tuple(Step(text=text) for text in texts),
            answer="11",
            policy="small",
        ),
        outcome=Verdict(outcome=outcome, verifier="math.answer", evidence="11 is not 10"),
        labels=labels,
        first_error=tuple(correct).index(False) if False in correct else None,
        keep=drop_reason is None,
        drop_reason=drop_reason,
    )


def pair(
    chosen: str = "5 * 2 = 10\nThe answer is 10.",
    rejected: str = "5 * 2 = 11\nThe answer is 11.",
    *,
    prefix: str = "2 + 3 = 5\n",
    preference: float = 1.0,
    kind: PairKind = "solution",
    id: str = "p/solve/0/repair#0",  # noqa: A002
) -> Pair:
    """Make a pair of two ends after one step that they share."""
    problem_id = id.partition("/")[0]
    return Pair(
        id=id,
        problem_id=problem_id,
        prompt="Add 2 and 3, then double.",
        prefix=prefix,
        chosen=chosen,
        rejected=rejected,
        preference=preference,
        kind=kind,
        branch_step=1,
        chosen_id=id,
        rejected_id=f"{problem_id}/solve#0",
        source="repair",
    )
