"""Each strategy on the same wrong solutions, its labels compared with the oracle."""

import asyncio
import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from benchmarks.runs.parts import verification
from benchmarks.sums.drawn import SOLUTIONS, Drawn, Filed, true_error
from benchmarks.sums.named import (
    Arm,
    Found,
    Named,
)
from benchmarks.sums.oracle import UndecidableError
from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.drive.driver import Driver, Solved
from stepsmith.transforms.job import Job
from stepsmith.transforms.label.first_error import first_error
from stepsmith.transforms.label.given import given
from stepsmith.transforms.label.posterior import FIT, posterior
from stepsmith.transforms.label.prior import Prior
from stepsmith.transforms.search.base import Strategy
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.search.first_error.binary_search import RuleName
from stepsmith.transforms.search.monte_carlo import monte_carlo
from stepsmith.transforms.search.omega import omega

ROLLOUTS = 4

BUDGET = 8
"""The most samples of `bisect` for one solution: what `monte_carlo` spends on three lines."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bench:
    """A driver, and the problems' solutions."""

    driver: Driver
    drawn: Sequence[Drawn]

    async def solve(self, one: Drawn, strategy: Strategy, replies: Filed) -> Solved:
        """Run one search; what is in `replies` is not asked again."""
        return await self.driver.solve(one.problem, strategy, replies)


def name(row: LabelledTrajectory, likeliest: int | None) -> Named | None:
    """Compare a labelled row with the oracle; nothing where that cannot decide."""
    try:
        error = true_error(row)
    except UndecidableError:
        return None
    return None if error is None else Named(named=row.first_error, likeliest=likeliest, true=error)


def found_in(rows: Sequence[LabelledTrajectory], solved: Solved | None = None) -> Found:
    """Compare rows whose label is a rule's word with the oracle, and count the samples."""
    named = [each for row in rows if (each := name(row, row.first_error)) is not None]
    return Found(
        named=named,
        n_samples=n_completions(solved) if solved else 0,
    )


def n_completions(solved: Solved) -> int:
    """Count the replies that continue a prefix."""
    return sum(bool(rollout.prefix) for rollout in solved.rollouts)


async def try_monte_carlo(bench: Bench, chances: list[tuple[bool, int, int]]) -> list[Found]:
    """Complete every prefix of the wrong solutions; the hard rule names the error.

    Also notes of each prefix whether it is intact, and how many of its completions ended right.
    """

    async def one(drawn: Drawn) -> Found:
        plan = functools.partial(monte_carlo, solutions=len(drawn.wrong), rollouts=ROLLOUTS)
        solved = await bench.solve(drawn, plan, drawn.filed(drawn.wrong, "solve"))
        for row in solved.result.rows:
            error = true_error(row)
            for step, label in enumerate(row.labels):
                if label.n_rollouts:
                    intact = error is None or step < error
                    judged = label.n_rollouts - (label.n_undecided or 0)
                    chances.append((intact, label.n_correct or 0, judged))
        return found_in(first_error(solved.result.rows), solved)

    return await asyncio.gather(*map(one, bench.drawn))


async def try_omega(bench: Bench, *, rule: RuleName) -> list[Found]:
    """Search as many wrong solutions as the others do, of the tree's own choice.

    Problems whose solutions are all wrong are filtered, after up to three batches of them.
    """

    async def one(drawn: Drawn) -> Found:
        plan = functools.partial(
            omega,
            rollouts=ROLLOUTS,
            searches=len(drawn.wrong),
            rule=rule,
            threshold=0.5,
            filter_rollouts=3 * SOLUTIONS,
            filter_batch=SOLUTIONS,
        )
        everything = drawn.filed(range(len(drawn.rows)), "solve/0")
        solved = await bench.solve(drawn, plan, everything)
        rows = [row for row in given(solved.result.rows) if row.keep and was_searched(row)]
        return found_in(rows, solved)

    return await asyncio.gather(*map(one, bench.drawn))


def was_searched(row: LabelledTrajectory) -> bool:
    """Tell whether omega bisected this row: it named a step, or marked one as right."""
    marked = any(label.source == "omega" for label in row.labels)
    return row.outcome.outcome == "invalid" and (row.first_error is not None or marked)


async def try_bisect(bench: Bench, *, verifiers: tuple[str, ...] = ()) -> list[Found]:
    """Search and label as a run does: a pilot, its prior for the rest, a prior for the labels."""
    n_pilot = max(1, len(bench.drawn) // 3)

    async def one(drawn: Drawn, prior: Prior | None) -> Solved:
        # The right ones are evidence about the problem that every strategy has paid for.
        right = [i for i, row in enumerate(drawn.rows) if row.outcome.outcome == "valid"]
        plan = functools.partial(
            bisect,
            solutions=len(right) + len(drawn.wrong),
            budget=BUDGET,
            right_too=False,
            verifiers=verifiers,
            prior=prior,
        )
        return await bench.solve(drawn, plan, drawn.filed([*right, *drawn.wrong], "solve"))

    searched = await asyncio.gather(*(one(each, None) for each in bench.drawn[:n_pilot]))
    prior = fit(searched)
    rest = bench.drawn[n_pilot:]
    searched += await asyncio.gather(*(one(each, prior) for each in rest))
    fitted = fit(searched)
    return [
        read_off(solved, len(drawn.wrong), fitted)
        for solved, drawn in zip(searched, bench.drawn, strict=True)
    ]


def fit(searched: Sequence[Solved]) -> Prior:
    """Fit the prior to all that was searched."""
    evidence = [(str(number), FIT.extract(one.result.rows)) for number, one in enumerate(searched)]
    return FIT.fit([(number, known) for number, known in evidence if known is not None])


def read_off(solved: Solved, n_wrong: int, prior: Prior) -> Found:
    """Label by the posterior; the likeliest place is read off whatever its probability."""
    rows = posterior(solved.result.rows, prior=prior)[-n_wrong:]
    named: list[Named] = []
    for row in rows:
        right = [1.0, *(label.correct_prob or 0.0 for label in row.labels)]
        places = [*(-np.diff(right)).tolist(), right[-1]]
        each = name(row, int(np.argmax(places)))
        if each is not None:
            named.append(dataclasses.replace(each, confidence=max(places)))
    return dataclasses.replace(found_in(rows, solved), named=named)


def first_lines(bench: Bench) -> Arm:
    """Name the first line every time: how often one is right without looking."""
    rows = [[one.rows[place] for place in one.wrong] for one in bench.drawn]
    return Arm(
        name="first_line",
        found=[
            found_in([dataclasses.replace(row, first_error=0) for row in group]) for group in rows
        ],
    )


def arithmetic_alone(bench: Bench, job: Job) -> Arm:
    """Name the first line that the verifier of arithmetic refutes, without a sample."""
    judge = verification(job).judge_steps
    judged = [[judge(one.rows[place]) for place in one.wrong] for one in bench.drawn]
    return Arm(name="arithmetic_alone", found=[found_in(given(rows)) for rows in judged])
