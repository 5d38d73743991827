"""What completions say of the prefix that they continue: how many of them are right."""

from collections.abc import Sequence

from stepsmith.schemas.records import Problem, StepLabel, Trajectory, Verdict
from stepsmith.transforms.label.base import VALUES
from stepsmith.transforms.search.base import Asking, judge_groups


def rate(completions: Sequence[Trajectory], outcomes: Sequence[Verdict]) -> StepLabel:
    """Count how many completions reach the answer; the value is their share of the judged ones."""
    n_correct = sum(outcome.outcome == "valid" for outcome in outcomes)
    n_undecided = sum(outcome.outcome == "undecided" for outcome in outcomes)
    judged = len(outcomes) - n_undecided
    return StepLabel(
        value=n_correct / judged if judged else None,
        n_rollouts=len(completions),
        n_correct=n_correct,
        n_undecided=n_undecided,
        n_distinct=len({completion.text for completion in completions}),
    )


def estimate_each(
    problem: Problem, completions: Sequence[Sequence[Trajectory]]
) -> Asking[Sequence[StepLabel]]:
    """Turn the completions of several prefixes into one value label a prefix."""
    outcomes = yield from judge_groups(problem, completions)
    return tuple(map(rate, completions, outcomes))


def last_label(outcome: Verdict) -> StepLabel:
    """Value the last step by the outcome itself: nothing is left to complete."""
    return StepLabel(value=VALUES[outcome.outcome])
