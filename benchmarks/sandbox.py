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
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from benchmarks.report import CannotRunError, Claim, Findings, main
from benchmarks.sandboxes import peers
from benchmarks.sandboxes.holdings import Holdings, cpu_s, holdings, outcomes, own_folder
from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.contract import Execution, Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import Level, SandboxSettings
from stepsmith.transforms.judging.images import image_of

TRIVIAL = "print(sum(range(1000)))"
NUMERIC = """\
import numpy
import sympy

x = sympy.symbols("x")
print(sympy.factor(x**2 - 1), numpy.linalg.solve(numpy.eye(2), numpy.ones(2)).sum())
"""
PROGRAMS = {"trivial": (TRIVIAL, "499500\n"), "numeric": (NUMERIC, "(x - 1)*(x + 1) 2.0\n")}
IMAGE = "stepsmith-benchmark"
_RUNGS: tuple[Level, ...] = ("unsafe", "self", "uid", "ns")
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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contender:
    """A way to run programs; one of `runs` for each thread. Slow ones are tried less often."""

    name: str
    runs: Sequence[peers.Run]
    slow: bool = False


def measure(*, quick: bool) -> Findings:
    """Measure all that this machine has; what it lacks is in the details."""
    size, absent, claims = QUICK if quick else FULL, dict[str, str](), list[Claim]()
    for program in PROGRAMS:
        with contextlib.ExitStack() as closing:
            contenders = [*_contenders(program, closing, absent)]
            claims += _speed(program, contenders, size)
    for rung in ("uid", "ns"):
        if rung not in absent:
            claims += _lasting(rung, size)
    return Findings(claims=claims, details={"absent": absent, "cores": _cores()})


def _contenders(
    program: str, closing: contextlib.ExitStack, absent: dict[str, str]
) -> Iterator[Contender]:
    """Open all, in an order that does not matter: they take turns."""
    cold = peers.in_process if program == "trivial" else peers.in_process_with_packages
    yield Contender(name="subprocess", runs=[cold] * _cores(), slow=program == "numeric")
    warm = "" if program == "trivial" else NUMERIC
    servers = [peers.BareFork(_silent(warm)) for _ in range(_cores())]
    yield Contender(name="fork", runs=[closing.enter_context(server) for server in servers])
    for rung in _RUNGS:
        settings = SandboxSettings(
            backend="unsafe" if rung == "unsafe" else "local",
            level=rung,
            minimum="unsafe",
            allow_unsafe=rung == "unsafe",
        )
        yield from _sandbox(rung, settings, program, closing, absent)
    yield from _containers(program, closing, absent)


def _silent(warm: str) -> str:
    """Keep what warming prints out of the server's replies."""
    if not warm:
        return ""
    text = f"import io, sys\n_kept, sys.stdout = sys.stdout, io.StringIO()\n{warm}\n"
    return text + "sys.stdout = _kept\n"


def _sandbox(
    name: str,
    settings: SandboxSettings,
    program: str,
    closing: contextlib.ExitStack,
    absent: dict[str, str],
) -> Iterator[Contender]:
    image = image_of("python" if program == "trivial" else "numeric")
    try:
        sandbox = open_sandbox(dataclasses.replace(settings, slots=_cores()), [image])
    except SandboxError as error:
        absent[name] = str(error)
        return
    closing.callback(sandbox.close)
    run = _in(sandbox)
    yield Contender(name=name, runs=[run] * _cores())


def _in(sandbox: Sandbox) -> peers.Run:
    def run(source: str) -> str:
        result = sandbox.run(Execution(id="benchmark", source=source))
        if result.outcome != "exited":
            msg = f"a run of the benchmark ended with {result.outcome}: {result.detail}"
            raise CannotRunError(msg)
        return result.stdout.decode()

    return run


def _containers(
    program: str, closing: contextlib.ExitStack, absent: dict[str, str]
) -> Iterator[Contender]:
    """Build the image for the occasion, and remove it afterwards."""
    try:
        from stepsmith.sandboxes.docker import image as images
        from stepsmith.sandboxes.docker.engine import connect

        engine = closing.enter_context(contextlib.closing(connect()))
        guard = guard_archive().read_bytes()
        built = images.build(engine, IMAGE, guard, packages=program == "numeric")
    except (SandboxError, ModuleNotFoundError) as error:
        absent["docker"] = str(error)
        return
    closing.callback(engine.remove_image, built.id)
    settings = SandboxSettings(backend="docker", minimum="container", docker_image=IMAGE)
    yield from _sandbox("docker", settings, program, closing, absent)
    client, interpreter = peers.docker(), built.description.interpreter
    if program != "trivial" or client is None:
        return
    run = peers.docker_run(client, IMAGE, interpreter)
    yield Contender(name="docker_run", runs=[run] * _cores(), slow=True)
    run = closing.enter_context(peers.docker_exec(client, IMAGE, interpreter))
    yield Contender(name="docker_exec", runs=[run] * _cores(), slow=True)


