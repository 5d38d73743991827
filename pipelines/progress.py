"""Progress: a line that rewrites itself on a terminal, plain lines elsewhere, nothing if asked."""

import json
import sys
import threading
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self, TextIO

from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.beam.status import Status, read_status
from stepsmith.transforms.job import Job

_TERMINAL_EVERY_S = 1.0
_PLAIN_EVERY_S = 15.0


class Progress:
    """Shows how far a run is while its block runs, from the files its processes write.

    Problems that were finished before this run count as done, and not in its rate. Of a shard in
    `marks` only the problems that it names are searched.
    """

    def __init__(
        self,
        job: Job,
        *,
        marks: Mapping[int, Collection[str]] = MappingProxyType({}),
        quiet: bool = False,
        stream: TextIO | None = None,
    ) -> None:
        local = files_of(job.root).local_path(job.layout.status)
        self._folder = Path(local) if local is not None else None
        self._plan = Path(job.layout.plan)
        self._finished = frozenset(
            index
            for index in range(job.recipe.shards)
            if Path(job.layout.shard("searched", index)).exists()
        )
        self._retried = {index: len(again) for index, again in marks.items()}
        # Not a default: what is standard error may have changed since this module was imported.
        self._stream = sys.stderr if stream is None else stream
        self._silent = quiet or self._folder is None
        self._terminal = self._stream.isatty()
        self._started = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._last = ""

    def __enter__(self) -> Self:
        """Forget the status of an earlier run, then start to show."""
        if self._folder is not None:
            for path in (*self._folder.glob("*.json"), *self._folder.glob("*.tmp")):
                path.unlink(missing_ok=True)
        if not self._silent:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._terminal and self._last:
            self._stream.write("\n")

    def show(self) -> None:
        """Write the line once, if it says something new."""
        if self._silent or self._folder is None:
            return
        elapsed_s = time.monotonic() - self._started
        line = describe(read_status(self._folder), elapsed_s=elapsed_s, n_planned=self._n_planned())
        if line == self._last:
            return
        self._last = line
        self._stream.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        self._stream.flush()

    def _n_planned(self) -> int | None:
        """Return the problems of the shards that were not finished before this run began."""
        if not self._plan.exists():
            return None
        shards: dict[str, int] = json.loads(self._plan.read_text())["shards"]
        sizes = {int(index): size for index, size in shards.items()} | self._retried
        return sum(size for index, size in sizes.items() if index not in self._finished)

    def _run(self) -> None:
        every = _TERMINAL_EVERY_S if self._terminal else _PLAIN_EVERY_S
        while not self._stop.wait(every):
            self.show()


def describe(status: Status, *, elapsed_s: float, n_planned: int | None = None) -> str:
    """Put a status into one line: problems, samples, tokens, the engine's share, what is left."""
    engine = status.engine
    if not engine.n_requests:
        return f"starting ({elapsed_s:.0f} s)"
    done = status.n_done
    parts = [
        f"{done} problems" if n_planned is None else f"{done} of {n_planned} problems",
        f"{status.n_failed} failed" if status.n_failed else "",
        f"{engine.n_samples} samples",
        f"{engine.n_samples / engine.elapsed_s:.1f} samples/s" if engine.elapsed_s else "",
        f"{engine.tokens_per_s:.0f} tokens/s",
        f"engine {engine.busy_share:.0%} busy",
        f"{status.undecided_share:.0%} undecided",
    ]
    if n_planned is not None and 0 < done < n_planned:
        left_min = engine.elapsed_s / done * (n_planned - done) / 60
        parts.append(f"about {left_min:.0f} min left" if left_min >= 1 else "under a minute left")
    return " · ".join(part for part in parts if part)
