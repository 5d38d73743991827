"""A whole run without a model: where the time goes when every reply is there at once.

The simulated policy answers at no latency. The run's time is split by measuring its parts apart on
the same problems: the search itself (strategies, replies, reading, journal), the verifiers and
labels, the sink; what is left is Beam with its coders. CPU seconds, so that neighbours count less.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks.report import CannotRunError, Claim, Findings, main
from benchmarks.runs.parts import label, read, search, sink
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.transforms.job import Job

T = TypeVar("T")
RECIPE = """
name = "throughput"
shards = 4
[source]
kind = "jsonl"
path = "{problems}"
[policy]
kind = "simulated"
error_rate = 0.1
[strategy]
kind = "{strategy}"
[verify]
outcome = "math.answer"
steps = ["math.arithmetic"]
[label]
kind = "first_error"
"""


def measure(*, quick: bool) -> Findings:
    """Time the run and its parts, for sampling and for Monte Carlo."""
    claims: list[Claim] = []
    details: dict[str, object] = {}
    sizes = {"sample": 200 if quick else 1_500, "monte_carlo": 20 if quick else 150}
    for strategy, count in sizes.items():
        rounds = [one_round(strategy, count) for _ in range(1 if quick else 3)]
        for name in rounds[0]:
            values = [found[name] for found in rounds]
            claims.append(
                Claim(
                    name=f"throughput.{strategy}.{name}",
                    value=round(statistics.median(values), 3),
                    spread=(round(min(values), 3), round(max(values), 3)),
                    unit="share" if name.endswith("share") else "1/s",
                )
            )
        details[strategy] = {"problems": count}
    return Findings(claims=claims, details=details)


def one_round(strategy: str, count: int) -> dict[str, float]:
    """Time one run of `count` problems, then its parts on the same problems."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = make(folder, strategy, count)
        manifest, whole_s, wall_s = timed(lambda: run(job, RunOptions(quiet=True)))
        if manifest is None:
            msg = "the run was not a run"
            raise CannotRunError(msg)
        problems = list(read(job))
        searched, search_s, _ = timed(lambda: search(job, problems, folder))
        labelled, label_s, _ = timed(lambda: label(job, searched))
        _, sink_s, _ = timed(lambda: sink(folder, searched, labelled))
    rows, rollouts = manifest.counts.rows, manifest.counts.rollouts
    return {
        "trajectories": rows / wall_s,
        "rollouts": rollouts / wall_s,
        "search_share": search_s / whole_s,
        "verify_and_label_share": label_s / whole_s,
        "sink_share": sink_s / whole_s,
        "beam_and_coders_share": max(0.0, whole_s - search_s - label_s - sink_s) / whole_s,
    }


def make(folder: Path, strategy: str, count: int) -> Job:
    """Write problems and a recipe, and make a job of them."""
    lines = (
        f'{{"question": "{n % 50} + {n % 7} - {n % 11} + {n % 13} =", '
        f'"answer": "{n % 50 + n % 7 - n % 11 + n % 13}"}}\n'
        for n in range(count)
    )
    problems = folder / "problems.jsonl"
    problems.write_text("".join(lines))
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.format(problems=problems, strategy=strategy))
    return make_job(str(recipe), output=str(folder / "out"), overrides=[])


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """Return what `work` gives, its CPU seconds and its wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, time.process_time() - cpu, time.perf_counter() - wall


if __name__ == "__main__":
    sys.exit(main("throughput", measure))
