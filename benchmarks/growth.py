"""A run of ten times the problems: ten times the work, and no more memory.

Whole local runs with the simulated policy at no latency, each in a process of its own, with as many
problems a shard whatever the size: more problems are more shards. The sizes take turns.

Time begins when all is imported. What is left of the fixed start (building the pipeline, the
runner, the worker processes of the verifiers) is what a line through the smallest run and the 1x
run leaves at no problem; larger runs have no say in it, or a cost that grows would hide in it.
Memory is the sum of the peaks (`VmHWM`) of the run's process and all of its children. Some of it
only fills up: a process has 16 shards in work at a time, and the 1x run has 12. What goes on
growing is `memory_per_1000_problems`, the slope from 3x to 10x.
"""

import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.report import CannotRunError, Claim, Findings, main
from stepsmith.pipelines.run import RunOptions, make_job, run

RECIPE = """
name = "growth"
shards = {shards}
[source]
kind = "jsonl"
path = "{problems}"
[policy]
kind = "simulated"
error_rate = 0.1
[strategy]
kind = "monte_carlo"
solutions = 2
rollouts = 2
[verify]
outcome = "math.answer"
steps = ["math.arithmetic"]
[label]
kind = "first_error"
"""
PROBLEMS_A_SHARD = 25
SIZES = {"start": 25, "1x": 300, "3x": 900, "10x": 3_000}
QUICK_SIZES = {"start": 5, "1x": 20, "3x": 60, "10x": 200}
CHILD = "import sys; from benchmarks.growth import child; child(sys.argv[1])"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run took: seconds on the clock and on all cores, and bytes at its peak."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def measure(*, quick: bool) -> Findings:
    """Run each size in turn, three rounds, and compare the rounds."""
    sizes = QUICK_SIZES if quick else SIZES
    rounds = [
        {name: one_run(size) for name, size in sizes.items()} for _ in range(1 if quick else 3)
    ]
    cpu = [{name: cost.cpu_s for name, cost in costs.items()} for costs in rounds]
    wall = [{name: cost.wall_s for name, cost in costs.items()} for costs in rounds]
    slopes = [memory_slope(sizes, costs) for costs in rounds]
    claims = [
        claim("growth.cpu_per_problem", [growth(sizes, seconds) for seconds in cpu], target=1.05),
        claim("growth.wall_per_problem", [growth(sizes, seconds) for seconds in wall]),
        claim(
            "growth.peak_memory",
            [costs["10x"].peak_bytes / costs["1x"].peak_bytes for costs in rounds],
            target=1.10,
        ),
        Claim(
            name="growth.memory_per_1000_problems",
            value=round(statistics.median(slopes), 2),
            spread=(round(min(slopes), 2), round(max(slopes), 2)),
            unit="MB, 3x to 10x",
        ),
    ]
    details = {
        "problems": sizes,
        "rounds": [
            {name: dataclasses.asdict(cost) for name, cost in costs.items()} for costs in rounds
        ],
        "start_cpu_s": [round(start_of(sizes, seconds), 3) for seconds in cpu],
    }
    return Findings(claims=claims, details=details)


def start_of(sizes: Mapping[str, int], seconds: Mapping[str, float]) -> float:
    """Return the seconds at no problem, on the line through the smallest run and the 1x run."""
    slope = (seconds["1x"] - seconds["start"]) / (sizes["1x"] - sizes["start"])
    return seconds["start"] - slope * sizes["start"]


def growth(sizes: Mapping[str, int], seconds: Mapping[str, float]) -> float:
    """Return the cost of a problem in the 10x run over that in the 1x run, the start taken off."""
    start = start_of(sizes, seconds)
    per_problem = {name: (seconds[name] - start) / sizes[name] for name in ("1x", "10x")}
    return per_problem["10x"] / per_problem["1x"]


def memory_slope(sizes: Mapping[str, int], costs: Mapping[str, Cost]) -> float:
    """Return the MB that 1,000 more problems add to the peak, where all that fills up is full."""
    added = costs["10x"].peak_bytes - costs["3x"].peak_bytes
    return added / 1_000 / (sizes["10x"] - sizes["3x"])


def claim(name: str, values: Sequence[float], *, target: float | None = None) -> Claim:
    """Make the claim of a ratio that should be low, or a baseline."""
    return Claim(
        name=name,
        value=round(statistics.median(values), 3),
        spread=(round(min(values), 3), round(max(values), 3)),
        target=target,
        better=None if target is None else "lower",
        unit="10x over 1x",
    )


def one_run(n_problems: int) -> Cost:
    """Run so many problems in a process of their own, and watch its memory."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = write_recipe(Path(folder), n_problems)
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(recipe)], stdout=subprocess.PIPE, text=True
        )
        with watched(process.pid) as peaks:
            said, _ = process.communicate()
    if process.returncode != 0:
        msg = f"a run of {n_problems} problems ended with status {process.returncode}"
        raise CannotRunError(msg)
    found = json.loads(said)
    if found["done"] != n_problems:
        msg = f"{n_problems} problems were asked for, and {found['done']} done"
        raise CannotRunError(msg)
    return Cost(wall_s=found["wall_s"], cpu_s=found["cpu_s"], peak_bytes=sum(peaks.values()))


def write_recipe(folder: Path, n_problems: int) -> Path:
    """Write sums of four numbers and a recipe over them; return its path."""
    lines = (
        json.dumps(
            {
                "question": f"{n % 50} + {n % 7} - {n % 11} + {n % 13} =",
                "answer": str(n % 50 + n % 7 - n % 11 + n % 13),
            }
        )
        for n in range(n_problems)
    )
    problems = folder / "problems.jsonl"
    problems.write_text("".join(f"{line}\n" for line in lines))
    recipe = folder / "recipe.toml"
    shards = max(1, n_problems // PROBLEMS_A_SHARD)
    recipe.write_text(RECIPE.format(problems=problems, shards=shards))
    return recipe


def child(recipe: str) -> None:
    """Run a recipe; print the problems done and the seconds, on the clock and on all cores."""
    job = make_job(recipe, output=str(Path(recipe).parent / "out"), overrides=[])
    started, spent = time.perf_counter(), cpu_seconds()
    manifest = run(job, RunOptions(quiet=True))
    found = {
        "done": manifest.counts.done if manifest else 0,
        "wall_s": time.perf_counter() - started,
        "cpu_s": cpu_seconds() - spent,
    }
    print(json.dumps(found))


def cpu_seconds() -> float:
    """Return what this process and its ended children have spent."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


@contextlib.contextmanager
def watched(pid: int, *, every_s: float = 0.1) -> Iterator[dict[int, int]]:
    """Keep the peak memory of a process and all below it, by process, while the block runs.

    The kernel keeps each one's high-water mark, so that nothing between two looks is missed but
    the last tenth of a second of a process.
    """
    peaks: dict[int, int] = {}
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(every_s):
            for member in tree_of(pid):
                peaks[member] = max(peaks.get(member, 0), peak_bytes(member))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        stop.set()
        thread.join()


def tree_of(pid: int) -> Iterator[int]:
    """Iterate over a process and all below it that live now."""
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for below in (task / "children").read_text().split():
                yield from tree_of(int(below))


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has held; 0 where it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


if __name__ == "__main__":
    sys.exit(main("growth", measure))
