"""The walls of each rung: what is prepared once, and what every program puts on itself."""

import dataclasses
import os
import platform
import signal
import sys
from pathlib import Path
from typing import Final

from stepsmith.sandboxes.confine import landlock, linux, rlimits, seccomp
from stepsmith.sandboxes.confine.bpf import Filter
from stepsmith.sandboxes.guard.orders import Config, Rung, Start

SCRATCH: Final = "/sandbox"
"""At `ns`: where the file system of a run is mounted, in a root that has nothing else to write."""

_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/alternatives")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/mime.types")
_DEVICES = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_NULL = "/dev/null"
MAX_THREADS: Final = 64
"""Of a program that may have no other process."""

_USERS_TASKS: Final = 256
"""At `uid`, where the kernel counts those of a user on the whole machine. Guards of two containers
do not see which users the other has taken: there must be room for some programs of one user."""

OPEN_TO_ALL: Final = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")  # noqa: S108

_OTHERS_MAY_READ, _OTHERS_MAY_ENTER = 0o004, 0o001


class WallError(Exception):
    """A wall that the rung demands cannot be had here."""


def readable_paths(config: Config) -> tuple[str, ...]:
    """List what programs may read: the system, the interpreter, and what the host names."""
    interpreter = (sys.base_prefix, sys.base_exec_prefix)
    wanted = (*_SYSTEM, *_SYSTEM_FILES, *interpreter, *config.paths, *config.readable)
    return tuple(dict.fromkeys(path for path in wanted if os.path.exists(path)))  # noqa: PTH110


def devices() -> tuple[str, ...]:
    """List the devices that programs may read; `/dev/null` may be written to."""
    return (_NULL, *_DEVICES)


