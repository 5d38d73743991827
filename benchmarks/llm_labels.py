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
import functools
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from benchmarks.report import CannotRunError, Findings, main
from benchmarks.runs.parts import read, verification
from benchmarks.sums.arms import (
    ROLLOUTS,
    Bench,
    arithmetic_alone,
    first_lines,
    try_bisect,
    try_monte_carlo,
    try_omega,
)
from benchmarks.sums.drawn import Drawn, draw, true_error
from benchmarks.sums.named import (
    Arm,
    Found,
    all_named,
    by_line,
    claims_of,
    mean_confidence,
    where_searched,
)
from stepsmith.pipelines.run import make_job
from stepsmith.schemas.errors import UserError
from stepsmith.transforms.drive.driver import Driver
from stepsmith.transforms.drive.scheduler import QueuedPolicy
from stepsmith.transforms.job import Job
from stepsmith.transforms.policy.base import Policy

EXAMPLES = 20
TOOLS = ("math.arithmetic",)
OPENED = (
    "policy.model=smollm2-135m",
    "engine.max_num_seqs=32",
    "engine.max_model_len=1024",
    'verify.steps=["math.arithmetic"]',
)


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
