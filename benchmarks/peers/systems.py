"""The systems that `benchmarks.engine_busy` compares, each run as a whole program on one task."""

import dataclasses
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.batching.process import Running
from benchmarks.peers.environment import interpreter_of
from benchmarks.report import CannotRunError

MAX_TOKENS = 4096
_TIMEOUT_S = 900.0
_COUNTS = ("n_requests", "n_generations", "n_samples", "n_tokens", "max_open")
_RECIPE = """
name = "engine_busy"
[source]
kind = "jsonl"
path = "{problems}"
[policy]
kind = "openai"
model = "sums"
prompt = "{prompt}"
[engine]
engine_url = "{url}"
max_in_flight = {in_flight}
samples_per_request = {samples_per_request}
[sampling]
temperature = 0.7
max_tokens = {max_tokens}
[strategy]
kind = "{strategy}"
{options}
[verify]
outcome = "math.answer"
steps = ["math.arithmetic"]
[label]
kind = "first_error"
"""
_PROMPT = 'style = "plain"\nquestion = "Problem: {prompt}\\n"\nsolution = "Solution:\\n"\n'


@dataclasses.dataclass(frozen=True, kw_only=True)
class Work:
    """A Math-Shepherd labelling: `solutions` a problem, `rollouts` completions a step prefix."""

    problems: Path
    solutions: int = 4
    rollouts: int = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the server saw of one run, its whole wall time, and the processor time of its side.

    `client_cpu_s` is that of the program and its children, start and end included.
    """

    stats: Mapping[str, Any]
    wall_s: float
    client_cpu_s: float

    @property
    def samples_per_s(self) -> float:
        """Solutions and completions a second, from the first request to the last reply."""
        return float(self.stats["n_samples"] / self.stats["span_s"])

    @property
    def requests_per_s(self) -> float:
        """Requests a second over the same time."""
        return float(self.stats["n_requests"] / self.stats["span_s"])

    @property
    def generations_per_s(self) -> float:
        """Sequences that the engine writes a second; one may hold several samples in its text."""
        return float(self.stats["n_generations"] / self.stats["span_s"])

    @property
    def busy_share(self) -> float:
        """The slot time used over all slots' time, from the first request to the last reply."""
        return float(self.stats["busy_share"])

    def to_json(self) -> dict[str, Any]:
        """Return what a report's details hold of it."""
        span_s = self.stats["span_s"]
        return {
            **{key: self.stats[key] for key in _COUNTS},
            "span_s": round(span_s, 2),
            "wall_s": round(self.wall_s, 2),
            "samples_per_s": round(self.samples_per_s, 1),
            "generations_per_s": round(self.generations_per_s, 1),
            "requests_per_s": round(self.requests_per_s, 1),
            "client_cpu_s": round(self.client_cpu_s, 2),
            "server_core_share": round(self.stats["cpu_s"] / span_s, 3),
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stepsmith:
    """`stepsmith run`, in one local process."""

    strategy: str = "monte_carlo"
    options: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int])
    samples_per_request: int = 1
    in_flight: int

    def command(self, work: Work, url: str, folder: Path) -> Sequence[str]:
        """Write the recipe and its prompt."""
        prompt, recipe = folder / "prompt.toml", folder / "recipe.toml"
        prompt.write_text(_PROMPT)
        options = dict(self.options)
        if self.strategy == "monte_carlo":
            options |= {"solutions": work.solutions, "rollouts": work.rollouts}
        recipe.write_text(
            _RECIPE.format(
                problems=work.problems,
                prompt=prompt,
                url=url,
                in_flight=self.in_flight,
                samples_per_request=self.samples_per_request,
                max_tokens=MAX_TOKENS,
                strategy=self.strategy,
                options="\n".join(f"{name} = {value}" for name, value in options.items()),
            )
        )
        program = [sys.executable, "-m", "stepsmith.pipelines", "run", str(recipe)]
        return [*program, "--output", str(folder / "out"), "--quiet"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Peer:
    """A peer's driver in the peer's own environment; `settings` are the driver's."""

    name: str
    settings: Mapping[str, Any]

    def command(self, work: Work, url: str, folder: Path) -> Sequence[str]:
        """Write the settings file."""
        path = folder / "settings.json"
        settings = {
            "url": url,
            "problems": str(work.problems),
            "solutions": work.solutions,
            "rollouts": work.rollouts,
            "folder": str(folder / "out"),
            **self.settings,
        }
        path.write_text(json.dumps(settings))
        driver = Path(__file__).with_name(f"{self.name}_driver.py")
        return [str(interpreter_of(self.name)), str(driver), str(path)]


def run(system: Stepsmith | Peer, work: Work, server: Running) -> Outcome:
    """Run a system to its end, in a folder of its own.

    Raises `CannotRunError` with the end of what it said where it fails or loses requests.
    """
    with tempfile.TemporaryDirectory(prefix="engine-busy-") as name:
        command = system.command(work, server.url, Path(name))
        server.reset()
        before, started = _children_cpu_s(), time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S, env=_offline()
        )
        wall_s = time.perf_counter() - started
    stats = server.stats()
    if done.returncode or not stats["n_samples"] or stats["n_open"] or stats["n_abandoned"]:
        msg = f"{system} ended with status {done.returncode}: {done.stderr[-2000:]}"
        raise CannotRunError(msg)
    return Outcome(stats=stats, wall_s=wall_s, client_cpu_s=_children_cpu_s() - before)


def write_problems(path: Path, count: int, *, longest: int = 10, seed: int = 0) -> None:
    """Write sums of 2 to `longest` operations, the lengths log-normal around 4 or 5."""
    lines = (f"{json.dumps(problem)}\n" for problem in _problems(count, longest, seed))
    path.write_text("".join(lines))


def _problems(count: int, longest: int, seed: int) -> Iterator[dict[str, str]]:
    rng = Random(seed)
    for _ in range(count):
        n_operations = min(longest, max(2, round(rng.lognormvariate(1.5, 0.45))))
        value = rng.randrange(1, 100)
        question = str(value)
        for _ in range(n_operations):
            sign, number = rng.choice("+-"), rng.randrange(1, 100)
            question += f" {sign} {number}"
            value += number if sign == "+" else -number
        yield {"question": f"{question} =", "answer": str(value)}


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _offline() -> dict[str, str]:
    return {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