def _speed(program: str, contenders: Sequence[Contender], size: Size) -> Iterator[Claim]:
    rates, spent = dict[str, list[float]](), dict[str, list[float]]()
    for contender in contenders:
        _start(contender, program)
    latencies = _latencies(program, contenders, size)
    for _ in range(size.rounds):
        for contender in contenders:
            rate, cpu_ms = _throughput(program, contender, size.round_s)
            rates.setdefault(contender.name, []).append(rate)
            spent.setdefault(contender.name, []).append(cpu_ms)
    for name, values in rates.items():
        target = _TARGETS.get((name, program))
        yield _claim(f"{name}.{program}.per_core", [v / _cores() for v in values], "runs/s", target)
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
        ours = ("docker",) if peer.startswith("docker") else (*_RUNGS, "docker")
        for name in ours:
            if name in rates and peer in rates:
                pairs = zip(rates[name], rates[peer], strict=True)
                ratios = [mine / theirs for mine, theirs in pairs]
                target = OVER_DOCKER_RUN if peer == "docker_run" else None
                yield _claim(f"{name}.{program}.over_{peer}", ratios, "ratio", target)


def _start(contender: Contender, program: str) -> None:
    """Have each slot start what it starts at its first use, and show that it computes right."""
    naps = "import time; time.sleep(0.5)"
    _together([functools.partial(run, naps) for run in contender.runs])
    _checked(contender.runs[0], program)


def _latencies(program: str, contenders: Sequence[Contender], size: Size) -> dict[str, list[float]]:
    """Time runs one at a time, all contenders in turn; in milliseconds."""
    found = {contender.name: list[float]() for contender in contenders}
    every = size.latencies // size.slow_latencies
    for number in range(size.latencies):
        for contender in contenders:
            if not contender.slow or number % every == 0:
                began = time.perf_counter()
                _checked(contender.runs[0], program)
                found[contender.name].append((time.perf_counter() - began) * 1000)
    return found


def _throughput(program: str, contender: Contender, seconds: float) -> tuple[float, float]:
    """Return the runs a second of one thread a core, and the CPU milliseconds of one run."""
    counts, spent, began = [0] * len(contender.runs), cpu_s(), time.perf_counter()
    # One that is slow gets the time to end a few runs, or its rate would be a matter of luck.
    until = began + seconds * (2 if contender.slow else 1)

    def work(number: int) -> None:
        while time.perf_counter() < until or not counts[number]:
            _checked(contender.runs[number], program)
            counts[number] += 1

    _together([functools.partial(work, number) for number in range(len(counts))])
    took_s, n_runs = time.perf_counter() - began, sum(counts)
    return n_runs / took_s, (cpu_s() - spent) * 1000 / n_runs


def _together(tasks: Sequence[Callable[[], object]]) -> None:
    """Do all at once, each in a thread of its own; raises what one of them raised."""
    with ThreadPoolExecutor(len(tasks)) as executor:
        for future in [executor.submit(task) for task in tasks]:
            future.result()


def _checked(run: peers.Run, program: str) -> None:
    source, expected = PROGRAMS[program]
    output = run(source)
    if output != expected:
        msg = f"{program}: a run printed {output!r}"
        raise CannotRunError(msg)


def _lasting(rung: Level, size: Size) -> Iterator[Claim]:
    """Run many programs in one sandbox and look at what is there before and after."""
    settings = SandboxSettings(backend="local", level=rung, minimum=rung, slots=_cores())
    with contextlib.ExitStack() as stack:
        stack.enter_context(own_folder())
        sandbox = stack.enter_context(
            contextlib.closing(open_sandbox(settings, [image_of("python")]))
        )
        run = _in(sandbox)
        _start(Contender(name=rung, runs=[run] * _cores()), "trivial")
        before = holdings()
        share = size.runs // _cores()
        _together([functools.partial(_repeat, run, share)] * _cores())
        yield from _grown(rung, holdings().since(before))
        randomly = "import random, sys\nprint(random.random(), hash('a'), id(sys) > 0, sys.argv)"
        results = outcomes(sandbox, Execution(id="same", source=randomly, seed=7), size.repeats)
        yield _claim(f"{rung}.distinct_results", [len(results)], "results", 1.0, better="lower")


def _repeat(run: Callable[[str], str], count: int) -> None:
    for _ in range(count):
        _checked(run, "trivial")


def _grown(rung: str, grown: Holdings) -> Iterator[Claim]:
    for name, value in dataclasses.asdict(grown).items():
        yield _claim(f"{rung}.growth.{name}", [value], name, 0.0, better="lower")


def _cores() -> int:
    return len(os.sched_getaffinity(0))


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
