"""A bounded memory of what was worked out before, for text that many solutions repeat.

It remembers results only: what a deadline or a lost worker ended is not one, and is worked out
afresh the next time.
"""

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from stepsmith.transforms.verify.base import Worker

Value = TypeVar("Value")
Key = tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class CacheStatistics:
    """What a cache has done since it was made, and what it holds."""

    hits: int
    misses: int
    evictions: int
    entries: int
    characters: int


class Cache(Generic[Value]):
    """The results used last, by key: at most `max_entries`, with `max_characters` of keys.

    May be used from any thread. Two threads that miss the same key at once both work it out: no
    lock is held meanwhile, or one slow pair would hold up all others.
    """

    def __init__(
        self,
        *,
        max_entries: int,
        max_characters: int,
        is_result: Callable[[Value], bool] = lambda _: True,
    ) -> None:
        self._max_entries = max_entries
        self._max_characters = max_characters
        self._is_result = is_result
        self._entries: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()
        self._characters = 0
        self._hits = self._misses = self._evictions = 0

    def remember(self, key: Key, compute: Callable[[], Value]) -> Value:
        """Return what is remembered for `key`, or compute it and remember it if it is a result.

        What `compute` raises is not remembered.
        """
        with self._lock:
            if key in self._entries:
                self._hits += 1
                self._entries.move_to_end(key)
                return self._entries[key]
            self._misses += 1
        value = compute()
        if self._is_result(value):
            self._store(key, value)
        return value

    def statistics(self) -> CacheStatistics:
        """Return the counts so far."""
        with self._lock:
            return CacheStatistics(
                hits=self._hits,
                misses=self._misses,
                evictions=self._evictions,
                entries=len(self._entries),
                characters=self._characters,
            )

    def clear(self) -> None:
        """Forget everything but the counts."""
        with self._lock:
            self._entries.clear()
            self._characters = 0

    def _store(self, key: Key, value: Value) -> None:
        size = _size(key)
        if size > self._max_characters:
            return
        with self._lock:
            if key not in self._entries:
                self._characters += size
            self._entries[key] = value
            while len(self._entries) > self._max_entries or self._characters > self._max_characters:
                oldest, _ = self._entries.popitem(last=False)
                self._characters -= _size(oldest)
                self._evictions += 1


def _size(key: Key) -> int:
    return sum(map(len, key))


class RememberingWorker:
    """A worker whose replies are remembered, for targets that always answer alike.

    A call that ends in `DeadlineError` or `WorkerError` has no reply, and is made again.
    """

    def __init__(self, worker: Worker, cache: Cache[bytes]) -> None:
        self._worker = worker
        self._cache = cache

    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        """Return the remembered reply, or that of the worker."""
        key = (target, payload.decode("latin-1"))
        return self._cache.remember(
            key, lambda: self._worker.call(target, payload, deadline_s=deadline_s)
        )
