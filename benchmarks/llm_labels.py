"""First errors in a real model's sums, located by each strategy and judged by an exact oracle.

A model of 135M parameters on the CPU solves sums of one-digit numbers, one operation a line, and is
often wrong. `benchmarks/sums/oracle.py` knows which line is. The same wrong solutions of the same
problems are given to `monte_carlo` and to `bisect`; `omega` is given all solutions and selects, as
is its way. Samples are completions of prefixes: the solutions cost every strategy the same.

Recall is the share of the wrong solutions whose very first error was named, precision that of the
named ones, F1 their harmonic mean. `bisect` declines below the labeler's confidence, which costs
recall; `exact` is the share where its likeliest place, however sure, is the error. The others name
what their rule says, so that theirs is the recall. Compare strategies by `exact`, and with `omega`
by `exact_where_omega_searches`: it filters problems that are never solved, the hardest to label.
Spreads are bootstrapped over problems (95 %).

What there is to find is little: two or three lines, of which `first_line` names the first without
looking. And sums are a tool's home ground: `arithmetic_alone` asks `math.arithmetic` of each line,
without a sample, and misses only what is true of the wrong numbers and answers that are not the
last result. Rows with it say what a tool is worth where there is one, and nothing of a domain
without.
"""

import asyncio
import collections
import dataclasses
import functools
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np

from benchmarks.report import CannotRunError, Findings, main
from benchmarks.sums.named import (
    Arm,
    Found,
    Named,
    all_named,
    by_line,
    claims_of,
    mean_confidence,
    where_searched,
)
from benchmarks.sums.oracle import UndecidableError, first_wrong_line
from benchmarks.throughput import read, verification
from stepsmith.pipelines.run import make_job
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.records import LabelledTrajectory, Problem, Rollout
from stepsmith.transforms.job import Job
from stepsmith.transforms.label.first_error import first_error
from stepsmith.transforms.label.given import given
from stepsmith.transforms.label.posterior import FIT, posterior
from stepsmith.transforms.label.prior import Prior
from stepsmith.transforms.policy.base import Policy
from stepsmith.transforms.policy.journal import Key, key_of
from stepsmith.transforms.search.base import Strategy
from stepsmith.transforms.search.bisect import bisect
from stepsmith.transforms.search.driver import Driver, Solved
from stepsmith.transforms.search.locate import RuleName
from stepsmith.transforms.search.monte_carlo import monte_carlo
from stepsmith.transforms.search.omega import omega
from stepsmith.transforms.search.sample import sample
from stepsmith.transforms.search.scheduler import QueuedPolicy

SOLUTIONS = 6
ROLLOUTS = 4
BUDGET = 8
"""The most samples of `bisect` for one solution: what `monte_carlo` spends on three lines."""

EXAMPLES = 20
TOOLS = ("math.arithmetic",)
OPENED = (
    "policy.model=smollm2-135m",
    "engine.max_num_seqs=32",
    "engine.max_model_len=1024",
    'verify.steps=["math.arithmetic"]',
)


