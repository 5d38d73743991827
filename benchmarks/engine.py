"""Real vLLM on the CPU: how busy a run keeps it, and its tokens/s against driving it flat out.

A run over sums, then the very requests of that run, grouped as they were, thrown at the same
server all at once, in turn: once of Monte Carlo, all of whose completions can be asked together,
and once of adaptive bisection, which waits for every answer before its next question. The busy
share is the time with at least one request waiting or running over the run's own time, from the
ready engine to the last committed shard. The prefix cache is warm for both, by a first pair on
fewer problems that is not counted: what is long in a prompt is its examples, which all share.

The tail counts in full: a run's time includes its last searches, which have few requests left to
ask and the engine to themselves, and the labels and files after them; flat out, it includes the
time in which the last requests end. A run of many problems has no longer tail, so that its share
falls with their number. Bisection has a second one, where its pilot ends (64 problems by default).
"""

import asyncio
import dataclasses
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from benchmarks.report import CannotRunError, Claim, Findings, main
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.schemas.arrow import ROLLOUTS
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.records import Problem, Rollout, Step
from stepsmith.transforms.beam.status import read_status
from stepsmith.transforms.policy.base import Policy, Request
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.policy.vllm import vllm

IN_FLIGHT = 32
MAX_MODEL_LEN = 1024
WARM_PROBLEMS = 6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """A strategy to run, on how many problems, and the tokens that it should write of flat out."""

    n_problems: int
    target: float
    overrides: tuple[str, ...] = ()


# The search is short because the CPU is slow; longer ones have longer tails, but of more tokens.
RUNS = {
    "monte_carlo": Run(n_problems=24, target=0.90),
    "bisect": Run(
        n_problems=160,
        target=0.95,
        overrides=(
            "strategy={ kind = 'bisect', solutions = 2, budget = 16 }",
            "label.kind=posterior",
        ),
    ),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pair:
    """One run, and the same requests flat out; `load` is the machine's, before."""

    usage: EngineUsage
    flat_tokens_per_s: float
    load: float

    @property
    def ratio(self) -> float:
        """The run's tokens/s over the flat-out ones."""
        return self.usage.tokens_per_s / self.flat_tokens_per_s


def measure(*, quick: bool) -> Findings:
    """Measure pairs on one server, which stays up throughout."""
    runs = {
        name: dataclasses.replace(run, n_problems=6) if quick else run for name, run in RUNS.items()
    }
    try:
        measured = asyncio.run(measure_pairs(runs, n_pairs=1 if quick else 2))
    except UserError as error:
        raise CannotRunError(str(error)) from error
    return Findings(
        claims=[
            *claims("engine.", measured["monte_carlo"], RUNS["monte_carlo"].target, busy=0.90),
            *claims("engine.bisect_", measured["bisect"], RUNS["bisect"].target),
        ],
        details={name: details(pairs) for name, pairs in measured.items()},
    )


def claims(
    prefix: str, pairs: Sequence[Pair], target: float, *, busy: float | None = None
) -> list[Claim]:
    """Make the claims of some pairs: the busy share, and the tokens/s of those flat out."""
    shares = [pair.usage.busy_share for pair in pairs]
    ratios = [pair.ratio for pair in pairs]
    return [
        claim(f"{prefix}busy_share", shares, busy),
        claim(f"{prefix}tokens_of_flat_out", ratios, target),
    ]


def claim(name: str, values: Sequence[float], target: float | None) -> Claim:
    """Make the claim of a share that should be high."""
    return Claim(
        name=name,
        value=round(statistics.median(values), 3),
        spread=(round(min(values), 3), round(max(values), 3)),
        target=target,
        better=None if target is None else "higher",
        unit="share",
    )


def details(pairs: Sequence[Pair]) -> dict[str, object]:
    """Say what the pairs were made of."""
    return {
        "run_tokens_per_s": [round(pair.usage.tokens_per_s, 1) for pair in pairs],
        "flat_tokens_per_s": [round(pair.flat_tokens_per_s, 1) for pair in pairs],
        "run_s": [round(pair.usage.elapsed_s, 1) for pair in pairs],
        "run_tokens": [pair.usage.n_tokens for pair in pairs],
        "run_samples": [pair.usage.n_samples for pair in pairs],
        "run_requests": [pair.usage.n_requests for pair in pairs],
        "in_flight_mean": [round(p.usage.request_s / p.usage.elapsed_s, 1) for p in pairs],
        "load_average": [round(pair.load, 2) for pair in pairs],
    }


async def measure_pairs(runs: Mapping[str, Run], *, n_pairs: int) -> dict[str, list[Pair]]:
    """Hold the server by a lease of our own, so that no run waits for its start."""
    opened = vllm(
        model="smollm2-135m",
        prompt="arithmetic",
        max_model_len=MAX_MODEL_LEN,
        max_num_seqs=IN_FLIGHT,
    )
    async with opened as policy:
        pairs: dict[str, list[Pair]] = {name: [] for name in runs}
        for each in runs.values():
            await one_pair(policy, dataclasses.replace(each, n_problems=WARM_PROBLEMS))
        for _ in range(n_pairs):
            for name, each in runs.items():
                pairs[name].append(await one_pair(policy, each))
        return pairs


async def one_pair(policy: Policy, wanted: Run) -> Pair:
    """Run, then ask the same requests at once."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        usage = await asyncio.to_thread(one_run, Path(folder), wanted)
        rollouts, problems = requests_of(Path(folder))
    flat = await flat_out(policy, rollouts, problems)
    return Pair(usage=usage, flat_tokens_per_s=flat, load=load)


def one_run(folder: Path, wanted: Run) -> EngineUsage:
    """Run the demo's recipe on more problems; return what its engine did."""
    overrides = [
        f"source.size={wanted.n_problems}",
        f"engine.max_num_seqs={IN_FLIGHT}",
        f"engine.max_model_len={MAX_MODEL_LEN}",
        *wanted.overrides,
    ]
    job = make_job("demo", output=str(folder), overrides=overrides)
    run(job, RunOptions(quiet=True))
    return read_status(Path(job.layout.status)).engine


def requests_of(folder: Path) -> tuple[list[Rollout], dict[str, Problem]]:
    """Read every request of a run, and its problems."""
    rollouts = ROLLOUTS.from_arrow(pq.read_table(folder / "rollouts"))
    columns = pq.read_table(folder / "trajectories", columns=["problem_id", "prompt"])
    problems = {
        row["problem_id"]: Problem(id=row["problem_id"], prompt=row["prompt"])
        for row in columns.to_pylist()
    }
    return rollouts, problems


async def flat_out(
    policy: Policy, rollouts: Sequence[Rollout], problems: dict[str, Problem]
) -> float:
    """Ask for all of it at once, the samples of a prompt together; return tokens per second."""
    groups: dict[tuple[str, str], list[Rollout]] = {}
    for rollout in rollouts:
        groups.setdefault((rollout.problem_id, rollout.path), []).append(rollout)
    shuffled = list(groups.values())
    Random(0).shuffle(shuffled)
    requests = [
        Request(
            problem=problems[group[0].problem_id],
            prefix=(Step(text=group[0].prefix),) if group[0].prefix else (),
            sampling=group[0].sampling,
            seed=min(rollout.seed for rollout in group),
            n=len(group),
        )
        for group in shuffled
    ]
    started = time.perf_counter()
    replies = await asyncio.gather(*map(policy.sample, requests))
    n_tokens = sum(reply.n_tokens or 0 for group in replies for reply in group)
    return n_tokens / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main("engine", measure))
