"""Step values from outcomes alone: every step bears the end of its solution (OVM)."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from stepsmith.schemas.options import Count
from stepsmith.schemas.records import (
    FinishReason,
    LabelledTrajectory,
    Node,
    Problem,
    StepLabel,
    Trajectory,
    Verdict,
)
from stepsmith.transforms.search.base import (
    Plan,
    Sample,
    SearchResult,
    draw,
    judge_outcomes,
    strategy,
)
from stepsmith.transforms.search.prefixes.rates import last_label, rate

_Key = tuple[str, FinishReason | None]
"""A prefix by its text, and how it ended there; null where the solution goes on."""

_Counted = dict[_Key, "_Prefix"]
"""Prefixes in the order in which they were first seen, a parent before its children."""

_ROOT: _Key = ("", None)


@dataclasses.dataclass(kw_only=True)
class _Prefix:
    """A prefix of `depth` steps: the solutions that begin with it as drawn, and how they end."""

    parent: _Key | None
    depth: int
    solutions: list[Trajectory] = dataclasses.field(default_factory=list[Trajectory])
    outcomes: list[Verdict] = dataclasses.field(default_factory=list[Verdict])


@strategy("outcome_value")
def outcome_value(
    problem: Problem,
    rng: Random,  # noqa: ARG001 - every draw is the policy's
    *,
    solutions: Count = 16,
    pool: bool = True,
    duplicates: bool = False,
) -> Plan:
    """Value each step by where its solution ends, pooled over all solutions with that prefix.

    OVM (arXiv 2311.09724, 100 solutions a problem) gives every step of a solution its outcome, 1
    or 0; what a model fits to that is the chance to end right from the prefix. With `pool` that
    mean is the value already: right draws over judged ones, of all that begin with the prefix.
    Without it the value is the solution's own outcome; the counts are those of the prefix either
    way. Undecided outcomes are in no mean.

    Of equal solutions only the first is a row, unless `duplicates`; the last step's `n_rollouts`
    says how often it was drawn. Counts are of draws, not of distinct texts, of which a mean would
    be no chance: labels do not depend on whether duplicates are rows. Nodes are the prefix tree.
    """
    attempts = yield from draw(Sample(path="solve", n=solutions))
    outcomes = yield from judge_outcomes(problem, attempts)
    counted = _count(attempts, outcomes)
    pooled = {key: rate(prefix.solutions, prefix.outcomes) for key, prefix in counted.items()}
    kept = attempts if duplicates else tuple(_distinct(attempts))
    verdicts = dict(zip((attempt.id for attempt in attempts), outcomes, strict=True))
    rows = tuple(
        LabelledTrajectory(
            problem=problem,
            trajectory=attempt,
            outcome=verdicts[attempt.id],
            labels=tuple(_labels(attempt, verdicts[attempt.id], pooled, pool=pool)),
        )
        for attempt in kept
    )
    return SearchResult(rows=rows, nodes=tuple(_nodes(problem, counted, pooled)))


def _distinct(attempts: Sequence[Trajectory]) -> Iterator[Trajectory]:
    """Keep the first of equal solutions; a cut one is not equal to one that ended there."""
    seen: set[_Key] = set()
    for attempt in attempts:
        key = (attempt.text, attempt.finish_reason)
        if key not in seen:
            yield attempt
        seen.add(key)


def _keys(attempt: Trajectory) -> Iterator[_Key]:
    """Name the prefixes of a solution, the empty one first and the solution itself last."""
    text = ""
    yield _ROOT
    for step in attempt.steps[:-1]:
        text += step.text
        yield text, None
    if attempt.steps:
        yield attempt.text, attempt.finish_reason


def _count(attempts: Sequence[Trajectory], outcomes: Sequence[Verdict]) -> _Counted:
    counted: _Counted = {}
    for attempt, outcome in zip(attempts, outcomes, strict=True):
        parent: _Key | None = None
        for depth, key in enumerate(_keys(attempt)):
            prefix = counted.setdefault(key, _Prefix(parent=parent, depth=depth))
            prefix.solutions.append(attempt)
            prefix.outcomes.append(outcome)
            parent = key
    return counted


def _labels(
    attempt: Trajectory, outcome: Verdict, pooled: Mapping[_Key, StepLabel], *, pool: bool
) -> Iterator[StepLabel]:
    own = last_label(outcome).value
    for key in list(_keys(attempt))[1:]:
        label = pooled[key]
        yield label if pool else dataclasses.replace(label, value=own)


def _nodes(problem: Problem, counted: _Counted, pooled: Mapping[_Key, StepLabel]) -> Iterator[Node]:
    ids = {key: f"{problem.id}/prefix/{number}" for number, key in enumerate(counted)}
    for key, prefix in counted.items():
        label = pooled[key]
        first = prefix.solutions[0]
        step = first.steps[prefix.depth - 1] if prefix.depth else None
        yield Node(
            id=ids[key],
            problem_id=problem.id,
            parent_id=None if prefix.parent is None else ids[prefix.parent],
            trajectory_id=first.id if step else None,
            start=max(0, prefix.depth - 1),
            end=prefix.depth,
            text=step.text if step else "",
            visits=len(prefix.outcomes),
            value=label.value,
            n_rollouts=label.n_rollouts,
            n_correct=label.n_correct,
            n_undecided=label.n_undecided,
            outcome=None if key[1] is None else prefix.outcomes[0].outcome,
        )
