"""A lost worker process fails the run. Beam <= 2.77 waits for ever for what it was asked.

Beam's local runner only hears of a loss where a stream to the worker breaks: of a worker that dies
before it has connected it never does, and of a broken stream it tells no one. So whoever owns the
worker processes says here that one is gone, and every request that waits, or is yet to come, fails.
"""

import contextlib
import threading
import weakref
from collections.abc import Callable, Generator
from typing import Any

import grpc
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from stepsmith.schemas.errors import RunError

__all__ = ["end_waiting", "watched_requests"]

# Beam's classes as plain objects: methods that it does not offer to others are mended below.
_CONNECTION: Any = worker_handlers.ControlConnection
_FUTURE: Any = worker_handlers.ControlFuture
_push: Callable[[Any, Any], Any] = _CONNECTION.push
_read: Callable[[Any], None] = _CONNECTION._read  # noqa: SLF001
_is_done: Callable[[Any], bool] = _FUTURE.is_done


class _Requests:
    """What this process has asked of workers and may still wait for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: weakref.WeakSet[Any] = weakref.WeakSet()
        self._error: RunError | None = None

    def add(self, future: Any) -> None:
        with self._lock:
            self._futures.add(future)
            error = self._error
        if error is not None:
            future.abort(error)

    def fail(self, error: RunError) -> None:
        with self._lock:
            self._error = self._error or error
            waiting = list(self._futures)
        for future in waiting:
            future.abort(error)

    def forget(self) -> None:
        with self._lock:
            self._futures.clear()
            self._error = None


_requests = _Requests()


@contextlib.contextmanager
def watched_requests() -> Generator[None, None, None]:
    """Let a loss fail all that is asked of workers in this context; one at a time."""
    _requests.forget()
    _CONNECTION.push = _push_and_watch
    _CONNECTION._read = _read_or_fail  # noqa: SLF001
    _FUTURE.is_done = _is_done_or_aborted
    try:
        yield
    finally:
        _CONNECTION.push = _push
        _CONNECTION._read = _read  # noqa: SLF001
        _FUTURE.is_done = _is_done


def end_waiting(what: str) -> None:
    """Fail what waits for workers, now and later in this run, with `what` was lost."""
    _requests.fail(RunError(f"{what} was lost; run the same command again to go on where it was"))


def _push_and_watch(connection: Any, request: Any) -> Any:
    future = _push(connection, request)
    if future is not None:
        _requests.add(future)
    return future


def _read_or_fail(connection: Any) -> None:
    try:
        _read(connection)
    except grpc.RpcError:
        end_waiting("a worker process")


def _is_done_or_aborted(future: Any) -> bool:
    # Who waits for a request's data asks this, then `get`, which raises what it was aborted by.
    return _is_done(future) or future._exception is not None  # noqa: SLF001
