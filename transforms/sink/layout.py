"""Where the files of a run stand.

    run.json                                       what was asked: written first
    trajectories/train-00000-of-00008.parquet      the data set: one row a trajectory
    rollouts/train-00000-of-00008.parquet          every reply that was paid for
    trees/train-00000-of-00008.parquet             the search trees: one row a node
    pairs/train-00000-of-00008.parquet             continuations of one prefix, the better one first
    mutations/train-00000-of-00008.parquet         edited programs, and what running them showed
    counterfactuals/train-00000-of-00008.parquet   chains of facts made wrong, and why they are
    evidence/train-00000-of-00008.parquet          claims about cases, and what supports them
    errors/search-00000-of-00008.parquet           what failed, a file a stage and shard
    searched/train-00000-of-00008.parquet          rows before step verdicts and labels
    judged/train-00000-of-00008.parquet            rows with step verdicts, before labels
    pilot/train-00000-of-00008.parquet             replies to the problems searched first
    journal/00000-of-00008.journal                 replies of unfinished shards
    retry/decided.json                             which problems a retry begins with, until it does
    retry/00000-of-00008.json                      which problems are searched again
    retry/searched-00000-of-00008.parquet          what their shard held before
    plan.json                                      how many problems each shard has
    pilot.json                                     what the strategy fitted to the pilot
    prior.json                                     what the labeler fitted to the whole run
    estimate.json                                  what the run was expected to cost, beforehand
    status/                                        what each process is at, while it runs
    _MANIFEST.json, _SUCCESS                       counts and checksums, then the mark

A shard is finished when its file of the stage's own table is there; it is written after all else
of that shard.
"""

import dataclasses
import glob
import hashlib

_HALF_WRITTEN = "tmp*.tmp"


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
    def prior(self) -> str:
        """The file of what the labeler fitted to the whole run, if it fits anything."""
        return f"{self.root}/prior.json"

    @property
    def pilot(self) -> str:
        """The file of what the strategy fitted to the pilot's problems, if it fits anything."""
        return f"{self.root}/pilot.json"

    @property
    def estimate(self) -> str:
        """The file that says what the run was expected to cost, if anyone asked beforehand."""
        return f"{self.root}/estimate.json"

    @property
    def status(self) -> str:
        """The folder in which each process says how far it is."""
        return f"{self.root}/status"

    @property
    def every_status(self) -> str:
        """The glob over what the processes say there."""
        return f"{self._here}/status/*.json"

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
        return f"{self._here}/{table}/*-of-*.parquet"

    @property
    def half_written(self) -> tuple[str, ...]:
        """The globs over files that a process was writing when it was killed."""
        return f"{self._here}/{_HALF_WRITTEN}", f"{self._here}/*/{_HALF_WRITTEN}"

    @property
    def retry_decided(self) -> str:
        """The file that begins a retry: which problems of which shards are searched again."""
        return f"{self.root}/retry/decided.json"

    def retry(self, index: int) -> str:
        """Return the file that says which problems of a shard are searched again."""
        return f"{self.root}/retry/{index:05d}-of-{self.shards:05d}.json"

    @property
    def every_retry(self) -> str:
        """The glob over those files."""
        return f"{self._here}/retry/*-of-*.json"

    def former(self, table: str, index: int) -> str:
        """Return the copy of a shard as it was before problems of it were searched again."""
        return f"{self.root}/retry/{table}-{index:05d}-of-{self.shards:05d}.parquet"

    @property
    def every_former(self) -> str:
        """The glob over those copies."""
        return f"{self._here}/retry/*-of-*.parquet"

    def journal(self, index: int) -> str:
        """Return the journal of one shard."""
        return f"{self.root}/journal/{index:05d}-of-{self.shards:05d}.journal"

    @property
    def _here(self) -> str:
        """The root in globs: a bracket in the name of a folder means itself."""
        return glob.escape(self.root)


def shard_of(problem_id: str, shards: int) -> int:
    """Return the shard of a problem: stable over runs, machines and Python versions."""
    digest = hashlib.blake2b(problem_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % shards
