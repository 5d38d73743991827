"""One worker process and its two pipes, seen from the thread that owns it."""

import math
import os
import select
import signal
import threading
import time

import msgspec

from stepsmith.sandboxes.errors import KilledError, WorkerError
from stepsmith.sandboxes.workers.deadline import OUT_OF_TIME
from stepsmith.sandboxes.workers.frames import (
    HEADER,
    MAX_FRAME_BYTES,
    OUT_OF_MEMORY,
    REPLIES,
    Ended,
    Reply,
    Spawn,
)
from stepsmith.sandboxes.workers.zygote import Zygote

_CHUNK_BYTES = 2**16

# A worker ends itself when it is late; its owner, whose clock runs behind, gives it so long for it.
_GRACE_S = 0.02
_DYING_S = 0.2  # to a worker that closed its pipe and is not being taken apart


class WorkerProcess:
    """A process that answers calls in order. Used by one thread at a time; `kill` by any.

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
        self._end: Ended | None = None
        self._killing = threading.Lock()
        self._outgoing = bytearray()
        self._incoming = bytearray()
        # A worker that hangs stops reading: a blocking write would hang with it.
        os.set_blocking(self._to_worker, False)
        self._poll = select.poll()
        self._poll.register(self._from_worker, select.POLLIN)

    def send(self, frames: bytes) -> None:
        """Queue whole frames; what the pipe does not hold is written while replies are awaited."""
        self._outgoing += frames
        if not self._write_some():
            self._poll.register(self._to_worker, select.POLLOUT)

    def receive(self, timeout_s: float) -> Reply:
        """Wait for a reply; raises `TimeoutError`, or `WorkerError` once the worker is gone.

        A reply that is there is taken, however late we come to look.
        """
        began = time.monotonic()
        while (body := self._next_body()) is None:
            waited_s = time.monotonic() - began
            is_open = self._exchange(max(0.0, timeout_s + _GRACE_S - waited_s))
            if not is_open:
                if time.monotonic() - began < timeout_s:
                    raise self._death()
                raise TimeoutError
            if waited_s >= timeout_s + _GRACE_S and not self._has_body():
                raise TimeoutError
        try:
            return REPLIES.decode(body)
        except (msgspec.MsgspecError, RecursionError) as error:
            msg = f"the worker sent what is no reply: {error}"
            raise WorkerError(msg) from None

    @property
    def is_fit(self) -> bool:
        """Tell whether the worker lives, and has said no more than it was asked."""
        return not self._incoming and not self._poll.poll(0)

    def strike(self) -> None:
        """End the worker, and wait for nothing: no lock, no process, no other thread's turn."""
        if self._killing.acquire(blocking=False):
            try:
                if self._end is None:
                    self._zygote.strike(self._forked)
            finally:
                self._killing.release()

    def kill(self, *, patience_s: float = 0.0) -> Ended:
        """End the worker and say how it ended. Safe from any thread, and twice."""
        with self._killing:
            if self._end is None:
                self._end = self._zygote.end(self._forked, patience_s=patience_s)
            return self._end

    def close(self) -> None:
        """Kill the worker and close the pipes."""
        self.kill()
        os.close(self._to_worker)
        os.close(self._from_worker)

    def _has_body(self) -> bool:
        if len(self._incoming) < HEADER.size:
            return False
        size: int = HEADER.unpack_from(self._incoming)[0]
        if size > MAX_FRAME_BYTES:
            msg = f"the worker announced a reply of {size} bytes; allowed: {MAX_FRAME_BYTES}"
            raise WorkerError(msg)
        return len(self._incoming) >= HEADER.size + size

    def _next_body(self) -> bytes | None:
        if not self._has_body():
            return None
        end = HEADER.size + HEADER.unpack_from(self._incoming)[0]
        body = bytes(self._incoming[HEADER.size : end])
        del self._incoming[:end]
        return body

    def _exchange(self, wait_s: float) -> bool:
        """Move bytes either way, waiting so long at most; false once the worker's end is closed."""
        ready = dict(self._poll.poll(math.ceil(wait_s * 1000)))
        if self._to_worker in ready and self._write_some():
            self._poll.unregister(self._to_worker)
        events = ready.get(self._from_worker, 0)
        if not events & select.POLLIN:
            # No read to see the end of the pipe: each system call gives up the interpreter's
            # lock, and among busy threads each costs its wait to get it back.
            return not events
        chunk = os.read(self._from_worker, _CHUNK_BYTES)
        self._incoming += chunk
        return bool(chunk)

    def _write_some(self) -> bool:
        """Write what the pipe takes; true when all is written."""
        try:
            written = os.write(self._to_worker, self._outgoing[:_CHUNK_BYTES])
        except BlockingIOError:
            written = 0
        except BrokenPipeError:
            written = len(self._outgoing)  # the end of the other pipe will tell that it died
        del self._outgoing[:written]
        return not self._outgoing

    def _death(self) -> Exception:
        """Return the error for a worker that closed its pipe: late, killed, or ended by itself."""
        end = self.kill(patience_s=_DYING_S)
        if end.status == -OUT_OF_TIME:
            return TimeoutError()
        if end.forced:
            return WorkerError("the worker closed its pipe")
        kind = KilledError if end.status == -signal.SIGKILL else WorkerError
        return kind(self._cause_of_death(end.status))

    def _cause_of_death(self, status: int) -> str:
        if status == OUT_OF_MEMORY:
            return f"the worker ran out of memory (limit {self._memory_bytes} bytes)"
        if status >= 0:
            return f"the worker exited with status {status}"
        known = {number.value: number.name for number in signal.Signals}
        return f"the worker was killed by {known.get(-status, f'signal {-status}')}"
