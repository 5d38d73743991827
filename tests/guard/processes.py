"""Processes by what they are: their parent and when they started, never the order of their ids.

Ids are given out in a circle: a child's may well be smaller than its parent's, and one that has
ended has its id given to a stranger.
"""

import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """A process; `started`, in ticks since the machine was, tells it from others of its id."""

    pid: int
    started: int


def children(pid: int) -> list[int]:
    """List the processes that one has started itself and not waited for."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:  # it has ended since it was listed
            continue
    return found


def below(pid: int) -> list[int]:
    """List the processes below one, itself not among them."""
    found: list[int] = []
    for child in children(pid):
        found += [child, *below(child)]
    return found


def family(pid: int) -> set[Process]:
    """Return the processes below one, itself not among them, as they are now."""
    return {process for child in below(pid) if (process := _process(child)) is not None}


def youngest(pid: int) -> int:
    """Return the last of a line of only children: the process below `pid` that has none.

    A sibling that is dying is waited for; one that stays is an error.
    """
    only = children(pid)
    while only:
        assert becomes(lambda pid=pid: len(children(pid)) <= 1, expected=True), children(pid)
        if not (only := children(pid)):
            break
        [pid] = only
        only = children(pid)
    return pid


def becomes(look: Callable[[], object], expected: object, within_s: float = 120.0) -> bool:
    """Wait until what is looked at is as expected: what was killed may take a moment to be gone."""
    deadline = time.monotonic() + within_s
    while look() != expected:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def are_gone(processes: Collection[Process], within_s: float = 120.0) -> bool:
    """Wait until none of the processes is there, or is more than a zombie."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not any(_process(process.pid) == process for process in processes):
            return True
        time.sleep(0.02)
    return False


def group_names() -> set[str]:
    """Name the control groups of ours on this machine; others come and go while it is looked."""
    names = {name for _, folders, _ in os.walk("/sys/fs/cgroup") for name in folders}
    return {name for name in names if name.startswith("stepsmith-")}


def _process(pid: int) -> Process | None:
    """Look at a process; None where there is none, or only what its parent has not asked for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]))
