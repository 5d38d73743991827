"""Shards in work on the host's loop: submitted by a bundle, drained as they finish."""

import concurrent.futures
from collections.abc import Iterator
from typing import Generic, TypeVar

R = TypeVar("R")

OPEN_SHARDS = 16
"""Shards in work at a time in one process; the bundle waits beyond, so the rest stay splittable."""


class OpenShards(Generic[R]):
    """The shards of one bundle that are in work."""

    def __init__(self) -> None:
        self._open: set[concurrent.futures.Future[R]] = set()

    def add(self, future: concurrent.futures.Future[R]) -> None:
        """Add a shard that is in work."""
        self._open.add(future)

    def drain(self, limit: int = OPEN_SHARDS) -> Iterator[R]:
        """Yield what has finished, waiting until fewer than `limit` are in work.

        When one failed the others are stopped, and its error is raised.
        """
        while len(self._open) >= limit:
            done, self._open = concurrent.futures.wait(
                self._open, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                try:
                    result = future.result()
                except BaseException:
                    self.cancel()
                    raise
                yield result

    def cancel(self) -> None:
        """Stop what is still in work: nobody waits for it, and a retry needs its journals."""
        for future in self._open:
            future.cancel()
