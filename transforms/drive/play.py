"""Driving one plan by hand: a function answers, without a policy, a journal or a clock."""

from collections.abc import Callable, Sequence
from typing import Any

from stepsmith.transforms.search.base import Ask, Plan, SearchResult


def play(plan: Plan, answer: Callable[[Ask], Any]) -> SearchResult:
    """Answer a plan's asks one after another by a function, and return what it made.

    What a test or a benchmark needs of a driver: no policy, no journal, no clock.
    """
    answers: Sequence[Any] | None = None
    try:
        while True:
            asks = next(plan) if answers is None else plan.send(answers)
            answers = [answer(ask) for ask in asks]
    except StopIteration as end:
        result: SearchResult = end.value
        return result
