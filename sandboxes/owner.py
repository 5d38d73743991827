"""Whose a container or a folder is: labels that say so, and whether that process still lives.

A process is known by the boot it runs in, its process namespace, its id and its start, so that
another one with the same id is not taken for it. An owner that cannot be seen from here, on another
machine or in another container, is believed to live until its deadline.
"""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

OWNER = "stepsmith.owner"
DEADLINE = "stepsmith.deadline"

LIFETIME_S = 2 * 86_400
"""How long what bears the labels may outlive an owner that nobody can see."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")
_FIELDS_AFTER_NAME_TO_START = 19
_DEAD = frozenset("XZ")


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """A process, past and present. Without /proc only its id is known, and nothing follows."""

    boot: str
    namespace: str
    pid: int
    started: str

    def __str__(self) -> str:
        return f"{self.boot} {self.namespace} {self.pid} {self.started}"


def ourselves() -> Owner:
    """Return what this process is known by."""
    pid = os.getpid()
    if not _BOOT.exists():
        return Owner("-", "-", pid, "-")
    boot = _BOOT.read_text(encoding="ascii").strip()
    return Owner(boot, str(_NAMESPACE.readlink()), pid, _started(pid))


def labels(now: float) -> dict[str, str]:
    """Return the labels of what this process owns, from `now` in seconds since 1970."""
    return {OWNER: str(ourselves()), DEADLINE: str(int(now) + LIFETIME_S)}


def is_abandoned(found: Mapping[str, str], now: float) -> bool:
    """Say whether nobody owns what bears these labels any more."""
    deadline = found.get(DEADLINE, "")
    if not deadline.isdecimal() or int(deadline) < now:
        return True
    match found.get(OWNER, "").split():
        case [boot, namespace, pid, started] if pid.isdecimal():
            owner = Owner(boot, namespace, int(pid), started)
        case _:
            return True
    us = ourselves()
    visible = us.boot != "-" and (owner.boot, owner.namespace) == (us.boot, us.namespace)
    return visible and _started(owner.pid) != owner.started


def _started(pid: int) -> str:
    """Return when a process started, in ticks since the boot; empty where it is gone or dead."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name stands in brackets and may hold anything, brackets too.
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in _DEAD else fields[_FIELDS_AFTER_NAME_TO_START]
