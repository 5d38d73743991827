"""The warmed interpreter that programs are forks of; it never holds any of their texts.

A fork sees all of its parent's memory. The keeper therefore hands a program's text over in a file
that only the program's own fork reads: one party of a run can find nothing of another in itself,
nor anything of an earlier run.
"""

import dataclasses
import errno
import math
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

from stepsmith.sandboxes.confine import linux
from stepsmith.sandboxes.guard import child, init, words
from stepsmith.sandboxes.guard.schedule import children, waited_s
from stepsmith.sandboxes.guard.walls import Walls

_INT_BYTES: Final = 4
_ANCILLARY_BYTES = socket.CMSG_SPACE(words.MAX_DESCRIPTORS * _INT_BYTES)
_MIN_NAP_S = 0.005
_CPU_CLOCK = 2
_exit = os._exit  # its public face


@dataclasses.dataclass(kw_only=True, slots=True)
class Running:
    """A fork that has not been waited for; its id is its own until then.

    `pidfd` can be polled for its end; where the kernel has none it is a number of its own below 0.
    """

    party: int
    pid: int
    pidfd: int
    cpu_s: float
    over_cpu: bool = False
    waited_s: float | None = None

    def cpu_left_s(self) -> float:
        """Return what is left of its CPU time."""
        if self.cpu_s == math.inf:
            return math.inf
        with suppress(OSError):  # ended, not yet waited for
            return self.cpu_s - time.clock_gettime((~self.pid << 3) | _CPU_CLOCK)
        return math.inf

    def has_ended_unseen(self) -> bool:
        """Whether it is to be waited for, and has no descriptor that would have told."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return self.pidfd < 0 and os.waitid(os.P_PID, self.pid, how) is not None

    def kill(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)


class Template:
    """Forks programs at the keeper's word, watches their CPU time and tells how they ended."""

    def __init__(self, control: socket.socket, walls: Walls, proc: int) -> None:
        self._control = control
        self._proc = proc
        self._ids = os.getuid(), os.getgid()
        self._walls = walls
        walls.parent = os.getpid()
        self._running: dict[int, Running] = {}
        self._poll = select.poll()
        self._poll.register(control.fileno(), select.POLLIN)

    def serve(self) -> NoReturn:
        """Take orders until the keeper is gone."""
        while True:
            for descriptor, _ in self._poll.poll(self._nap_ms()):
                if descriptor == self._control.fileno():
                    self._obey()
                else:
                    self._reap(self._running[descriptor])
            for running in [one for one in self._running.values() if one.has_ended_unseen()]:
                self._reap(running)
            for running in self._running.values():
                if running.cpu_left_s() <= 0:
                    running.over_cpu = True
                    running.kill()

    def _nap_ms(self) -> float | None:
        """Return how long nobody can have used up its CPU time: it is no faster than the clock."""
        left = min((running.cpu_left_s() for running in self._running.values()), default=math.inf)
        if any(running.pidfd < 0 for running in self._running.values()):
            return _MIN_NAP_S * 1000
        return None if left == math.inf else max(left, _MIN_NAP_S) * 1000

    def _obey(self) -> None:
        packet, ancillary, _, _ = self._control.recvmsg(
            words.MAX_PACKET_BYTES, _ANCILLARY_BYTES, socket.MSG_CMSG_CLOEXEC
        )
        if not packet:
            self._leave()
        order = words.read_kill(packet)
        if order is not None:
            self._stop(order)
            return
        data = ancillary[0][2]
        descriptors = struct.unpack(f"={len(data) // _INT_BYTES}i", data)
        at = 0
        try:
            for party, count, cpu_s, is_plain in words.read_forks(packet):
                own = descriptors[at : at + count]
                at += count
                self._fork(party, cpu_s, own, is_plain=is_plain)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _stop(self, order: words.ToKill) -> None:
        for running in self._running.values():
            if running.party not in order.parties:
                continue
            if order.is_late:
                nested = self._walls.namespaces
                running.waited_s = waited_s(self._proc, running.pid, nested=nested)
            running.kill()

    def _leave(self) -> NoReturn:
        for running in self._running.values():
            running.kill()
        _exit(0)

    def _fork(
        self, party: int, cpu_s: float, descriptors: Sequence[int], *, is_plain: bool
    ) -> None:
        pid = self._fork_for(descriptors, cpu_s, is_plain=is_plain)
        running = Running(
            party=party,
            pid=pid,
            pidfd=_open_process(pid),
            # In a namespace of its own its trusted parent watches it.
            cpu_s=math.inf if self._walls.namespaces else cpu_s,
        )
        self._running[running.pidfd] = running
        if running.pidfd >= 0:
            self._poll.register(running.pidfd, select.POLLIN)

    def _fork_for(self, descriptors: Sequence[int], cpu_s: float, *, is_plain: bool) -> int:
        if self._walls.namespaces:
            pid = linux.clone(init.FLAGS)
            if pid == 0 and is_plain:
                init.start_plain(descriptors, cpu_s, self._walls, self._proc, self._ids)
            elif pid == 0:
                init.start(descriptors, self._walls, self._proc, self._ids)
        else:
            pid = os.fork()
            if pid == 0:
                child.start_alone(descriptors, self._walls)
        return pid

    def _reap(self, running: Running) -> None:
        """Wait for one that has ended, and report it."""
        _, status, usage = os.wait4(running.pid, 0)
        if self._walls.rung == "unsafe":
            self._sweep()
        del self._running[running.pidfd]
        if running.pidfd >= 0:
            self._poll.unregister(running.pidfd)
            os.close(running.pidfd)
        gone = words.Gone(
            running.party,
            status,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss * 1024,
            self._walls.resident_bytes,
            running.over_cpu,
            running.waited_s,
        )
        self._control.send(words.write_gone(gone))

    def _sweep(self) -> None:
        """End what a program has left behind where it may have: all of it is ours to wait for."""
        own = {running.pid for running in self._running.values()}
        while strays := [pid for pid in children(self._proc) if pid not in own]:
            for pid in strays:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _open_process(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        return -pid
