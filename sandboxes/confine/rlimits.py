"""What one process may use, as the oldest of the kernel's walls counts it."""

import dataclasses
import os
import resource
from contextlib import suppress
from typing import Final

STACK_BYTES: Final = 64 * 2**20
"""Enough for deep recursion through C code; no part of a program's memory budget."""

MAX_DESCRIPTORS: Final = 256

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_CPU_GRACE_S = 2
"""Whoever watches the program stops it by its exact CPU time; this is for when nobody does."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """Limits of one process; `address_bytes` and `data_bytes` of memory, `tasks` with threads.

    None leaves a limit as it is: the address space of a runtime that reserves more than it uses
    says nothing, and tasks are counted for a user on the whole machine, unless in a user namespace.
    """

    cpu_s: float
    file_bytes: int
    address_bytes: int | None = None
    data_bytes: int | None = None
    tasks: int | None = None


def mapped_bytes(statm: bytes) -> tuple[int, int]:
    """Read `/proc/PID/statm`: the address space, and how much of it is in memory."""
    size, resident = statm.split()[:2]
    return int(size) * _PAGE_BYTES, int(resident) * _PAGE_BYTES


def apply(bounds: Bounds) -> None:
    """Limit this process, for good where it has no capabilities."""
    cpu_s = int(bounds.cpu_s) + _CPU_GRACE_S
    _lower(resource.RLIMIT_CPU, cpu_s, cpu_s + 1)  # first a signal that names the cause
    with suppress(ValueError):  # gVisor has no such limit; the filter lets no queue be made anyway
        _lower(resource.RLIMIT_MSGQUEUE, 0, 0)
    for which, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS),
        (resource.RLIMIT_STACK, STACK_BYTES),
        (resource.RLIMIT_FSIZE, bounds.file_bytes),
        (resource.RLIMIT_NPROC, bounds.tasks),
        (resource.RLIMIT_DATA, bounds.data_bytes),
        (resource.RLIMIT_AS, bounds.address_bytes),
    ):
        if value is not None:
            _lower(which, value, value)


def _lower(which: int, soft: int, hard: int) -> None:
    """Set a limit, or keep the lower one that is there: nobody may raise those."""
    _, highest = resource.getrlimit(which)
    if highest != resource.RLIM_INFINITY:
        hard = min(hard, highest)
    resource.setrlimit(which, (min(soft, hard), hard))
