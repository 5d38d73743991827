"""A pool of processes that can be killed: where parsers that may hang read what a model wrote."""

import atexit
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from stepsmith.sandboxes.errors import DeadlineError, WorkerError
from stepsmith.sandboxes.workers.backlog import Backlog, Item
from stepsmith.sandboxes.workers.dispatch import Dispatcher, Limits
from stepsmith.sandboxes.workers.frames import Request, Spawn, pack
from stepsmith.sandboxes.workers.zygote import Zygote

_LONGEST_S = 86_400


class WorkerPool:
    """`size` persistent child processes, each fed by a thread; used from any thread.

    Calls go out in batches, each call with its own deadline, whose clock starts when the call
    does. When one runs past it, its process is killed and replaced, that call alone ends in
    `DeadlineError`, and its batch mates run again. A call that takes its process down is run
    once more, in what is left of its time, then ends in `WorkerError`; being killed from outside
    is not held against it. A process is limited to `memory_bytes` of address space and replaced
    after `max_requests` calls. The targets in `warm` are loaded when a process starts, all
    others when first called. A pool belongs to the process that made it: one that was forked
    off makes its own, see `shared_pool`.
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
        self.is_closed = False
        self._owner = os.getpid()
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
        item = self._item(target, payload, deadline_s)
        self._backlog.put([item])
        return item.future

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        """Call `module:function` with bytes in a worker, and return its bytes.

        Raises `DeadlineError` when the time was up, and `WorkerError` when the call raised or
        its process died of it twice.
        """
        item = self._item(target, payload, deadline_s)
        if not self._serve_now(item):
            self._backlog.put([item])
        return item.future.result()

    def call_many(
        self, target: str, payloads: Iterable[bytes], *, deadline_s: float
    ) -> list[bytes | DeadlineError | WorkerError]:
        """Call `module:function` with each payload; return what each returned or ended in.

        In the order of the payloads, by all workers at once; each call has its own deadline.
        """
        items = [self._item(target, payload, deadline_s) for payload in payloads]
        self._backlog.put(items)
        return [_outcome(item.future) for item in items]

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The process ids of the workers alive at the moment."""
        pids = (dispatcher.worker_pid for dispatcher in self._dispatchers)
        return tuple(pid for pid in pids if pid is not None)

    def close(self) -> None:
        """Kill the workers; calls that have not ended end in `WorkerError`.

        In a process that was forked off it does nothing: the workers are its parent's.
        """
        if os.getpid() != self._owner:
            return
        self.is_closed = True
        self._backlog.close()
        for dispatcher in self._dispatchers:
            dispatcher.close()
        self._zygote.close()
        for dispatcher in self._dispatchers:
            dispatcher.join()

    def _item(self, target: str, payload: bytes, deadline_s: float) -> Item:
        if os.getpid() != self._owner:
            msg = "this worker pool belongs to the process that this one was forked from"
            raise WorkerError(msg)
        if not 0 < deadline_s <= _LONGEST_S:
            msg = f"a deadline of {deadline_s} s; allowed: more than 0, up to {_LONGEST_S}"
            raise ValueError(msg)
        token = int.from_bytes(os.urandom(8))
        frame = pack(Request(target, payload, deadline_s, token))
        return Item(target=target, frame=frame, token=token, deadline_s=deadline_s)

    def _serve_now(self, item: Item) -> bool:
        """Answer the item in this thread, if no other waits and a worker is idle."""
        return self._backlog.is_empty and any(
            dispatcher.serve_now(item) for dispatcher in self._dispatchers
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _outcome(future: Future[bytes]) -> bytes | DeadlineError | WorkerError:
    try:
        return future.result()
    except (DeadlineError, WorkerError) as error:
        return error


class _Sharing:
    """The pool that everything in this process shares, and the lock under which it is made."""

    def __init__(self) -> None:
        self.forget()
        # A pool's threads do not survive a fork; the lock might stay held for ever.
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.pool: WorkerPool | None = None


_sharing = _Sharing()


def shared_pool() -> WorkerPool:
    """Return this process's pool, with a worker for each core; it is closed at exit."""
    with _sharing.lock:
        if _sharing.pool is None or _sharing.pool.is_closed:
            _sharing.pool = WorkerPool(len(os.sched_getaffinity(0)))
            atexit.register(_sharing.pool.close)
        return _sharing.pool
