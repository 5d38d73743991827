"""The ways to run programs that `benchmarks.sandbox` compares; their first run is checked."""

import contextlib
import dataclasses
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.report import CannotRunError
from benchmarks.sandboxes import peers
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

RUNGS: tuple[Level, ...] = ("unsafe", "self", "uid", "ns")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contender:
    """A way to run programs; one of `runs` for each thread. Slow ones are tried less often."""

    name: str
    runs: Sequence[peers.Run]
    slow: bool = False


def contenders_for(
    program: str, closing: contextlib.ExitStack, absent: dict[str, str]
) -> Iterator[Contender]:
    """Open all, in an order that does not matter: they take turns."""
    cold = peers.in_process if program == "trivial" else peers.in_process_with_packages
    yield Contender(name="subprocess", runs=[cold] * core_count(), slow=program == "numeric")
    warm = "" if program == "trivial" else NUMERIC
    servers = [peers.BareFork(silenced(warm)) for _ in range(core_count())]
    yield Contender(name="fork", runs=[closing.enter_context(server) for server in servers])
    for rung in RUNGS:
        settings = SandboxSettings(
            backend="unsafe" if rung == "unsafe" else "local",
            level=rung,
            minimum="unsafe",
            allow_unsafe=rung == "unsafe",
        )
        yield from _sandbox(rung, settings, program, closing, absent)
    yield from _containers(program, closing, absent)


def silenced(warm: str) -> str:
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
        sandbox = open_sandbox(dataclasses.replace(settings, slots=core_count()), [image])
    except SandboxError as error:
        absent[name] = str(error)
        return
    closing.callback(sandbox.close)
    run = run_in(sandbox)
    yield Contender(name=name, runs=[run] * core_count())


def run_in(sandbox: Sandbox) -> peers.Run:
    """Return what runs a program in a sandbox; it raises `CannotRunError` unless that exits."""

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
    yield Contender(name="docker_run", runs=[run] * core_count(), slow=True)
    run = closing.enter_context(peers.docker_exec(client, IMAGE, interpreter))
    yield Contender(name="docker_exec", runs=[run] * core_count(), slow=True)


def start_slots(contender: Contender, program: str) -> None:
    """Have each slot start what it starts at its first use, and show that it computes right."""
    naps = "import time; time.sleep(0.5)"
    together([functools.partial(run, naps) for run in contender.runs])
    run_checked(contender.runs[0], program)


def together(tasks: Sequence[Callable[[], object]]) -> None:
    """Do all at once, each in a thread of its own; raises what one of them raised."""
    with ThreadPoolExecutor(len(tasks)) as executor:
        for future in [executor.submit(task) for task in tasks]:
            future.result()


def run_checked(run: peers.Run, program: str) -> None:
    """Run one of `PROGRAMS`; raises `CannotRunError` where it prints anything else."""
    source, expected = PROGRAMS[program]
    output = run(source)
    if output != expected:
        msg = f"{program}: a run printed {output!r}"
        raise CannotRunError(msg)


def core_count() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0))
