"""Adaptive bisection: ask next what says most about the first wrong step, and stop when sure."""

from collections.abc import Sequence
from random import Random

from stepsmith.schemas.options import Count, Natural, Share
from stepsmith.schemas.records import Problem, Trajectory
from stepsmith.transforms.label.posterior import FIT, Confidence
from stepsmith.transforms.label.prior import Prior
from stepsmith.transforms.search.base import (
    Asking,
    Plan,
    Sample,
    SearchResult,
    draw,
    judge_outcomes,
    strategy,
)
from stepsmith.transforms.search.first_error.settle import ask_tools, settle
from stepsmith.transforms.search.first_error.spread import Spread
from stepsmith.transforms.search.first_error.suspects import Suspects
from stepsmith.transforms.search.first_error.tables import nodes_of, pairs_of, rows_of


@strategy("bisect", fit=FIT)
def bisect(  # noqa: PLR0913 - one parameter an option of the recipe
    problem: Problem,
    rng: Random,  # noqa: ARG001 - every draw is the policy's
    *,
    solutions: Count = 4,
    confidence: Confidence = 0.9,
    budget: Natural = 40,
    batch: Count = 2,
    searches: Natural = 0,
    slack: Share = 0.1,
    right_too: bool = True,
    verifiers: tuple[str, ...] = (),
    prior: Prior | None = None,
) -> Plan:
    """Locate the first wrong step of each solution by its posterior, with the fewest samples.

    Outcomes of completions, verdicts of tools and the solutions' own ends are all evidence about
    one unknown, the first wrong step of each solution (or that there is none), under a prior over
    how the policy succeeds and recovers, which all solutions of the problem share. In each round
    `batch` prefixes of each solution are completed once: those that tell most. A solution is done
    when one place has the probability `confidence`, when `budget` samples were spent on it, when
    the first eight of them are all undecided, or when nothing tells more. Solutions that end right
    are searched as well, unless `right_too` is false: a wrong step may still end right. Equal
    solutions are searched once, and what is learnt of a prefix serves all that begin with it. An
    error that is located makes a pair with a right solution that begins with the steps before it
    and goes on otherwise, if one was drawn.

    With `searches` above `solutions`, the search goes on with wrong completions that its probes
    brought and that continue a prefix known to be intact: they cost nothing and their errors lie in
    fewer places. Those lie late, so one is taken only while the places where all errors sought were
    expected stay within `slack` (the largest distance of cumulative shares) of those where the
    errors of fresh solutions are; otherwise a fresh solution is drawn.

    The step verifiers named in `verifiers` are asked first, about every step. Labels are best read
    off by the labeler `posterior`, under the prior of the whole run.
    """
    suspects = Suspects(problem, prior=prior, confidence=confidence, budget=budget)
    attempts = yield from draw(Sample(path="solve", n=solutions))
    yield from _take_up(problem, suspects, attempts, verifiers)
    yield from settle(problem, suspects, batch=batch, right_too=right_too)
    spread = Spread(slack=slack)
    n_fresh = 0
    # A policy that is always right gives nothing to search: its solutions are drawn once each.
    while suspects.n_searched < searches and n_fresh < searches:
        spread.see(suspects)
        found = spread.pick(suspects)
        if found is not None:
            taken = suspects.adopt(found)
            yield from ask_tools(problem, suspects, [taken], verifiers)
        else:
            attempts = yield from draw(Sample(path=f"solve/{n_fresh}"))
            n_fresh += 1
            yield from _take_up(problem, suspects, attempts, verifiers)
        yield from settle(problem, suspects, batch=batch, right_too=right_too)
    return SearchResult(rows=rows_of(suspects), nodes=nodes_of(suspects), pairs=pairs_of(suspects))


def _take_up(
    problem: Problem,
    suspects: Suspects,
    attempts: Sequence[Trajectory],
    verifiers: tuple[str, ...],
) -> Asking[None]:
    """Judge new solutions, and have the tools look at them."""
    outcomes = yield from judge_outcomes(problem, attempts)
    taken = [
        suspects.add(attempt, outcome) for attempt, outcome in zip(attempts, outcomes, strict=True)
    ]
    yield from ask_tools(problem, suspects, taken, verifiers)
