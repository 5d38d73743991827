"""A pool of processes that can be killed: where parsers that may hang read what a model wrote."""

import atexit
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from stepsmith.sandboxes.backlog import Backlog, Item
from stepsmith.sandboxes.dispatch import Dispatcher, Limits
from stepsmith.sandboxes.frames import Request, Spawn, pack
from stepsmith.sandboxes.zygote import Zygote


class WorkerPool:
    """`size` persistent child processes, each fed by a thread; used from any thread.

    Calls go out in batches, each call with its own deadline. When one runs past it, its process
    is killed and replaced, that call alone ends in `DeadlineError`, and its batch mates run
    again. A call that takes its process down is run once more, then ends in `WorkerError`; being
    killed from outside is not held against it. A process is
    limited to `memory_bytes` of address space and replaced after `max_requests` calls. The
    targets in `warm` are loaded when a process starts, all others when first called.
    """

    def __init__(
        self,
        size: int,
        *,
        memory_bytes: int = 2 * 2**30,
        warm: Sequence[str] = (),
        max_batch: int = 16,
        max_requests: int = 20_000,
        max_pending: int = 1024,
        start_s: float = 120.0,
    ) -> None:
        if size < 1:
            msg = f"a pool of {size} workers; allowed: 1 or more"
            raise ValueError(msg)
        path = tuple(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 -- strings in, out
        order = Spawn(path=path, memory_bytes=memory_bytes, warm=tuple(warm))
        limits = Limits(max_batch=max_batch, max_requests=max_requests, start_s=start_s)
        self._backlog = Backlog(max_pending)
        self._zygote = Zygote(timeout_s=start_s)
        self._dispatchers = [
            Dispatcher(self._backlog, self._zygote, order, limits, share=size) for _ in range(size)
        ]

    def submit(self, target: str, payload: bytes, *, deadline_s: float) -> Future[bytes]:
        """Call `module:function` with bytes in a worker; the future ends as `call` would.

        Blocks while `max_pending` calls wait. A call that is not yet sent can be cancelled.
        """
        frame = pack(Request(target, payload))
        item = Item(target=target, frame=frame, deadline_s=deadline_s)
        self._backlog.put(item)
        return item.future

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        """Call `module:function` with bytes in a worker, and return its bytes.

        Raises `DeadlineError` when the time was up, and `WorkerError` when the call raised or
        its process died of it twice.
        """
        return self.submit(target, payload, deadline_s=deadline_s).result()

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The process ids of the workers alive at the moment."""
        pids = (dispatcher.worker_pid for dispatcher in self._dispatchers)
        return tuple(pid for pid in pids if pid is not None)

    def close(self) -> None:
        """Kill the workers; calls that have not ended end in `WorkerError`."""
        self._backlog.close()
        for dispatcher in self._dispatchers:
            dispatcher.close()
        self._zygote.close()
        for dispatcher in self._dispatchers:
            dispatcher.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


_shared: dict[int, WorkerPool] = {}
_sharing = threading.Lock()


def shared_pool() -> WorkerPool:
    """Return this process's pool, with a worker for each core; it is closed at exit."""
    with _sharing:
        # By process id: the threads of a pool do not survive a fork.
        pool = _shared.get(os.getpid())
        if pool is None:
            pool = _shared[os.getpid()] = WorkerPool(len(os.sched_getaffinity(0)))
            atexit.register(pool.close)
        return pool
