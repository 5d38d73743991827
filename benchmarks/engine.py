"""Real vLLM on the CPU: how busy a run keeps it, and its tokens/s against driving it flat out.

A run of Monte Carlo over sums, then the very requests of that run thrown at the same server all at
once, in turn. The busy share is the time with at least one request waiting or running over the
run's own time, from the ready engine to the last committed shard. The prefix cache is warm for
both, by a first flat-out pass that is not counted.
"""

import asyncio
import dataclasses
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
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

TARGET = 0.90
IN_FLIGHT = 32
MAX_MODEL_LEN = 1024


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pair:
    """One run, and the same requests flat out."""

    usage: EngineUsage
    flat_tokens_per_s: float

    @property
    def ratio(self) -> float:
        """The run's tokens/s over the flat-out ones."""
        return self.usage.tokens_per_s / self.flat_tokens_per_s


def measure(*, quick: bool) -> Findings:
    """Measure pairs on one server, which stays up throughout."""
    try:
        pairs = asyncio.run(measure_pairs(n_problems=6 if quick else 24, n_pairs=1 if quick else 2))
    except UserError as error:
        raise CannotRunError(str(error)) from error
    shares = [pair.usage.busy_share for pair in pairs]
    ratios = [pair.ratio for pair in pairs]
    details = {
        "run_tokens_per_s": [round(pair.usage.tokens_per_s, 1) for pair in pairs],
        "flat_tokens_per_s": [round(pair.flat_tokens_per_s, 1) for pair in pairs],
        "run_tokens": [pair.usage.n_tokens for pair in pairs],
        "run_samples": [pair.usage.n_samples for pair in pairs],
        "in_flight_mean": [round(p.usage.request_s / p.usage.elapsed_s, 1) for p in pairs],
    }
    claims = [claim("engine.busy_share", shares), claim("engine.tokens_of_flat_out", ratios)]
    return Findings(claims=claims, details=details)


def claim(name: str, values: Sequence[float]) -> Claim:
    """Make the claim of a share that should be high."""
    return Claim(
        name=name,
        value=round(statistics.median(values), 3),
        spread=(round(min(values), 3), round(max(values), 3)),
        target=TARGET,
        better="higher",
        unit="share",
    )


async def measure_pairs(*, n_problems: int, n_pairs: int) -> list[Pair]:
    """Hold the server by a lease of our own, so that no run waits for its start."""
    opened = vllm(
        model="smollm2-135m",
        prompt="arithmetic",
        max_model_len=MAX_MODEL_LEN,
        max_num_seqs=IN_FLIGHT,
    )
    async with opened as policy:
        pairs: list[Pair] = []
        for index in range(n_pairs + 1):
            with tempfile.TemporaryDirectory() as folder:
                usage = await asyncio.to_thread(one_run, Path(folder), n_problems)
                rollouts, problems = requests_of(Path(folder))
            flat = await flat_out(policy, rollouts, problems)
            if index:  # the first pair warms the prefix cache
                pairs.append(Pair(usage=usage, flat_tokens_per_s=flat))
        return pairs


def one_run(folder: Path, n_problems: int) -> EngineUsage:
    """Run the demo's recipe on more problems; return what its engine did."""
    overrides = [
        f"source.size={n_problems}",
        f"engine.max_num_seqs={IN_FLIGHT}",
        f"engine.max_model_len={MAX_MODEL_LEN}",
        "window=32",
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
    """Ask for all of it at once; return tokens per second."""
    shuffled = list(rollouts)
    Random(0).shuffle(shuffled)
    requests = [
        Request(
            problem=problems[rollout.problem_id],
            prefix=(Step(text=rollout.prefix),) if rollout.prefix else (),
            sampling=rollout.sampling,
            seed=rollout.seed,
        )
        for rollout in shuffled
    ]
    started = time.perf_counter()
    replies = await asyncio.gather(*map(policy.sample, requests))
    return sum(reply.n_tokens or 0 for reply in replies) / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main("engine", measure))
