"""Count what an engine is asked and how long it has work, so that a run can report its share."""

import dataclasses
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class EngineUsage:
    """What an engine did up to one moment.

    `busy_s` is the time with at least one request in flight; `request_s` sums each request's own
    time in flight, so `request_s / elapsed_s` is the mean number in flight. Tokens are counted
    where the engine reports them. A score is a request and a prompt, but no sample.
    """

    elapsed_s: float = 0.0
    busy_s: float = 0.0
    request_s: float = 0.0
    n_in_flight: int = 0
    n_requests: int = 0
    n_retries: int = 0
    n_samples: int = 0
    n_prompt_tokens: int = 0
    n_tokens: int = 0

    @property
    def busy_share(self) -> float:
        """The share of the time, in [0, 1], in which the engine had work."""
        return self.busy_s / self.elapsed_s if self.elapsed_s else 0.0

    @property
    def tokens_per_s(self) -> float:
        """Tokens written per second of the whole time, idle time included."""
        return self.n_tokens / self.elapsed_s if self.elapsed_s else 0.0

    def since(self, earlier: "EngineUsage") -> "EngineUsage":
        """Return what was added after `earlier`; `n_in_flight` stays what it is now."""
        return EngineUsage(
            elapsed_s=self.elapsed_s - earlier.elapsed_s,
            busy_s=self.busy_s - earlier.busy_s,
            request_s=self.request_s - earlier.request_s,
            n_in_flight=self.n_in_flight,
            n_requests=self.n_requests - earlier.n_requests,
            n_retries=self.n_retries - earlier.n_retries,
            n_samples=self.n_samples - earlier.n_samples,
            n_prompt_tokens=self.n_prompt_tokens - earlier.n_prompt_tokens,
            n_tokens=self.n_tokens - earlier.n_tokens,
        )


class EngineMeter:
    """Adds up the usage of one engine; `clock` returns seconds and never goes back.

    Requests are counted on the event loop and snapshots taken from any thread.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._start = self._last = clock()
        self._busy_s = self._request_s = 0.0
        self._n_in_flight = self._n_requests = self._n_retries = 0
        self._n_samples = self._n_prompt_tokens = self._n_tokens = 0

    @contextmanager
    def request(self) -> Generator[None, None, None]:
        """Count one attempt to answer a request, for as long as the block runs."""
        with self._lock:
            self._advance()
            self._n_requests += 1
            self._n_in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._advance()
                self._n_in_flight -= 1

    def retried(self) -> None:
        """Count an attempt that failed and will be repeated."""
        with self._lock:
            self._n_retries += 1

    def answered(
        self, *, n_samples: int = 0, n_prompt_tokens: int | None = None, n_tokens: int | None = None
    ) -> None:
        """Count what one request brought: its samples, their tokens in sum, and its prompt's."""
        with self._lock:
            self._n_samples += n_samples
            self._n_prompt_tokens += n_prompt_tokens or 0
            self._n_tokens += n_tokens or 0

    def usage(self) -> EngineUsage:
        """Return everything counted up to now."""
        with self._lock:
            self._advance()
            return EngineUsage(
                elapsed_s=self._last - self._start,
                busy_s=self._busy_s,
                request_s=self._request_s,
                n_in_flight=self._n_in_flight,
                n_requests=self._n_requests,
                n_retries=self._n_retries,
                n_samples=self._n_samples,
                n_prompt_tokens=self._n_prompt_tokens,
                n_tokens=self._n_tokens,
            )

    def _advance(self) -> None:
        """Add the time since the last change; under the lock."""
        now = self._clock()
        passed, self._last = now - self._last, now
        if self._n_in_flight:
            self._busy_s += passed
            self._request_s += passed * self._n_in_flight
