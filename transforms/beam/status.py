"""How far a worker process is: a small file that it rewrites, for whoever shows the progress.

Beam's own metrics are visible only when a local run has ended.
"""

import dataclasses
import os
import socket
from collections.abc import Iterable
from pathlib import Path

import msgspec

from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.policy.meter import EngineUsage
from stepsmith.transforms.search.driver import Solved


@dataclasses.dataclass(frozen=True, kw_only=True)
class Status:
    """What one process, or all of them together, did in this run."""

    n_solved: int = 0
    n_failed: int = 0
    n_rows: int = 0
    n_undecided: int = 0
    engine: EngineUsage = dataclasses.field(default_factory=EngineUsage)

    def after(self, result: Solved | ErrorRecord) -> "Status":
        """Return the status with one more search ended."""
        if isinstance(result, ErrorRecord):
            return dataclasses.replace(self, n_failed=self.n_failed + 1)
        undecided = sum(row.outcome.outcome == "undecided" for row in result.rows)
        return dataclasses.replace(
            self,
            n_solved=self.n_solved + 1,
            n_rows=self.n_rows + len(result.rows),
            n_undecided=self.n_undecided + undecided,
        )


def write_status(folder: Path, status: Status) -> None:
    """Replace this process's file; a reader sees the old one or the whole new one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{socket.gethostname()}-{os.getpid()}.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(msgspec.json.encode(status))
    temporary.replace(path)


def read_status(folder: Path) -> Status:
    """Add up the files of all processes; what cannot be read counts nothing."""
    return add_up(
        msgspec.json.decode(path.read_bytes(), type=Status) for path in folder.glob("*.json")
    )


def add_up(statuses: Iterable[Status]) -> Status:
    """Add up several processes. They ran side by side: their engine's time is the longest one's."""
    every = list(statuses)
    engines = [status.engine for status in every]
    if not every:
        return Status()
    totals = {
        field.name: sum(getattr(engine, field.name) for engine in engines)
        for field in dataclasses.fields(EngineUsage)
    }
    longest = max(engines, key=lambda engine: engine.busy_s)
    totals |= {"elapsed_s": longest.elapsed_s, "busy_s": longest.busy_s}
    return Status(
        n_solved=sum(status.n_solved for status in every),
        n_failed=sum(status.n_failed for status in every),
        n_rows=sum(status.n_rows for status in every),
        n_undecided=sum(status.n_undecided for status in every),
        engine=EngineUsage(**totals),
    )
