"""Step values by Monte-Carlo completions (Math-Shepherd)."""

from random import Random

from stepsmith.schemas.options import Count
from stepsmith.schemas.records import Problem, Trajectory
from stepsmith.transforms.search.base import (
    Plan,
    Sample,
    SearchResult,
    draw,
    draw_each,
    judge_outcomes,
    strategy,
    unfinished,
)
from stepsmith.transforms.search.prefixes.estimates import make_labelled_row
from stepsmith.transforms.search.prefixes.rates import estimate_each


@strategy("monte_carlo")
def monte_carlo(
    problem: Problem,
    rng: Random,  # noqa: ARG001 - every draw is the policy's
    *,
    solutions: Count = 4,
    rollouts: Count = 8,
) -> Plan:
    """Estimate each step's value from `rollouts` completions of the prefix that it ends.

    Math-Shepherd (arXiv 2312.08935): the soft estimate is the share of completions that reach the
    answer, the hard one is whether any does; both follow from the counts in the row. The last
    step needs no completions, since its solution's own answer is known. A solution that is blank
    or cut gets no completions: its end is unknown, and a repair of it would be another solution.
    Solutions that begin alike share what was drawn from that prefix: one prefix has one value.
    """
    attempts = yield from draw(Sample(path="solve", n=solutions))
    outcomes = yield from judge_outcomes(problem, attempts)
    asks = [
        Sample(
            path=f"solve/{index}/{step}",
            prefix=attempt.steps[: step + 1],
            n=rollouts,
            parent=attempt.id,
        )
        for index, attempt in enumerate(attempts)
        if unfinished(attempt) is None
        for step in range(len(attempt.steps) - 1)
    ]
    drawn = yield from draw_each(asks)
    pooled: dict[str, list[Trajectory]] = {}
    for ask, completions in zip(asks, drawn, strict=True):
        pooled.setdefault("".join(step.text for step in ask.prefix), []).extend(completions)
    rates = yield from estimate_each(problem, list(pooled.values()))
    known = dict(zip(pooled, rates, strict=True))
    return SearchResult(
        rows=tuple(
            make_labelled_row(problem, attempt, outcome, known)
            for attempt, outcome in zip(attempts, outcomes, strict=True)
        )
    )