class Filed:
    """Replies of one problem in memory."""

    def __init__(self, rollouts: Sequence[Rollout] = ()) -> None:
        self._replies = {key_of(rollout): rollout for rollout in rollouts}

    def get(self, key: Key) -> Rollout | None:
        """Return the recorded reply, or nothing."""
        return self._replies.get(key)

    def put(self, *rollouts: Rollout) -> None:
        """Record replies."""
        self._replies |= {key_of(rollout): rollout for rollout in rollouts}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drawn:
    """A problem's solutions, and those to search: each wrong text once, its error known.

    `replies` are in the order of `rows`; `wrong` are places in both.
    """

    problem: Problem
    rows: Sequence[LabelledTrajectory]
    replies: Sequence[Rollout]
    wrong: Sequence[int]

    def filed(self, places: Sequence[int], path: str) -> Filed:
        """File some of the solutions as the first draws of `path`."""
        chosen = [self.replies[place] for place in places]
        return Filed(
            [
                dataclasses.replace(rollout, path=path, sample_index=index)
                for index, rollout in enumerate(chosen)
            ]
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bench:
    """A driver, and the problems' solutions."""

    driver: Driver
    drawn: Sequence[Drawn]

    async def solve(self, one: Drawn, strategy: Strategy, replies: Filed) -> Solved:
        """Run one search; what is in `replies` is not asked again."""
        return await self.driver.solve(one.problem, strategy, replies)


def measure(*, quick: bool) -> Findings:
    """Measure all strategies on one server."""
    with tempfile.TemporaryDirectory() as folder:
        job = make(folder, n_problems=8 if quick else 40)
        try:
            return asyncio.run(with_policy(job))
        except UserError as error:
            raise CannotRunError(str(error)) from error


def make(folder: str, *, n_problems: int, overrides: Sequence[str] = OPENED) -> Job:
    """Make the demo's job, with sums of two and three terms."""
    sizes = (f"source.size={n_problems}", "source.arguments.min_terms=2", "source.seed=11")
    return make_job("demo", output=folder, overrides=[*sizes, *overrides])


async def with_policy(job: Job) -> Findings:
    """Open the job's policy and measure with it."""
    async with job.policy() as policy:
        return await measure_with(policy, job)


async def measure_with(policy: Policy, job: Job) -> Findings:
    """Draw solutions, search the wrong ones in every way, and compare with the oracle."""
    driver = Driver(
        policy=QueuedPolicy(policy),
        sampling=job.recipe.sampling,
        seed=job.recipe.seed,
        read=job.reader(),
        ask_verifier=verification(job).ask,
    )
    undecided: collections.Counter[str] = collections.Counter()
    drawn = await asyncio.gather(*(draw(driver, one, undecided) for one in read(job)))
    bench = Bench(driver=driver, drawn=[one for one in drawn if one.wrong])
    if not bench.drawn:
        msg = "no solution is wrong in a way that the oracle can decide"
        raise CannotRunError(msg)
    chances: list[tuple[bool, int, int]] = []
    searches: Mapping[str, Callable[[], Awaitable[Sequence[Found]]]] = {
        f"monte_carlo_{ROLLOUTS}": functools.partial(try_monte_carlo, bench, chances),
        f"omega_mc_gt_0_{ROLLOUTS}": functools.partial(try_omega, bench, rule="mc_gt_0"),
        f"omega_relative_{ROLLOUTS}": functools.partial(try_omega, bench, rule="relative"),
        "bisect": functools.partial(try_bisect, bench),
        "bisect_with_tools": functools.partial(try_bisect, bench, verifiers=TOOLS),
    }
    arms = [first_lines(bench), arithmetic_alone(bench, job)]
    for name, search in searches.items():
        started, before = time.perf_counter(), policy.meter.usage().n_tokens
        found = await search()
        n_tokens = policy.meter.usage().n_tokens - before
        speed = n_tokens / (time.perf_counter() - started)
        arms.append(Arm(name=name, found=found, tokens_per_s=speed))
    claims = [claim for arm in arms for claim in claims_of(arm)]
    return Findings(claims=claims, details=describe(drawn, arms, undecided, chances))


async def draw(driver: Driver, problem: Problem, undecided: collections.Counter[str]) -> Drawn:
    """Draw a problem's solutions, and choose those to search; count what is left out, by why."""
    solved = await driver.solve(problem, functools.partial(sample, solutions=SOLUTIONS), Filed())
    rows, texts, wrong = solved.result.rows, set[str](), list[int]()
    for place, row in enumerate(rows):
        text = row.trajectory.text
        if row.outcome.outcome != "invalid" or text in texts:
            continue
        texts.add(text)
        try:
            error = true_error(row)
        except UndecidableError as reason:
            undecided[str(reason)] += 1
            continue
        if error is None:
            undecided["the checker errs"] += 1
        else:
            wrong.append(place)
    return Drawn(problem=problem, rows=rows, replies=solved.rollouts, wrong=wrong)


def true_error(row: LabelledTrajectory) -> int | None:
    """Ask the oracle for the first wrong step of a row."""
    return first_wrong_line(row.problem.prompt, [step.text for step in row.trajectory.steps])


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


def describe(
    drawn: Sequence[Drawn],
    arms: Sequence[Arm],
    undecided: collections.Counter[str],
    chances: Sequence[tuple[bool, int, int]],
) -> dict[str, object]:
    """Say what was there to find, and how often prefixes were completed rightly."""
    outcomes = collections.Counter(row.outcome.outcome for one in drawn for row in one.rows)
    lines = arms[0].found
    truths = collections.Counter(each.true for each in all_named(lines))
    return {
        "problems": len(drawn),
        "problems_with_wrong_solutions": len(lines),
        "solutions": dict(sorted(outcomes.items())),
        "distinct_wrong_solutions": len(all_named(lines)),
        "wrong_texts": examples(drawn),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "left_out_by_the_oracle": dict(sorted(undecided.items())),
        "first_error_at_line": dict(sorted(truths.items())),
        "wrong_solutions_of": {arm.name: len(all_named(arm.found)) for arm in arms},
        "completions_right": {
            "intact" if state else "broken": share_right(chances, intact=state)
            for state in (True, False)
        },
        "exact_where_omega_searches": {arm.name: where_searched(arm, arms) for arm in arms},
        "mean_confidence": {arm.name: mean_confidence(arm) for arm in arms if arm.states_odds},
        "exact_by_true_line": {arm.name: by_line(arm) for arm in arms},
    }


def examples(drawn: Sequence[Drawn]) -> list[tuple[str, int | None]]:
    """Return some wrong solutions, each with its first wrong line."""
    rows = [one.rows[one.wrong[0]] for one in drawn if one.wrong]
    return [(row.trajectory.text.strip(), true_error(row)) for row in rows[:EXAMPLES]]


def share_right(chances: Sequence[tuple[bool, int, int]], *, intact: bool) -> tuple[float, int]:
    """Return the share of completions that end right from such prefixes, and their number."""
    kept = [(right, judged) for state, right, judged in chances if state is intact]
    n_judged = sum(judged for _, judged in kept)
    return round(sum(right for right, _ in kept) / max(1, n_judged), 4), n_judged


if __name__ == "__main__":
    sys.exit(main("llm_labels", measure))
