"""Independent solutions, with their outcome."""

from random import Random

from stepsmith.schemas.options import Count
from stepsmith.schemas.records import Problem
from stepsmith.transforms.search.base import (
    Plan,
    Sample,
    SearchResult,
    draw,
    judge_outcomes,
    strategy,
    unlabelled_row,
)


@strategy("sample")
def sample(problem: Problem, rng: Random, *, solutions: Count = 4) -> Plan:  # noqa: ARG001
    """Sample `solutions` solutions and check where each of them ends; steps get no value."""
    attempts = yield from draw(Sample(path="solve", n=solutions))
    outcomes = yield from judge_outcomes(problem, attempts)
    rows = tuple(
        unlabelled_row(problem, attempt, outcome)
        for attempt, outcome in zip(attempts, outcomes, strict=True)
    )
    return SearchResult(rows=rows)
