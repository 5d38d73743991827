"""What the walls cost: programs a second and core, and how long one takes, each back end.

Beside them in the same run: a process for each program, a bare fork server, `docker run` and
`docker exec`. All take turns, program by program for latency and round by round for throughput,
as the machine's speed drifts. "trivial" adds some numbers; "numeric" factors with sympy and solves
with numpy, in an image that has done both before. Then: what ten thousand runs leave behind, and
whether one program run a thousand times has one result.
"""

import contextlib
import dataclasses
import functools
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from benchmarks.report import Claim, Findings, main
from benchmarks.sandboxes.contenders import (
    PROGRAMS,
    RUNGS,
    Contender,
    contenders_for,
    core_count,
    run_checked,
    run_in,
    start_slots,
    together,
)
from benchmarks.sandboxes.holdings import Holdings, cpu_s, holdings, outcomes, own_folder
from stepsmith.sandboxes.contract import Execution
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import Level, SandboxSettings
from stepsmith.transforms.judging.images import image_of

_TARGETS = {("uid", "trivial"): 300.0, ("ns", "trivial"): 200.0, ("uid", "numeric"): 60.0}
_TARGETS |= {("ns", "numeric"): 60.0}
P95_MS, OVER_DOCKER_RUN = 10.0, 50.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured."""

    latencies: int
    slow_latencies: int
    rounds: int
    round_s: float
    runs: int
    repeats: int


FULL = Size(latencies=300, slow_latencies=10, rounds=5, round_s=2.0, runs=10_000, repeats=1_000)
QUICK = Size(latencies=20, slow_latencies=2, rounds=1, round_s=0.3, runs=200, repeats=50)


def measure(*, quick: bool) -> Findings:
    """Measure all that this machine has; what it lacks is in the details."""
    size, absent, claims = QUICK if quick else FULL, dict[str, str](), list[Claim]()
    for program in PROGRAMS:
        with contextlib.ExitStack() as closing:
            contenders = [*contenders_for(program, closing, absent)]
            claims += _speed(program, contenders, size)
    for rung in ("uid", "ns"):
        if rung not in absent:
            claims += _lasting(rung, size)
    return Findings(claims=claims, details={"absent": absent, "cores": core_count()})


def _speed(program: str, contenders: Sequence[Contender], size: Size) -> Iterator[Claim]:
    rates, spent = dict[str, list[float]](), dict[str, list[float]]()
    for contender in contenders:
        start_slots(contender, program)
    latencies = _latencies(program, contenders, size)
    for _ in range(size.rounds):
        for contender in contenders:
            rate, cpu_ms = _throughput(program, contender, size.round_s)
            rates.setdefault(contender.name, []).append(rate)
            spent.setdefault(contender.name, []).append(cpu_ms)
    for name, values in rates.items():
        target = _TARGETS.get((name, program))
        yield _claim(
            f"{name}.{program}.per_core", [v / core_count() for v in values], "runs/s", target
        )
        if not name.startswith("docker"):  # whose processes are the engine's
            yield _claim(f"{name}.{program}.cpu", spent[name], "ms")
    for name, values in latencies.items():
        yield _claim(f"{name}.{program}.p50", [statistics.median(values)], "ms")
        late = sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
        limit = P95_MS if (name, program) in _TARGETS and program == "trivial" else None
        yield _claim(f"{name}.{program}.p95", [late], "ms", limit, better="lower")
    yield from _ratios(program, rates)


def _ratios(program: str, rates: dict[str, list[float]]) -> Iterator[Claim]:
    """Compare ours with the peers, round by round."""
    for peer in ("subprocess", "fork", "docker_run", "docker_exec"):
        ours = ("docker",) if peer.startswith("docker") else (*RUNGS, "docker")
        for name in ours:
            if name in rates and peer in rates:
                pairs = zip(rates[name], rates[peer], strict=True)
                ratios = [mine / theirs for mine, theirs in pairs]
                target = OVER_DOCKER_RUN if peer == "docker_run" else None
                yield _claim(f"{name}.{program}.over_{peer}", ratios, "ratio", target)


def _latencies(program: str, contenders: Sequence[Contender], size: Size) -> dict[str, list[float]]:
    """Time runs one at a time, all contenders in turn; in milliseconds."""
    found = {contender.name: list[float]() for contender in contenders}
    every = size.latencies // size.slow_latencies
    for number in range(size.latencies):
        for contender in contenders:
            if not contender.slow or number % every == 0:
                began = time.perf_counter()
                run_checked(contender.runs[0], program)
                found[contender.name].append((time.perf_counter() - began) * 1000)
    return found


def _throughput(program: str, contender: Contender, seconds: float) -> tuple[float, float]:
    """Return the runs a second of one thread a core, and the CPU milliseconds of one run."""
    counts, spent, began = [0] * len(contender.runs), cpu_s(), time.perf_counter()
    # One that is slow gets the time to end a few runs, or its rate would be a matter of luck.
    until = began + seconds * (2 if contender.slow else 1)

    def work(number: int) -> None:
        while time.perf_counter() < until or not counts[number]:
            run_checked(contender.runs[number], program)
            counts[number] += 1

    together([functools.partial(work, number) for number in range(len(counts))])
    took_s, n_runs = time.perf_counter() - began, sum(counts)
    return n_runs / took_s, (cpu_s() - spent) * 1000 / n_runs


def _lasting(rung: Level, size: Size) -> Iterator[Claim]:
    """Run many programs in one sandbox and look at what is there before and after."""
    settings = SandboxSettings(backend="local", level=rung, minimum=rung, slots=core_count())
    with contextlib.ExitStack() as stack:
        stack.enter_context(own_folder())
        sandbox = stack.enter_context(
            contextlib.closing(open_sandbox(settings, [image_of("python")]))
        )
        run = run_in(sandbox)
        start_slots(Contender(name=rung, runs=[run] * core_count()), "trivial")
        before = holdings()
        share = size.runs // core_count()
        together([functools.partial(_repeat, run, share)] * core_count())
        yield from _grown(rung, holdings().since(before))
        randomly = "import random, sys\nprint(random.random(), hash('a'), id(sys) > 0, sys.argv)"
        results = outcomes(sandbox, Execution(id="same", source=randomly, seed=7), size.repeats)
        yield _claim(f"{rung}.distinct_results", [len(results)], "results", 1.0, better="lower")


def _repeat(run: Callable[[str], str], count: int) -> None:
    for _ in range(count):
        run_checked(run, "trivial")


def _grown(rung: str, grown: Holdings) -> Iterator[Claim]:
    for name, value in dataclasses.asdict(grown).items():
        yield _claim(f"{rung}.growth.{name}", [value], name, 0.0, better="lower")


def _claim(
    name: str,
    values: Sequence[float],
    unit: str,
    target: float | None = None,
    *,
    better: Literal["higher", "lower"] = "higher",
) -> Claim:
    spread = (round(min(values), 3), round(max(values), 3)) if len(values) > 1 else None
    return Claim(
        name=name,
        value=round(statistics.median(values), 3),
        unit=unit,
        spread=spread,
        target=target,
        better=None if target is None else better,
    )


if __name__ == "__main__":
    sys.exit(main("sandbox", measure))
