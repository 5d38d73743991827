"""Process 1 of a program's own namespaces: trusted, it builds them and tells the true end.

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


def start(descriptors: Sequence[int], walls: Walls, proc: int, ids: tuple[int, int]) -> NoReturn:
    """Be process 1: build, start what is to run, wait for it, report. Never returns or raises."""
    status = descriptors[child.STATUS_AT]
    try:
        order = child.read_order(descriptors, HOME)
        _build(order, walls, proc, ids)
        _run(order, walls)
    except BaseException as error:  # noqa: BLE001 -- reported to the keeper; a fork may not go on
        child.fail(status, error)


def _build(order: Start, walls: Walls, proc: int, ids: tuple[int, int]) -> None:
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which process 1 does not get from within
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
    os.setsid()


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
        ended, why = _watch(pid, order)
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


def _watch(program: int, order: Start) -> tuple[int, str]:
    """Wait for one to end, within the CPU time of all; return its status and why it was ended."""
    limits = order.limits
    several = limits.processes > 1
    descriptor = os.pidfd_open(program)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    why = ""
    while True:
        clock_s = time.clock_gettime((~program << 3) | _CPU_CLOCK)
        left_s = limits.cpu_s - clock_s - _used_s()
        if left_s <= 0:
            why = "cpu"
            os.kill(program, signal.SIGKILL)
        nap_s = min(max(left_s, _MIN_NAP_S), _REAP_S if several else math.inf)
        poll.poll(nap_s * 1000)
        status = _reap(program)
        if status is not None:
            os.close(descriptor)
            return status, why


def _used_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap(program: int) -> int | None:
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


def _report(descriptor: int, status: int, why: str, detail: str) -> NoReturn:
    rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    os.write(descriptor, words.write_report(status, _used_s(), rss, why, detail))
    _exit(0)