@dataclasses.dataclass(kw_only=True, slots=True)
class Walls:
    """Prepared walls. `mapped_bytes` of address space and `resident_bytes` are the template's own.

    `layers` are in force, `missing` could not be had. `rules` is landlock's descriptor, or None.
    `parent` is the template itself.
    """

    rung: Rung
    uid: int
    readable: tuple[str, ...]
    disk_bytes: int
    own_kernel: bool = False
    layers: list[str] = dataclasses.field(default_factory=list[str])
    missing: list[str] = dataclasses.field(default_factory=list[str])
    rules: int | None = None
    filters: dict[bool, Filter] = dataclasses.field(default_factory=dict[bool, Filter])
    capabilities: tuple[int, ...] = ()
    mapped_bytes: int = 0
    resident_bytes: int = 0
    counted: bool = False
    parent: int = 0

    @property
    def namespaces(self) -> bool:
        """Whether programs have process, mount and user namespaces of their own."""
        return self.rung == "ns"

    def prepare(self) -> None:
        """Build what all programs share; raises `WallError` for a rung without its walls."""
        self.layers.append("resource limits")
        if self.rung == "unsafe":
            self.missing.append("walls: none were asked for")
            return
        self._prepare_filters()
        self._prepare_rules()
        self.layers.append("capabilities dropped")
        if self.rung == "uid":
            self._prepare_user()

    def _prepare_filters(self) -> None:
        own = self.namespaces
        try:
            self.filters = {
                processes: seccomp.build(processes=processes, own_files=own, own_pids=own)
                for processes in ((False, True) if own else (False,))
            }
        except KeyError:
            msg = f"seccomp: no filter is known for {platform.machine()}"
            raise WallError(msg) from None
        self.layers += ["seccomp allow-list", "no new processes by default"]
        if not own:
            self.layers += ["signals to itself alone", "nothing writable"]

    def _prepare_rules(self) -> None:
        version = landlock.abi()
        if version < landlock.MINIMUM_ABI:
            found = f"version {version}" if version else "absent"
            why = f"landlock: {found}, needed is {landlock.MINIMUM_ABI}"
            self._do_without_rules(why)
            return
        self.rules = self._ruleset()
        self.layers.append(f"landlock (version {version})")

    def _do_without_rules(self, why: str) -> None:
        """Do without landlock where something else does its work, or raise `WallError`.

        In namespaces that is the root of their own. On a kernel of its own there is no file of
        anybody's to be read, and what users of their own may write to can be closed.
        """
        if not self.namespaces:
            if not (self.own_kernel and self.rung == "uid"):
                raise WallError(why)
            for folder in filter(os.path.isdir, OPEN_TO_ALL):
                os.chmod(folder, 0o711)  # noqa: PTH101, S103 -- programs' folders lie in it
            self.layers.append("shared folders closed")
            self.missing.append("/proc: environment and addresses of the guard can be read")
        self.missing.append(why)

    def _ruleset(self, *folders: str) -> int:
        writable = (_NULL, SCRATCH) if self.namespaces else (_NULL,)
        return landlock.ruleset((*self.readable, *devices(), *folders), writable)

    def _prepare_user(self) -> None:
        """See to it that a user of its own can still read the interpreter."""
        self.layers.append("a user of its own")
        closed = [path for path in self.readable if not _is_open(path)]
        if closed:
            # Landlock is what says what may be read; the folder above is closed to all but root.
            self.capabilities = (linux.CAP_DAC_READ_SEARCH,)
            self.missing.append(f"file permissions: passed over, for {closed[0]} is closed")

    def bounds(self, start: Start) -> rlimits.Bounds:
        """Say what a program may use."""
        limits, executes = start.limits, bool(start.stages)
        memory = limits.memory_bytes
        uncounted = not start.address_space and not self.counted
        tasks = limits.processes + 1 if limits.processes > 1 else MAX_THREADS
        # Where the kernel counts, its count is to be reached first: it is a fact, and what a lack
        # of addresses does to a program is not. It is one count for the run, though.
        spare = 2 if self.counted and start.is_alone else 1
        # A fork has all that the template has mapped; what is executed begins anew.
        address = memory * spare + (0 if executes else self.mapped_bytes)
        return rlimits.Bounds(
            cpu_s=limits.cpu_s,
            file_bytes=limits.disk_bytes,
            address_bytes=address if start.address_space else None,
            data_bytes=memory if uncounted else None,
            tasks=tasks if self.namespaces else _USERS_TASKS if self.rung == "uid" else None,
        )

    def enter(self, start: Start) -> None:
        """Put the walls on this process, which is a fork of the template; for good.

        The order matters: ids, capabilities, no new privileges, files, and system calls at last.
        """
        rules = self.rules
        if rules is not None and start.folder is not None and not self.namespaces:
            rules = self._ruleset(start.folder)
        rlimits.apply(self.bounds(start))
        if self.rung == "uid":
            self._change_user(self.uid + start.party)
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user takes it off
        if not self.namespaces and os.getppid() != self.parent:  # too late for that signal
            msg = "the template is gone"
            raise WallError(msg)
        if self.rung == "unsafe":
            return
        linux.keep_capabilities(*self.capabilities)
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        if rules is not None:
            landlock.restrict(rules)
        program = self.filters[start.limits.processes > 1].for_process(os.getpid())
        seccomp.load(program)

    def _change_user(self, uid: int) -> None:
        if self.capabilities:
            linux.prctl(linux.PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _is_open(path: str) -> bool:
    """Tell whether any user may read what lies at the path."""
    real = Path(path).resolve()
    needed = _OTHERS_MAY_READ | (_OTHERS_MAY_ENTER if real.is_dir() else 0)
    if real.stat().st_mode & needed != needed:
        return False
    return all(parent.stat().st_mode & _OTHERS_MAY_ENTER for parent in real.parents)


def prepared(config: Config, rung: Rung) -> Walls:
    """Make the walls of a rung, not yet prepared."""
    return Walls(
        rung=rung,
        uid=config.uid,
        readable=readable_paths(config),
        disk_bytes=config.disk_bytes,
        own_kernel=config.own_kernel,
    )
