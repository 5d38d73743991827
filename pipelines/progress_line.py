"""How many of many are done: a line that rewrites itself on a terminal, elsewhere one at times."""

import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["ProgressLine"]


class ProgressLine:
    """Writes what `say` makes of how many are done, how many there are, and the seconds it took."""

    _EVERY_S = (15.0, 0.5)

    def __init__(self, say: Callable[[int, int, float], str], stream: TextIO) -> None:
        self._say = say
        self._stream = stream
        self._terminal = stream.isatty()
        self._started = self._written = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Say how many are done, unless that was said a moment ago."""
        now = time.monotonic()
        if now - self._written < self._EVERY_S[self._terminal]:
            return
        self._written = now
        line = self._say(done, total, now - self._started)
        self._stream.write(f"\r{line}\x1b[K" if self._terminal else f"{line}\n")
        self._stream.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
