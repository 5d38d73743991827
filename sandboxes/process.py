"""One worker process and its two pipes, seen from the thread that owns it."""

import math
import os
import select
import signal
import threading
import time

import msgspec

from stepsmith.sandboxes.errors import KilledError, WorkerError
from stepsmith.sandboxes.frames import (
    HEADER,
    MAX_FRAME_BYTES,
    OUT_OF_MEMORY,
    REPLIES,
    Reply,
    Spawn,
)
from stepsmith.sandboxes.zygote import Zygote

_CHUNK_BYTES = 2**16


class WorkerProcess:
    """A process that answers calls in order. Used by one thread; only `kill` may come from another.

    Raises `WorkerError` where it cannot be started.
    """

    def __init__(self, zygote: Zygote, order: Spawn) -> None:
        self._forked = zygote.spawn(order)
        self._to_worker, self._from_worker = self._forked.to_worker, self._forked.from_worker
        self.pid = self._forked.pid
        self.loaded = set(self._forked.loaded)
        self.n_answered = 0
        self._zygote = zygote
        self._memory_bytes = order.memory_bytes
        self._status: int | None = None
        self._killing = threading.Lock()
        self._outgoing = bytearray()
        self._incoming = bytearray()
        # A worker that hangs stops reading: a blocking write would hang with it.
        os.set_blocking(self._to_worker, False)
        self._poll = select.poll()
        self._poll.register(self._from_worker, select.POLLIN)

    def send(self, frames: bytes) -> None:
        """Queue whole frames; they are written while replies are awaited."""
        self._outgoing += frames
        self._poll.register(self._to_worker, select.POLLOUT)

    def receive(self, timeout_s: float) -> Reply:
        """Wait for a reply; raises `TimeoutError`, or `WorkerError` once the worker is gone."""
        deadline = time.monotonic() + timeout_s
        while (body := self._next_body()) is None:
            self._exchange(deadline)
        try:
            return REPLIES.decode(body)
        except msgspec.MsgspecError as error:
            msg = f"the worker sent what is no reply: {error}"
            raise WorkerError(msg) from None

    @property
    def has_died(self) -> bool:
        """Tell whether the worker ended while nothing was asked of it."""
        return bool(self._poll.poll(0))

    def kill(self) -> int:
        """End the worker at once; return its exit status. Safe from any thread, and twice."""
        with self._killing:
            if self._status is None:
                self._status = self._zygote.end(self._forked)
            return self._status

    def close(self) -> None:
        """Kill the worker and close the pipes."""
        self.kill()
        os.close(self._to_worker)
        os.close(self._from_worker)

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
        ready = dict(self._poll.poll(math.ceil(remaining_s * 1000)))
        if self._to_worker in ready:
            self._write_some()
        if self._from_worker in ready:
            self._read_some()

    def _write_some(self) -> None:
        try:
            written = os.write(self._to_worker, self._outgoing[:_CHUNK_BYTES])
        except BlockingIOError:
            written = 0
        except BrokenPipeError:
            written = len(self._outgoing)  # the end of the other pipe will tell that it died
        del self._outgoing[:written]
        if not self._outgoing:
            self._poll.unregister(self._to_worker)

    def _read_some(self) -> None:
        chunk = os.read(self._from_worker, _CHUNK_BYTES)
        if not chunk:
            status = self.kill()
            kind = KilledError if status == -signal.SIGKILL else WorkerError
            raise kind(self._cause_of_death(status))
        self._incoming += chunk

    def _cause_of_death(self, status: int) -> str:
        if status == OUT_OF_MEMORY:
            return f"the worker ran out of memory (limit {self._memory_bytes} bytes)"
        if status < 0:
            return f"the worker was killed by {signal.Signals(-status).name}"
        return f"the worker exited with status {status}"
