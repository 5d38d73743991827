"""The bounded queue between the callers and the dispatchers of a pool."""

import dataclasses
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from stepsmith.sandboxes.errors import DeadlineError, WorkerError

MAX_DEATHS = 2
"""A call may take its process with it this often; then it is the culprit."""

MAX_KILLS = 20
"""Processes killed from outside are replaced this often before a call is given up."""


@dataclasses.dataclass(kw_only=True, slots=True, eq=False)
class Item:
    """One call on its way: what to send, and the future that its caller holds."""

    target: str
    frame: bytes
    token: int
    deadline_s: float
    future: Future[bytes] = dataclasses.field(default_factory=Future[bytes])
    n_deaths: int = 0
    n_kills: int = 0
    spent_s: float = 0.0
    started: bool = False

    @property
    def left_s(self) -> float:
        """What is left of the deadline, which is for all runs of the call together."""
        return self.deadline_s - self.spent_s

    def start(self) -> bool:
        """Mark the call as being in work; false when its caller has given it up."""
        self.started = self.started or self.future.set_running_or_notify_cancel()
        return self.started

    def fail_late(self) -> None:
        """End the call with `DeadlineError`."""
        msg = f"{self.target} took longer than {self.deadline_s:g} s"
        self.future.set_exception(DeadlineError(msg))

    def fail(self, reason: str) -> None:
        """End the call with `WorkerError`."""
        if self.start():
            self.future.set_exception(WorkerError(reason))


class Backlog:
    """Items in order, `capacity` of them at most: `put` blocks while it is full."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[Item] = deque()
        self._closed = False
        lock = threading.Lock()
        self._not_empty = threading.Condition(lock)
        self._not_full = threading.Condition(lock)

    @property
    def is_empty(self) -> bool:
        """Tell whether no item waits."""
        return not self._items

    def put(self, items: Sequence[Item]) -> None:
        """Append items, as many at once as there is room for; raises `WorkerError` when closed."""
        done = 0
        with self._not_full:
            while done < len(items):
                self._not_full.wait_for(lambda: self._closed or len(self._items) < self._capacity)
                if self._closed:
                    msg = "the worker pool is closed"
                    raise WorkerError(msg)
                some = items[done : done + self._capacity - len(self._items)]
                self._items.extend(some)
                self._not_empty.notify(len(some))
                done += len(some)

    def put_back(self, items: Iterable[Item]) -> None:
        """Return taken items to the front, beyond the capacity if need be."""
        with self._not_empty:
            self._items.extendleft(reversed(list(items)))
            self._not_empty.notify_all()
            late = self._clear() if self._closed else []
        _refuse(late)

    def wait(self, otherwise: Callable[[], bool]) -> bool:
        """Block until there is an item, or, told by `wake`, something else; false once closed."""
        with self._not_empty:
            self._not_empty.wait_for(lambda: self._closed or self._items or otherwise())
            return not self._closed

    def wake(self) -> None:
        """Let those who wait look again at what else they wait for."""
        with self._not_empty:
            self._not_empty.notify_all()

    def take(self, most: int, *, share: int = 1) -> list[Item]:
        """Take up to `most` items, and no more than a fair part among `share` takers."""
        with self._not_full:
            fair = -(-len(self._items) // share)
            taken = [self._items.popleft() for _ in range(min(most, fair))]
            self._not_full.notify(len(taken))
        return [item for item in taken if item.start()]

    def close(self) -> None:
        """Refuse what waits and what comes."""
        with self._not_empty:
            self._closed = True
            waiting = self._clear()
            self._not_empty.notify_all()
            self._not_full.notify_all()
        _refuse(waiting)

    def _clear(self) -> list[Item]:
        items = list(self._items)
        self._items.clear()
        return items


def _refuse(items: Iterable[Item]) -> None:
    # Outside the lock: a future's callbacks run right here.
    for item in items:
        item.fail("the worker pool was closed before the call ended")
