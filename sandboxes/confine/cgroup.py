"""Memory and processes counted by the kernel, over all of a guard's programs: cgroups v1 and v2.

One group a guard, made once: to move a process into a group costs more than to fork it, so the
template goes in and its forks are born there. Names carry who made a group: one whose maker is gone
is anybody's to remove.
"""

import contextlib
import errno
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

PREFIX: Final = "stepsmith"
_NAME = re.compile(rf"{PREFIX}-(\d+)-(\d+)-([0-9a-f]{{8}})-\d+")
_CONTROLLERS = ("memory", "pids")
_START_TIME_FIELD = 19
_UNSHARED = "/"

DYING_S: Final = 5.0
"""How long a group may be busy after its last process was killed: to die takes a moment."""

_NAP_S = 0.01


class CgroupError(Exception):
    """No group can be made here."""


class _Mount(NamedTuple):
    """Where a hierarchy is mounted, and which of its folders is the mount's root."""

    kind: str
    root: str
    place: Path
    options: Sequence[str]


class Group:
    """A group of this process's making. `folders` by controller; v2 has the same one for both."""

    def __init__(self, folders: Mapping[str, Path], *, unified: bool) -> None:
        self._folders = folders
        self._unified = unified
        self._limits = (0, 0)

    def doors(self) -> list[int]:
        """Open what a process must write `0` to, to go in; whoever may write needs no rights."""
        places = {folder / "cgroup.procs" for folder in self._folders.values()}
        return [os.open(place, os.O_WRONLY | os.O_CLOEXEC) for place in sorted(places)]

    def limit(self, memory_bytes: int, tasks: int) -> None:
        """Set what all in it may use together; raises `OSError` where that cannot be."""
        if (memory_bytes, tasks) == self._limits:
            return
        memory = self._folders["memory"]
        if self._unified:
            _write(memory / "memory.max", memory_bytes)
        else:
            _limit_v1(memory, memory_bytes)
        _write(self._folders["pids"] / "pids.max", tasks)
        self._limits = memory_bytes, tasks

    def n_oom_kills(self) -> int:
        """Return how many processes in it the kernel has killed for want of memory."""
        name = "memory.events" if self._unified else "memory.oom_control"
        for line in (self._folders["memory"] / name).read_text().splitlines():
            key, _, count = line.partition(" ")
            if key == "oom_kill":
                return int(count)
        return 0

    def remove(self) -> None:
        """Remove it; all processes in it must have been killed."""
        until = time.monotonic() + DYING_S
        for folder in set(self._folders.values()):
            _remove(folder, until)


def _limit_v1(memory: Path, memory_bytes: int) -> None:
    """Set memory alone and with swap; the one may never be above the other on the way."""
    alone = memory / "memory.limit_in_bytes"
    both = memory / "memory.memsw.limit_in_bytes"
    names = [alone, both] if both.exists() else [alone]
    try:
        for name in names:
            _write(name, memory_bytes)
    except OSError:
        for name in reversed(names):
            _write(name, memory_bytes)


def create(number: int = 0) -> Group:
    """Make a group below this process's own; raises `CgroupError` with what is in the way."""
    try:
        name = f"{PREFIX}-{_identity()}-{number}"
        mounts = {controller: _mount_of(controller) for controller in _CONTROLLERS}
        unified = mounts["memory"].kind == "cgroup2"
        folders = {key: _own_folder(mount, key) / name for key, mount in mounts.items()}
        if unified:
            _delegate(folders["memory"].parent)
        for folder in sorted(set(folders.values())):
            folder.mkdir()
        group = Group(folders, unified=unified)
        for name, value in (("memory.swap.max", 0), ("memory.swappiness", 0)):
            if (folders["memory"] / name).exists():
                _write(folders["memory"] / name, value)
        _ = (folders["pids"] / "pids.max").read_text(), group.n_oom_kills()
    except OSError as error:
        msg = f"{error.strerror}"
        raise CgroupError(msg) from None
    return group


def remove_stale(*, patience_s: float = 0.0) -> int:
    """Remove the groups whose makers are gone, and return how many there were.

    Those in which something is dying yet are waited for, so long together.
    """
    until = time.monotonic() + patience_s
    folders = [folder for parent in _parents() for folder in parent.glob(f"{PREFIX}-*")]
    return sum(_remove(folder, until) for folder in folders if _is_stale(folder.name))


def _remove(folder: Path, until: float) -> bool:
    """Remove one group, and say whether that was done; while it is busy, try until then."""
    while True:
        try:
            folder.rmdir()
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() >= until:
                return False
            time.sleep(_NAP_S)
        else:
            return True


def _parents() -> Iterator[Path]:
    seen: set[Path] = set()
    for controller in _CONTROLLERS:
        with contextlib.suppress(CgroupError, OSError):
            parent = _own_folder(_mount_of(controller), controller)
            if parent not in seen:
                seen.add(parent)
                yield parent


def _is_stale(name: str) -> bool:
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    pid, start, boot = found.groups()
    if boot != _boot():
        return True
    try:
        return _start_time(pid) != start
    except OSError:
        return True


def _identity() -> str:
    """Name this process so that no other will ever have the name."""
    return f"{os.getpid()}-{_start_time('self')}-{_boot()}"


def _start_time(pid: str) -> str:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat.rpartition(") ")[2].split()[_START_TIME_FIELD]


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text()[:8]


def _mount_of(controller: str) -> _Mount:
    """Find the hierarchy that has a controller: version 1's own, or else the unified one."""
    unified: _Mount | None = None
    for mount in _mounts():
        if mount.kind == "cgroup" and controller in mount.options:
            return mount
        if mount.kind == "cgroup2":
            unified = mount
    if unified is None:
        msg = f"no hierarchy has the controller {controller}"
        raise CgroupError(msg)
    available = _own_folder(unified, "") / "cgroup.controllers"
    if controller not in available.read_text().split():
        msg = f"the unified hierarchy lacks the controller {controller}"
        raise CgroupError(msg)
    return unified


def _mounts() -> Iterator[_Mount]:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split()[:3]
        if kind.startswith("cgroup"):
            root, place = before.split()[3:5]
            yield _Mount(kind, root, Path(place), options.split(","))


def _own_folder(mount: _Mount, controller: str) -> Path:
    """Return the folder of the group that this process is in."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if (controllers == "") == (mount.kind == "cgroup2") and (
            not controllers or controller in controllers.split(",")
        ):
            below = path if mount.root == _UNSHARED else path.removeprefix(mount.root)
            return mount.place / below.lstrip("/")
    msg = f"this process is in no group of {mount.place}"
    raise CgroupError(msg)


def _delegate(folder: Path) -> None:
    """Let groups below have the controllers, where they do not have them yet."""
    control = folder / "cgroup.subtree_control"
    missing = [name for name in _CONTROLLERS if name not in control.read_text().split()]
    if missing:
        control.write_text(" ".join(f"+{name}" for name in missing))


def _write(path: Path, value: int) -> None:
    path.write_text(str(value))
