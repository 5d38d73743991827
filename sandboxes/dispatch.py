"""The thread beside each worker process: it feeds it, times it, kills it and replaces it."""

import dataclasses
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

import msgspec

from stepsmith.sandboxes.backlog import MAX_DEATHS, MAX_KILLS, Backlog, Item
from stepsmith.sandboxes.errors import KilledError, WorkerError
from stepsmith.sandboxes.frames import Failure, Loaded, Result, Spawn
from stepsmith.sandboxes.process import WorkerProcess
from stepsmith.sandboxes.zygote import Zygote

_START_ATTEMPTS = 10
_BATCH_S = 0.02  # a batch holds about this much work: longer ones would only wait in line


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
        self._item_s = 0.0
        self._closed = False
        self._ended = threading.Event()
        self._changing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="worker-dispatcher", daemon=True)
        self._thread.start()

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker, if there is one at the moment."""
        worker = self._worker
        return None if worker is None else worker.pid

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
        while self._backlog.wait():
            try:
                worker = self._living_worker()
            except WorkerError as error:
                self._blame(self._backlog.take(1), error)
                continue
            items = self._backlog.take(self._batch_size(), share=self._share)
            try:
                worker = self._prepare(worker, items)
            except WorkerError as error:
                self._blame(reversed(items), error)
                continue
            self._serve(worker, items)
            self._replace_worker()
        self._drop_worker()
        self._ended.set()
        self._zygote.closed.wait()  # it may be ours, and would die with us, and its workers with it

    def _replace_worker(self) -> None:
        # Now rather than with the next item, which would have to wait for it.
        with suppress(WorkerError):
            self._living_worker()

    def _batch_size(self) -> int:
        if self._item_s * self._limits.max_batch <= _BATCH_S:
            return self._limits.max_batch
        return 1 + int(_BATCH_S / self._item_s)

    def _living_worker(self) -> WorkerProcess:
        """Return the worker, started afresh if need be; raises `WorkerError`."""
        if self._worker is not None and not self._worker.has_died:
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
        if worker is not None:
            worker.close()

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

    def _serve(self, worker: WorkerProcess, items: list[Item]) -> None:
        """Send a batch; end each item as its reply comes in, and give back what was left over."""
        worker.send(b"".join(item.frame for item in items))
        all_loaded = worker.loaded.issuperset(item.target for item in items)
        began = time.monotonic()
        for done, item in enumerate(items):
            try:
                reply = self._reply(worker, item)
            except TimeoutError:
                self._drop_worker()
                item.fail_late()
                self._backlog.put_back(items[done + 1 :])
                return
            except WorkerError as error:
                self._drop_worker()
                self._backlog.put_back(items[done + 1 :])
                self._blame([item], error)
                return
            _finish(item, reply)
        if items and all_loaded:
            self._note_pace((time.monotonic() - began) / len(items))
        worker.n_answered += len(items)
        if worker.n_answered >= self._limits.max_requests:
            self._drop_worker()

    def _reply(self, worker: WorkerProcess, item: Item) -> Result | Failure:
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
            reply = worker.receive(item.deadline_s)
        if isinstance(reply, Result | Failure):
            return reply
        msg = f"the worker answered out of turn: {type(reply).__name__}"
        raise WorkerError(msg)

    def _blame(self, items: Iterable[Item], error: WorkerError) -> None:
        """Count a death against what was in work, and end what has had too many."""
        for item in items:
            if isinstance(error, KilledError):
                item.n_kills += 1
            else:
                item.n_deaths += 1
            if item.n_deaths >= MAX_DEATHS or item.n_kills >= MAX_KILLS:
                item.fail(str(error))
            else:
                self._backlog.put_back([item])

    def _note_pace(self, item_s: float) -> None:
        self._item_s = item_s if self._item_s == 0 else 0.8 * self._item_s + 0.2 * item_s


def _finish(item: Item, reply: Result | Failure) -> None:
    if isinstance(reply, Result):
        item.future.set_result(reply.payload)
    else:
        item.future.set_exception(WorkerError(reply.message))
