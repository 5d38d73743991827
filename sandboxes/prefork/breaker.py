"""When to try again, and when to give up: for what fails again and again."""

import threading
from collections.abc import Callable

from stepsmith.sandboxes.errors import SandboxError

_FIRST_DELAY_S = 0.1
_LONGEST_DELAY_S = 5.0


def delay_s(failures: int) -> float:
    """Say how long to wait before another try after so many failures in a row."""
    return min(_FIRST_DELAY_S * 2.0 ** min(failures - 1, 10), _LONGEST_DELAY_S) if failures else 0.0


class Breaker:
    """Counts failures in a row; after `allowed` of them everything is refused, for a while.

    When `rest_s` are over one attempt is let through: if it succeeds all is well again, and if
    not, the rest begins anew. Safe from any thread.
    """

    def __init__(self, clock: Callable[[], float], *, allowed: int = 5, rest_s: float = 30) -> None:
        self._clock = clock
        self._allowed = allowed
        self._rest_s = rest_s
        self._lock = threading.Lock()
        self._failures = 0
        self._failed_at = 0.0
        self._reason = ""

    def check(self) -> None:
        """Let an attempt through, or raise `SandboxError` naming the last failure."""
        with self._lock:
            if self._failures < self._allowed:
                return
            if self._clock() - self._failed_at < self._rest_s:
                msg = f"the sandbox is down: it failed {self._failures} times in a row,"
                msg += f" the last time because {self._reason}"
                raise SandboxError(msg)
            self._failed_at = self._clock()  # whoever comes next must wait for this attempt

    def failed(self, reason: str) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            self._failed_at = self._clock()
            self._reason = reason

    def succeeded(self) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures = 0
