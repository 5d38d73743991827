"""Watching a plan: everything that it asks for and is given, whoever answers."""

from collections.abc import Sequence
from typing import Any

from stepsmith.schemas import Trajectory
from stepsmith.transforms.search import Ask, Plan, Sample


def watched(plan: Plan, asked: list[Ask], drawn: list[Trajectory] | None = None) -> Plan:
    """Hand on what a plan asks and is answered, and write down the asks and what was drawn."""
    answers: Sequence[Any] | None = None
    try:
        while True:
            asks = next(plan) if answers is None else plan.send(answers)
            asked += asks
            answers = yield asks
            if drawn is not None:
                groups = zip(asks, answers, strict=True)
                drawn += [one for ask, group in groups if isinstance(ask, Sample) for one in group]
    except StopIteration as end:
        return end.value


def samples(asked: Sequence[Ask]) -> list[Sample]:
    """Return the samples among the asks."""
    return [ask for ask in asked if isinstance(ask, Sample)]
