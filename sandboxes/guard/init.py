"""Process 1 of a program's own namespaces: trusted, it sees them built and tells the true end.

It is not the program: a signal means to its parent what it means anywhere. When this process ends
the kernel ends all others of the namespace.
"""

import math
import os
import resource
import select
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

from stepsmith.sandboxes.confine import linux, namespaces
from stepsmith.sandboxes.guard import child, leavings, words
from stepsmith.sandboxes.guard.orders import Start
from stepsmith.sandboxes.guard.walls import SCRATCH, Walls

FLAGS: Final = (
    linux.CLONE_NEWUSER
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWNS
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUTS
)
"""The network is the template's own namespace, which has none; no socket can be made anyway."""

MOUNT: Final = f"{SCRATCH}/run"
HOME: Final = f"{MOUNT}/box"
_TMP = "/tmp"  # noqa: S108 -- in a root of its own
_FOLDERS = (HOME, f"{MOUNT}{_TMP}", f"{MOUNT}/shm")
LINKS: Final = (
    ("/box", HOME),
    (_TMP, f"{MOUNT}{_TMP}"),
    ("/dev/shm", f"{MOUNT}/shm"),  # noqa: S108 -- the same
)
_REAP_S = 0.1
_MIN_NAP_S = 0.005
_CPU_CLOCK = 2
_STATUS, _OUTLET, _HOME = 0, 1, 2
_exit = os._exit  # its public face


def start_plain(
    descriptors: Sequence[int], cpu_s: float, walls: Walls, proc: int, ids: tuple[int, int]
) -> NoReturn:
    """Be process 1 of one process of Python's, which nothing is taken from: let its fork build.

    What is touched before a fork is copied by it, and once more where it is touched afterwards: so
    this process does no more than wait. Never returns or raises.
    """
    status = descriptors[child.STATUS_AT]
    try:
        _begin()
        pid = os.fork()
        if pid == 0:
            _build_and_become(descriptors, walls, proc, ids)
        os.dup2(status, _STATUS)
        linux.close_from(_STATUS + 1)
        ended, why = _watch(pid, cpu_s, several=False)
        _report(_STATUS, ended, why, "")
    except BaseException as error:  # noqa: BLE001 -- reported to the keeper; a fork may not go on
        child.fail(status, error)


def start(descriptors: Sequence[int], walls: Walls, proc: int, ids: tuple[int, int]) -> NoReturn:
    """Be process 1: build, start what is to run, wait for it, report. Never returns or raises."""
    status = descriptors[child.STATUS_AT]
    try:
        _begin()
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # which process 1 does not get from within
        order = child.read_order(descriptors, HOME)
        _build(order, walls, proc, ids)
        _run(order, walls)
    except BaseException as error:  # noqa: BLE001 -- as above
        child.fail(status, error)


def _begin() -> None:
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()


def _build_and_become(
    descriptors: Sequence[int], walls: Walls, proc: int, ids: tuple[int, int]
) -> NoReturn:
    """Be the fork of a process 1 that does not build, and then the program."""
    try:
        order = child.read_order(descriptors, HOME)
        _build(order, walls, proc, ids)
    except BaseException as error:  # noqa: BLE001 -- as above
        child.fail(descriptors[child.STATUS_AT], error)
    child.start(order, walls)


def _build(order: Start, walls: Walls, proc: int, ids: tuple[int, int]) -> None:
    linux.prctl(linux.PR_SET_DUMPABLE, 1)
    namespaces.map_ids(proc, namespaces.NOBODY, *ids)
    with suppress(OSError):  # a run is to be killed, not the guard
        namespaces.write_to(proc, "self/oom_score_adj", "1000")
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    size = max(min(order.limits.disk_bytes, walls.disk_bytes), 1)
    options = f"size={size},nr_inodes=4096,mode=0755"
    linux.mount("tmpfs", MOUNT, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    for folder in _FOLDERS:
        os.mkdir(folder, 0o700)  # noqa: PTH102 -- three of some hundred calls a run


def _run(order: Start, walls: Walls) -> NoReturn:
    """Run the program, or its stages in turn up to the first that fails."""
    # Opened before anybody can put something else in its place.
    home = os.open(HOME, os.O_RDONLY | os.O_DIRECTORY) if order.outlet >= 0 else -1
    n_stages = len(order.stages)
    stage = 0
    while True:
        is_last = stage >= n_stages - 1
        pid = os.fork()
        if pid == 0 and n_stages:
            child.start_stage(order, walls, stage)
        elif pid == 0:
            child.start(order, walls)
        if is_last:  # as long as they are open here their readers see no end
            order, home = _keep(order, home)
        ended, why = _watch(pid, order.limits.cpu_s, several=order.limits.processes > 1)
        if is_last or ended != 0 or why:
            if order.outlet >= 0:
                leavings.end_all_others()
                leavings.hand_over(home, order.outlet, order.limits.disk_bytes)
            detail = "" if is_last else f"stage {stage + 1} of {n_stages}"
            _report(order.status, ended, why, detail)
        stage += 1


def _keep(order: Start, home: int) -> tuple[Start, int]:
    """Close all but what is needed at the end: status, outlet and the program's folder."""
    os.dup2(order.status, _STATUS)
    if order.outlet < 0:
        linux.close_from(_STATUS + 1)
        return order._replace(status=_STATUS), -1
    os.dup2(order.outlet, _OUTLET)
    os.dup2(home, _HOME)
    linux.close_from(_HOME + 1)
    return order._replace(status=_STATUS, outlet=_OUTLET), _HOME


def _watch(program: int, cpu_s: float, *, several: bool) -> tuple[int, str]:
    """Wait for one to end, within the CPU time of all; return its status and why it was ended."""
    descriptor = os.pidfd_open(program)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    why = ""
    while True:
        clock_s = time.clock_gettime((~program << 3) | _CPU_CLOCK)
        left_s = cpu_s - clock_s - _used_s()
        if left_s <= 0:
            why = "cpu"
            os.kill(program, signal.SIGKILL)
        nap_s = min(max(left_s, _MIN_NAP_S), _REAP_S if several else math.inf)
        poll.poll(nap_s * 1000)
        status = _reap(program, several=several)
        if status is not None:
            os.close(descriptor)
            return status, why


def _used_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap(program: int, *, several: bool) -> int | None:
    """Take the ends of all that have ended; return the program's status if it has."""
    status: int | None = None
    while True:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == program:
            status = ended
            if not several:
                return status


def _report(descriptor: int, status: int, why: str, detail: str) -> NoReturn:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s, rss = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
    os.write(descriptor, words.write_report(status, cpu_s, rss, why, detail))
    _exit(0)
