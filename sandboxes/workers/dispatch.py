"""The thread beside each worker process: it feeds it, times it, kills it and replaces it.

A caller who finds a worker idle uses it from the caller's own thread: handing a call to another
thread, and its answer back, costs more than most calls, and much more where threads are busy.
"""

import dataclasses
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress

import msgspec

from stepsmith.sandboxes.errors import KilledError, WorkerError
from stepsmith.sandboxes.workers.backlog import MAX_DEATHS, MAX_KILLS, Backlog, Item
from stepsmith.sandboxes.workers.frames import Failure, Loaded, Reply, Result, Spawn
from stepsmith.sandboxes.workers.process import WorkerProcess
from stepsmith.sandboxes.workers.zygote import Zygote

_START_ATTEMPTS = 10
_BATCH_S = 0.02  # a batch holds about this much work: longer ones would only wait in line
_PATIENCE_S = 0.1  # so long a batch waits for one of its calls; then its mates go to other workers


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """How a pool treats its workers; the fields are options of `WorkerPool`."""

    max_batch: int
    max_requests: int
    start_s: float


class Dispatcher:
    """One thread and its worker process. The process starts with the first item."""

    def __init__(
        self, backlog: Backlog, zygote: Zygote, order: Spawn, limits: Limits, *, share: int
    ) -> None:
        self._backlog = backlog
        self._zygote = zygote
        self._order = order
        self._limits = limits
        self._share = share
        self._worker: WorkerProcess | None = None
        self._is_struck = False  # the worker is dead, and to be replaced by the thread
        self._item_s = 0.0
        self._closed = False
        self._ended = threading.Event()
        self._using = threading.Lock()  # the worker: held by who talks to it
        self._changing = threading.Lock()  # which worker it is
        self._thread = threading.Thread(target=self._run, name="worker-dispatcher", daemon=True)
        self._thread.start()

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker, if there is one at the moment."""
        worker = self._worker
        return None if worker is None or self._is_struck else worker.pid

    def serve_now(self, item: Item) -> bool:
        """Answer an item in the caller's thread, if the worker is idle and has all it takes.

        The item may go to the backlog again, as any other whose worker dies.
        """
        if not self._using.acquire(blocking=False):
            return False
        try:
            worker = self._worker
            if worker is None or self._is_struck or item.target not in worker.loaded:
                return False
            if not worker.is_fit:
                return False
            item.start()
            self._serve(worker, [item])
        finally:
            self._using.release()
        if self._is_struck:
            self._backlog.wake()
        return True

    def close(self) -> None:
        """Kill the worker and wait until it is gone; the backlog must be closed before."""
        with self._changing:
            self._closed = True
            if self._worker is not None:
                self._worker.kill()
        self._ended.wait()

    def join(self) -> None:
        """Wait for the thread, which ends after the zygote was closed."""
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._backlog.wait(lambda: self._is_struck):
                with self._using:
                    self._take_turn()
        finally:  # also of a bug: better no pool than one whose callers wait for ever
            self._backlog.close()
            with self._using:
                self._drop_worker()
            self._ended.set()
        self._zygote.closed.wait()  # it may be ours, and would die with us, and its workers with it

    def _take_turn(self) -> None:
        try:
            worker = self._living_worker()
        except WorkerError as error:
            self._blame(self._backlog.take(1), error)
            return
        items = self._backlog.take(self._batch_size(), share=self._share)
        try:
            worker = self._prepare(worker, items)
        except WorkerError as error:
            self._blame(reversed(items), error)
            return
        self._serve(worker, items)
        if self._is_struck or self._worker is None:
            # Now rather than with the next item, which would have to wait for it.
            with suppress(WorkerError):
                self._living_worker()

    def _batch_size(self) -> int:
        if self._item_s * self._limits.max_batch <= _BATCH_S:
            return self._limits.max_batch
        return 1 + int(_BATCH_S / self._item_s)

    def _living_worker(self) -> WorkerProcess:
        """Return the worker, started afresh if need be; raises `WorkerError`."""
        if self._worker is not None and not self._is_struck and self._worker.is_fit:
            return self._worker
        self._drop_worker()
        reason = ""
        for _ in range(_START_ATTEMPTS):
            try:
                return self._start_worker()
            except (WorkerError, OSError) as error:
                reason = str(error)
        msg = f"no worker could be started: {reason}"
        raise WorkerError(msg)

    def _start_worker(self) -> WorkerProcess:
        worker = WorkerProcess(self._zygote, self._order)
        with self._changing:
            if not self._closed:
                self._worker = worker
                return worker
        worker.close()
        msg = "the worker pool is closed"
        raise WorkerError(msg)

    def _drop_worker(self) -> None:
        with self._changing:
            worker, self._worker = self._worker, None
            self._is_struck = False
        if worker is not None:
            worker.close()

    def _strike(self, worker: WorkerProcess) -> None:
        """End the worker at once, and leave it to the thread to bury and replace it."""
        worker.strike()
        self._is_struck = True

    def _prepare(self, worker: WorkerProcess, items: Sequence[Item]) -> WorkerProcess:
        """Return a worker that has loaded what the items call, if that can be loaded.

        The zygote loads it, once for all workers; a fork is cheaper than an import.
        """
        missing = {item.target for item in items} - worker.loaded - set(self._order.warm)
        if not missing:
            return worker
        warm = (*self._order.warm, *sorted(missing))
        self._order = msgspec.structs.replace(self._order, warm=warm)
        self._drop_worker()
        return self._living_worker()

    def _serve(self, worker: WorkerProcess, items: Sequence[Item]) -> None:
        """Send a batch; end each item as its reply comes in, and give back what was left over."""
        if not items:
            return
        waiting = deque(items)
        all_loaded = worker.loaded.issuperset(item.target for item in items)
        worker.send(b"".join(item.frame for item in items))
        began = time.monotonic()
        try:
            while waiting and not self._is_struck:
                self._finish(worker, waiting.popleft(), waiting)
        finally:
            if waiting:
                self._backlog.put_back(waiting)
        if all_loaded and not self._is_struck:
            self._note_pace((time.monotonic() - began) / len(items))
        worker.n_answered += len(items)
        if worker.n_answered >= self._limits.max_requests:
            self._strike(worker)

    def _finish(self, worker: WorkerProcess, item: Item, mates: deque[Item]) -> None:
        """End an item as its reply says, or without one; that ends the worker, too."""
        try:
            reply = self._reply(worker, item, mates)
        except TimeoutError:
            self._strike(worker)
            item.fail_late()
        except WorkerError as error:
            self._strike(worker)
            self._blame([item], error)
        else:
            if isinstance(reply, Result):
                item.future.set_result(reply.payload)
            else:
                item.future.set_exception(WorkerError(reply.message))

    def _reply(self, worker: WorkerProcess, item: Item, mates: deque[Item]) -> Result | Failure:
        """Wait for one reply; the item's clock starts once its target is loaded."""
        reply = None
        if item.target not in worker.loaded:
            try:
                reply = worker.receive(self._limits.start_s)
            except TimeoutError:
                msg = f"{item.target} did not load within {self._limits.start_s:g} s"
                raise WorkerError(msg) from None
            if isinstance(reply, Loaded):
                worker.loaded.add(item.target)
                reply = None
        if reply is None:
            reply = self._timed_reply(worker, item, mates)
        if isinstance(reply, Result | Failure) and reply.token == item.token:
            return reply
        msg = f"the worker answered out of turn: {type(reply).__name__}"
        raise WorkerError(msg)

    def _timed_reply(self, worker: WorkerProcess, item: Item, mates: deque[Item]) -> Reply:
        began = time.monotonic()
        try:
            if mates and self._share > 1 and item.left_s > _PATIENCE_S:
                with suppress(TimeoutError):
                    return worker.receive(_PATIENCE_S)
                return self._reply_alone(worker, item, mates)
            return worker.receive(item.left_s)
        finally:
            item.spent_s += time.monotonic() - began

    def _reply_alone(self, worker: WorkerProcess, item: Item, mates: deque[Item]) -> Reply:
        """Give a slow item's mates to other workers; this one was sent them too, and ends."""
        self._backlog.put_back(mates)
        mates.clear()
        reply = worker.receive(item.left_s - _PATIENCE_S)
        self._strike(worker)
        return reply

    def _blame(self, items: Iterable[Item], error: WorkerError) -> None:
        """Count a death against what was in work, and end what has had too many."""
        for item in items:
            if isinstance(error, KilledError):
                item.n_kills += 1
            else:
                item.n_deaths += 1
            if item.n_deaths >= MAX_DEATHS or item.n_kills >= MAX_KILLS:
                item.fail(str(error))
            elif item.started and item.left_s <= 0:
                item.fail_late()
            else:
                self._backlog.put_back([item])

    def _note_pace(self, item_s: float) -> None:
        self._item_s = item_s if self._item_s == 0 else 0.8 * self._item_s + 0.2 * item_s
