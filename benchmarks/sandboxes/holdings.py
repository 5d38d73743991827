"""What runs use, and what many leave behind: processes, descriptors, files, control groups."""

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from stepsmith.sandboxes.contract import Execution, ExecutionResult, Sandbox

CGROUPS = Path("/sys/fs/cgroup")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Holdings:
    """How much of what can pile up there is, below this process or by its hand."""

    processes: int
    descriptors: int
    files: int
    cgroups: int

    def since(self, before: "Holdings") -> "Holdings":
        """Return what has been added."""
        now, then = dataclasses.asdict(self), dataclasses.asdict(before)
        return Holdings(**{name: now[name] - then[name] for name in now})


def holdings() -> Holdings:
    """Count, now."""
    families = [os.getpid(), *descendants()]
    return Holdings(
        processes=len(families),
        descriptors=sum(map(_descriptors, families)),
        files=_files(),
        cgroups=_cgroups(),
    )


def descendants() -> list[int]:
    """Find all processes below this one."""
    children = dict[int, list[int]]()
    for process in Path("/proc").iterdir():
        parent = _parent(process)
        if parent is not None:
            children.setdefault(parent, []).append(int(process.name))
    found, waiting = list[int](), [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def cpu_s() -> float:
    """Return the CPU time of this process and all below it, those that have ended included.

    It hardly changes with what else the machine does, which a rate does.
    """
    ticks = sum(map(_ticks, [os.getpid(), *descendants()]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:  # ended: whoever waits for it has its time
        return 0
    return sum(map(int, status.rpartition(") ")[2].split()[11:15]))


def outcomes(sandbox: Sandbox, execution: Execution, count: int) -> set[tuple[object, ...]]:
    """Run one program so many times; return the different results that came of it."""
    return {_told(sandbox.run(execution)) for _ in range(count)}


def _told(result: ExecutionResult) -> tuple[object, ...]:
    """Return all that a program decides of its result, and not what the clock does."""
    ending = (result.outcome, result.exit_code, result.signal, result.detail)
    return (*ending, result.stdout, result.stderr, result.truncated, result.answers)


@contextlib.contextmanager
def own_folder() -> Generator[Path]:
    """Have all temporary files of this process made in a folder where nobody else makes any."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="stepsmith-growth-") as name:
        Path(name).chmod(0o755)  # programs of other users have files in it
        tempfile.tempdir = name
        try:
            yield Path(name)
        finally:
            tempfile.tempdir = before


def _files() -> int:
    """Count the temporary files, and in folders that all share those that can be ours."""
    shared = [Path(folder) for folder in ("/dev/shm", "/var/tmp") if Path(folder).is_dir()]  # noqa: S108 -- counted, not used
    ours = [path for folder in shared for path in folder.iterdir() if "stepsmith" in path.name]
    return len([*Path(tempfile.gettempdir()).rglob("*")]) + len(ours)


def _parent(process: Path) -> int | None:
    if not process.name.isdigit():
        return None
    try:
        status = (process / "stat").read_text()
    except OSError:  # it has ended since it was listed
        return None
    return int(status.rpartition(") ")[2].split()[1])


def _descriptors(process: int) -> int:
    try:
        return len([*Path(f"/proc/{process}/fd").iterdir()])
    except OSError:  # ended, or another user's
        return 0


def _cgroups() -> int:
    return sum(
        name.startswith("stepsmith-") for _, folders, _ in os.walk(CGROUPS) for name in folders
    )
