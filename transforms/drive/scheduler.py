"""One queue before each engine: the oldest search's requests first, as many as keep it full.

Oldest first, so that requests that share a prefix reach the engine close together, while it still
has that prefix in its cache, and searches end one after another instead of all at the end. Once no
search waits to begin, the one that has come least far goes first: each answer is asked for by the
one before it, and whoever is left behind then would end alone, with an engine nearly idle. What is
asked does not depend on the order, only when.
"""

import asyncio
import dataclasses
import heapq
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from fractions import Fraction
from functools import cache

from stepsmith.transforms.policy.base import Policy, Reply, Request

Turn = tuple[int, ...]
"""Who goes first, lowest first; made by `turn_in_order`, `turn_at_the_end` or `turn_ahead`."""

_IN_ORDER, _AT_THE_END, _AHEAD = range(3)


def turn_in_order(search: int, ask: int) -> Turn:
    """Return the turn of a search's ask while other searches wait to begin: the oldest first."""
    return _IN_ORDER, search, ask


def turn_at_the_end(search: int, n_rounds: int) -> Turn:
    """Return the turn of an ask in a search's `n_rounds`-th round once all searches have begun."""
    return _AT_THE_END, n_rounds, search


def turn_ahead(search: int, ask: int) -> Turn:
    """Return the turn of what no search waits for yet: it only fills places left empty."""
    return _AHEAD, search, ask


@dataclasses.dataclass(kw_only=True, slots=True, eq=False)
class _Waiter:
    n_places: int
    granted: "asyncio.Future[None]"


class Places:
    """A bounded number of places, given in the order of turns; on one event loop.

    Nobody overtakes: a request for many places waits at the head until they are free, and one for
    more than there are waits for all of them.
    """

    def __init__(self, n_places: int) -> None:
        self.n_places = self.n_free = n_places
        # By turn, then by arrival, which is unique: waiters are never compared.
        self._waiting: list[tuple[Turn, int, _Waiter]] = []
        self._arrivals = itertools.count()

    @property
    def n_waiting(self) -> int:
        """How many requests stand in the queue."""
        return sum(not waiter.granted.done() for _, _, waiter in self._waiting)

    @asynccontextmanager
    async def held(self, n_places: int, turn: Turn) -> AsyncGenerator[None, None]:
        """Hold places while the block runs; a waiter that is cancelled leaves the queue."""
        waiter = _Waiter(
            n_places=min(n_places, self.n_places),
            granted=asyncio.get_running_loop().create_future(),
        )
        heapq.heappush(self._waiting, (turn, next(self._arrivals), waiter))
        self._grant()
        try:
            await waiter.granted
            yield
        finally:
            # Cancels nothing that was granted: a waiter whose task is cancelled between its grant
            # and its next step holds places, and must give them back like any other.
            waiter.granted.cancel()
            if not waiter.granted.cancelled():
                self.n_free += waiter.n_places
            self._grant()

    def _grant(self) -> None:
        while self._waiting:
            _, _, first = self._waiting[0]
            if not first.granted.done():
                if first.n_places > self.n_free:
                    return
                self.n_free -= first.n_places
                first.granted.set_result(None)
            heapq.heappop(self._waiting)


@cache
def places_of(n_samples: int) -> int:
    """Return how many places a request for `n_samples` takes: n / (1 + 1/2 + ... + 1/n).

    It is answered with its last sample, when most have long ended. If each held a place until then
    the engine would be 37 to 72 % busy with groups of 8 (simulated; lengths exponential to uniform
    in 0.5 to 1.5 of their mean). This is the mean number still being written if lengths are
    exponential, rounded down: 98 to 100 % busy, with groups of 1 to 16 and 32 to 256 places. Where
    lengths vary less, up to three times what it can work on waits inside the engine, in the
    order of the turns.
    """
    return max(1, int(n_samples / sum(Fraction(1, index) for index in range(1, n_samples + 1))))


def window_of(max_in_flight: int) -> int:
    """Return how many searches keep an engine full: two for each reply that it writes at a time.

    A strategy may ask for one sample at a time and wait for its verdict before the next. With one
    search a place, every search that is at its verifiers would leave a place empty; the second one
    is asked meanwhile. More would only be begun earlier than they are continued: the oldest go
    first.
    """
    return 2 * max_in_flight


class QueuedPolicy:
    """A policy behind its queue: every request of this process to it passes here."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.places = Places(policy.max_in_flight)

    async def sample(self, request: Request, turn: Turn) -> tuple[Reply, ...]:
        """Draw the request's replies when its turn has come; at most `samples_per_request`."""
        async with self.places.held(places_of(request.n), turn):
            return await self.policy.sample(request)

    async def score(self, request: Request, text: str, turn: Turn) -> tuple[float, ...]:
        """Score a text when its turn has come."""
        async with self.places.held(1, turn):
            return await self.policy.score(request, text)
