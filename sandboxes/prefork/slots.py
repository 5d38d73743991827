"""Places where programs run, one run at a time each; lent to threads."""

import threading
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager

from stepsmith.sandboxes.errors import SandboxError


class Slots:
    """Numbers from 0 to `size - 1`, each lent to one thread at a time."""

    def __init__(self, size: int) -> None:
        if size < 1:
            msg = f"a sandbox of {size} slots; allowed: 1 or more"
            raise ValueError(msg)
        self._all = frozenset(range(size))
        self._free = set(self._all)
        self._changed = threading.Condition()
        self._waiting_alone = 0
        self._closed = False

    @contextmanager
    def borrow(self, *, avoid: Collection[int] = (), alone: bool = False) -> Generator[int]:
        """Wait for a slot that is free, another than `avoid` where there is another.

        `alone` nothing runs in any other meanwhile. Raises `SandboxError` once it is closed.
        """
        wanted = self._all - frozenset(avoid) or self._all
        taken = self._take_all() if alone else self._take_one(wanted)
        try:
            yield min(taken & wanted)
        finally:
            with self._changed:
                self._free |= taken
                self._changed.notify_all()

    def close(self, timeout_s: float) -> bool:
        """Lend no more; wait until all are back, and say whether they are."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._free >= self._all, timeout_s)

    def _take_one(self, wanted: frozenset[int]) -> frozenset[int]:
        with self._changed:
            # Whoever must be alone would otherwise wait for as long as there is work.
            self._wait(lambda: not self._waiting_alone and bool(self._free & wanted))
            slot = min(self._free & wanted)
            self._free.remove(slot)
            return frozenset({slot})

    def _take_all(self) -> frozenset[int]:
        with self._changed:
            self._waiting_alone += 1
            try:
                self._wait(lambda: self._free >= self._all)
            finally:
                self._waiting_alone -= 1
            self._free.clear()
            return self._all

    def _wait(self, is_ready: Callable[[], bool]) -> None:
        self._changed.wait_for(lambda: self._closed or is_ready())
        if self._closed:
            msg = "the sandbox is closed"
            raise SandboxError(msg)
