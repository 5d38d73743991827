"""Where the files of a run stand.

    run.json                                       what was asked: written first
    trajectories/train-00000-of-00008.parquet      the data set: one row a trajectory
    rollouts/train-00000-of-00008.parquet          every reply that was paid for
    errors/search-00000-of-00008.parquet           what failed, a file a stage and shard
    searched/train-00000-of-00008.parquet          rows before step verdicts and labels
    journal/00000-of-00008.journal                 replies of unfinished shards
    plan.json                                      how many problems each shard has
    status/                                        what each process is at, while it runs
    _MANIFEST.json, _SUCCESS                       counts and checksums, then the mark

A shard is finished when its file of the stage's own table is there; it is written after all else
of that shard.
"""

import dataclasses
import hashlib


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layout:
    """The paths of one run. `root` may be local or remote; shards count from 0."""

    root: str
    shards: int

    @property
    def run(self) -> str:
        """The file that says what was asked."""
        return f"{self.root}/run.json"

    @property
    def plan(self) -> str:
        """The file that says how many problems each shard has."""
        return f"{self.root}/plan.json"

    @property
    def status(self) -> str:
        """The folder in which each process says how far it is."""
        return f"{self.root}/status"

    @property
    def manifest(self) -> str:
        """The file that says what there is."""
        return f"{self.root}/_MANIFEST.json"

    @property
    def success(self) -> str:
        """The mark of a run that ended well; readers demand it."""
        return f"{self.root}/_SUCCESS"

    def shard(self, table: str, index: int, *, split: str = "train") -> str:
        """Return the file of one shard of a table."""
        return f"{self.root}/{table}/{split}-{index:05d}-of-{self.shards:05d}.parquet"

    def every_shard(self, table: str) -> str:
        """Return the glob over all files of a table, whatever their shard count."""
        return f"{self.root}/{table}/*-of-*.parquet"

    def journal(self, index: int) -> str:
        """Return the journal of one shard."""
        return f"{self.root}/journal/{index:05d}-of-{self.shards:05d}.journal"


def shard_of(problem_id: str, shards: int) -> int:
    """Return the shard of a problem: stable over runs, machines and Python versions."""
    digest = hashlib.blake2b(problem_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % shards
