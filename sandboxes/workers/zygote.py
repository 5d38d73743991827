"""The owner's end of the process that forks a pool's workers."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import msgspec

from stepsmith.sandboxes.errors import WorkerError
from stepsmith.sandboxes.workers.frames import (
    ENCODER,
    REPORTS,
    End,
    Ended,
    Order,
    Report,
    Spawn,
    Spawned,
)

_MAX_REPORT_BYTES = 2**20


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Forked:
    """A worker as its zygote started it, and our ends of its pipes."""

    pid: int
    loaded: tuple[str, ...]
    to_worker: int
    from_worker: int
    generation: int


class Zygote:
    """Starts workers, and ends them; itself started when first needed, and again if it dies.

    Why not fork from our own process: it has threads, whose locks a child would inherit locked.
    On Linux it dies with the *thread* that first spawns a worker, so that must be a lasting one.
    """

    def __init__(self, *, timeout_s: float) -> None:
        self.closed = threading.Event()
        self._timeout_s = timeout_s
        self._talking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._generation = (
            0  # counts the zygotes: a worker of a dead one is dead, its pid another's
        )

    def spawn(self, order: Spawn) -> Forked:
        """Start a worker; raises `WorkerError` when it does not start."""
        child_source, to_worker = os.pipe()
        from_worker, child_sink = os.pipe()
        try:
            with self._talking:
                report = self._tell(order, [child_source, child_sink])
                generation = self._generation
        except WorkerError:
            os.close(to_worker)
            os.close(from_worker)
            raise
        finally:
            os.close(child_source)
            os.close(child_sink)
        if not isinstance(report, Spawned):
            raise TypeError(report)
        return Forked(
            pid=report.pid,
            loaded=report.loaded,
            to_worker=to_worker,
            from_worker=from_worker,
            generation=generation,
        )

    def strike(self, worker: Forked) -> None:
        """Kill a worker at once, though the zygote may be busy; `end` must not have been called.

        The zygote has not reaped its pid then, so it is the worker's yet.
        """
        if worker.generation == self._generation:
            with suppress(OSError):  # its group, until it has made one, is the zygote's
                os.killpg(worker.pid, signal.SIGKILL)
            with suppress(OSError):
                os.kill(worker.pid, signal.SIGKILL)

    def end(self, worker: Forked, *, patience_s: float = 0.0) -> Ended:
        """Kill a worker, once, and say how it ended: by itself, if it did so within `patience_s`.

        A worker that hangs is told from one that dies only by waiting a moment.
        """
        if patience_s == 0:
            self.strike(worker)
        with self._talking:
            if worker.generation == self._generation:
                with suppress(WorkerError):
                    report = self._tell(End(worker.pid, patience_s))
                    if isinstance(report, Ended):
                        return report
        return Ended(-signal.SIGKILL)  # it died with its zygote

    def close(self) -> None:
        """End the process, and every worker with it."""
        with self._talking:
            self._stop()
        self.closed.set()

    def _tell(self, order: Order, pipes: list[int] | None = None) -> Report:
        control = self._control or self._start()
        try:
            socket.send_fds(control, [ENCODER.encode(order)], pipes or [])
            return REPORTS.decode(control.recv(_MAX_REPORT_BYTES))
        except (OSError, msgspec.MsgspecError) as error:
            self._stop()
            msg = f"the process that starts workers is gone: {error}"
            raise WorkerError(msg) from None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            arguments = [str(os.getpid()), str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
                [sys.executable, "-P", "-m", "stepsmith.sandboxes.workers.zygote_main", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,
                env={
                    **os.environ,
                    "PYTHONHASHSEED": "0",  # sympy's answers must not depend on the order of sets
                    "OPENBLAS_NUM_THREADS": "1",  # no threads in a process that forks
                },
            )
        ours.settimeout(self._timeout_s)
        self._control = ours
        return ours

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._generation += 1
        self._control = self._process = None
