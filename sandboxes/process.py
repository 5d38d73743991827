"""One worker process and its two pipes, seen from the thread that owns it."""

import math
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, cast

import msgspec

from stepsmith.sandboxes.errors import WorkerError
from stepsmith.sandboxes.frames import (
    HEADER,
    MAX_FRAME_BYTES,
    OUT_OF_MEMORY,
    Ready,
    Reply,
    Setup,
    pack,
    unpack_reply,
)

_CHUNK_BYTES = 2**16


class WorkerProcess:
    """A child that answers calls in order. Used by one thread; only `kill` may come from another.

    On Linux the child dies with the *thread* that starts it, so start it from one that lives as
    long as the child is needed. Raises `OSError` where no process can be started.
    """

    def __init__(self, setup: Setup) -> None:
        self.loaded: set[str] = set()
        self.n_answered = 0
        self._setup = setup
        self._outgoing = bytearray(pack(setup))
        self._incoming = bytearray()
        self._killing = threading.Lock()
        self._child = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-P", "-m", "stepsmith.sandboxes.worker_main", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            process_group=0,  # a kill takes along whatever the target has started
            env={
                **os.environ,
                "PYTHONHASHSEED": "0",  # sympy's answers must not depend on the order of sets
                "OPENBLAS_NUM_THREADS": "1",  # a buffer for each core would eat the memory limit
            },
        )
        self._to_child = cast("IO[bytes]", self._child.stdin)
        self._from_child = cast("IO[bytes]", self._child.stdout)
        # A child that hangs stops reading: a blocking write would hang with it.
        os.set_blocking(self._to_child.fileno(), False)
        self._poll = select.poll()
        self._poll.register(self._from_child.fileno(), select.POLLIN)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def wait_until_ready(self, timeout_s: float) -> None:
        """Wait for the child to start; raises `WorkerError` when it does not."""
        try:
            reply = self.receive(timeout_s)
        except TimeoutError:
            msg = f"a worker did not start within {timeout_s:g} s"
            raise WorkerError(msg) from None
        if isinstance(reply, Ready):
            self.loaded.update(reply.loaded)

    def send(self, frames: bytes) -> None:
        """Queue whole frames; they are written while replies are awaited."""
        self._outgoing += frames

    def receive(self, timeout_s: float) -> Reply:
        """Wait for a reply; raises `TimeoutError`, or `WorkerError` once the child is gone."""
        deadline = time.monotonic() + timeout_s
        while (body := self._next_body()) is None:
            self._exchange(deadline)
        try:
            return unpack_reply(body)
        except msgspec.MsgspecError as error:
            msg = f"the worker sent what is no reply: {error}"
            raise WorkerError(msg) from None

    def kill(self) -> None:
        """End the child and its children at once. Safe from any thread, and twice."""
        with self._killing:
            if self._child.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._child.pid, signal.SIGKILL)
                self._child.wait()

    def close(self) -> None:
        """Kill the child and close the pipes."""
        self.kill()
        self._to_child.close()
        self._from_child.close()

    def _next_body(self) -> bytes | None:
        if len(self._incoming) < HEADER.size:
            return None
        size: int = HEADER.unpack_from(self._incoming)[0]
        if size > MAX_FRAME_BYTES:
            msg = f"the worker announced a reply of {size} bytes; allowed: {MAX_FRAME_BYTES}"
            raise WorkerError(msg)
        end = HEADER.size + size
        if len(self._incoming) < end:
            return None
        body = bytes(self._incoming[HEADER.size : end])
        del self._incoming[:end]
        return body

    def _exchange(self, deadline: float) -> None:
        """Move bytes either way, waiting until `deadline` at most."""
        remaining_s = deadline - time.monotonic()
        if remaining_s <= 0:
            raise TimeoutError
        if self._outgoing:
            self._poll.register(self._to_child.fileno(), select.POLLOUT)
        ready = dict(self._poll.poll(math.ceil(remaining_s * 1000)))
        if self._to_child.fileno() in ready:
            self._write_some()
        if self._from_child.fileno() in ready:
            self._read_some()

    def _write_some(self) -> None:
        try:
            written = os.write(self._to_child.fileno(), self._outgoing[:_CHUNK_BYTES])
        except BlockingIOError:
            written = 0
        except BrokenPipeError:
            written = len(self._outgoing)  # the other pipe's end will tell that it died
        del self._outgoing[:written]
        if not self._outgoing:
            self._poll.unregister(self._to_child.fileno())

    def _read_some(self) -> None:
        chunk = os.read(self._from_child.fileno(), _CHUNK_BYTES)
        if not chunk:
            self.kill()
            raise WorkerError(self._cause_of_death())
        self._incoming += chunk

    def _cause_of_death(self) -> str:
        status = self._child.returncode
        if status == OUT_OF_MEMORY:
            return f"the worker ran out of memory (limit {self._setup.memory_bytes} bytes)"
        if status < 0:
            return f"the worker was killed by {signal.Signals(-status).name}"
        return f"the worker exited with status {status}"
