"""How far a worker process is: a small file that it rewrites, for whoever shows the progress.

Beam's own metrics are visible only when a local run has ended.
"""

import dataclasses
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.records import ErrorRecord
from stepsmith.transforms.drive.driver import Solved
from stepsmith.transforms.policy.meter import EngineUsage


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShardStatus:
    """How the search of one shard got on, from where it began."""

    n_solved: int = 0
    n_failed: int = 0
    n_rows: int = 0
    n_undecided: int = 0

    @property
    def n_done(self) -> int:
        """How many problems are searched, whatever came of it."""
        return self.n_solved + self.n_failed

    def after(self, result: Solved | ErrorRecord) -> "ShardStatus":
        """Return the status with one more search ended."""
        if isinstance(result, ErrorRecord):
            return dataclasses.replace(self, n_failed=self.n_failed + 1)
        undecided = sum(row.outcome.outcome == "undecided" for row in result.result.rows)
        return dataclasses.replace(
            self,
            n_solved=self.n_solved + 1,
            n_rows=self.n_rows + len(result.result.rows),
            n_undecided=self.n_undecided + undecided,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Status:
    """What one process, or all of them together, did in this run.

    Problems are counted by shard: one whose process died, or whose bundle failed, is searched again
    from its first problem, by any process. `engine` is the run's own policy's, `policies` holds the
    further ones that were asked.
    """

    shards: Mapping[int, ShardStatus] = dataclasses.field(default_factory=dict[int, ShardStatus])
    engine: EngineUsage = dataclasses.field(default_factory=EngineUsage)
    policies: Mapping[str, EngineUsage] = dataclasses.field(default_factory=dict[str, EngineUsage])

    @property
    def n_done(self) -> int:
        """How many problems are searched, each counted once."""
        return sum(shard.n_done for shard in self.shards.values())

    @property
    def n_failed(self) -> int:
        """How many of them failed."""
        return sum(shard.n_failed for shard in self.shards.values())

    @property
    def undecided_share(self) -> float:
        """The share of the rows whose outcome is undecided; 0 where there is no row."""
        n_rows = sum(shard.n_rows for shard in self.shards.values())
        return sum(shard.n_undecided for shard in self.shards.values()) / n_rows if n_rows else 0.0

    def begun(self, shard: int) -> "Status":
        """Return the status with the search of a shard at its beginning, maybe not the first."""
        return dataclasses.replace(self, shards={**self.shards, shard: ShardStatus()})

    def after(self, shard: int, result: Solved | ErrorRecord) -> "Status":
        """Return the status with one more search of a shard ended."""
        now = self.shards.get(shard, ShardStatus()).after(result)
        return dataclasses.replace(self, shards={**self.shards, shard: now})


def write_status(folder: Path, status: Status) -> None:
    """Replace this process's file; a reader sees the old one or the whole new one."""
    folder.mkdir(parents=True, exist_ok=True)
    process = f"{socket.gethostname()}-{os.getpid()}"
    path = folder / f"{process}.json"
    # Named like every half-written file of a run: what a killed process leaves of it is removed.
    temporary = folder / f"tmp-{process}.tmp"
    temporary.write_bytes(msgspec.json.encode(status))
    temporary.replace(path)


def read_status(folder: Path) -> Status:
    """Add up the files of all processes; what cannot be read counts nothing."""
    return add_up(
        msgspec.json.decode(path.read_bytes(), type=known(Status)) for path in folder.glob("*.json")
    )


def add_up(statuses: Iterable[Status]) -> Status:
    """Add up several processes.

    A shard is as far as the process that got furthest with it: what another did of it before it
    died is done again. They ran side by side: their engine's time is the longest one's.
    """
    every = list(statuses)
    names = sorted({name for status in every for name in status.policies})
    return Status(
        shards=_furthest(every),
        engine=_add_up_engines([status.engine for status in every]),
        policies={
            name: _add_up_engines(
                [status.policies[name] for status in every if name in status.policies]
            )
            for name in names
        },
    )


def _furthest(statuses: Iterable[Status]) -> dict[int, ShardStatus]:
    shards: dict[int, ShardStatus] = {}
    for status in statuses:
        for index, shard in status.shards.items():
            if index not in shards or shards[index].n_done < shard.n_done:
                shards[index] = shard
    return shards


def _add_up_engines(engines: Sequence[EngineUsage]) -> EngineUsage:
    totals = {
        field.name: sum(getattr(engine, field.name) for engine in engines)
        for field in dataclasses.fields(EngineUsage)
    }
    longest = max(engines, key=lambda engine: engine.busy_s, default=EngineUsage())
    return EngineUsage(**totals | {"elapsed_s": longest.elapsed_s, "busy_s": longest.busy_s})
