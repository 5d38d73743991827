"""The simulated engine's server in a process of its own."""

import contextlib
import dataclasses
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

from benchmarks.batching.engine import Pace


@dataclasses.dataclass(frozen=True, kw_only=True)
class Running:
    """A server in a process of its own."""

    url: str

    def reset(self) -> None:
        """Begin to count anew, with an empty prefix cache."""
        self._ask(urllib.request.Request(f"{self.url}/reset", method="POST"))  # noqa: S310

    def stats(self) -> dict[str, Any]:
        """Return what was asked since the last reset."""
        stats: dict[str, Any] = json.loads(self._ask(f"{self.url}/stats"))
        return stats

    def _ask(self, what: str | urllib.request.Request) -> bytes:
        with urllib.request.urlopen(what, timeout=60) as answer:  # noqa: S310 -- our own server
            words: bytes = answer.read()
            return words


@contextlib.contextmanager
def serving(pace: Pace) -> Iterator[Running]:
    """Run a server until the block ends."""
    options = [
        f"--{name.replace('_', '-')}={value}" for name, value in dataclasses.asdict(pace).items()
    ]
    command = [sys.executable, "-m", "benchmarks.batching.server", *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            msg = "the simulated engine's server did not start"
            raise RuntimeError(msg)
        try:
            yield Running(url=f"http://127.0.0.1:{port}")
        finally:
            process.communicate()
