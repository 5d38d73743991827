"""Folders of finished runs, written without running anything."""

from collections.abc import Sequence
from pathlib import Path

from stepsmith.schemas import LabelledTrajectory, Pair
from stepsmith.schemas.arrow import PAIRS, TRAJECTORIES
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.sink.layout import Layout, shard_of
from stepsmith.transforms.sink.shards import write_or_remove, write_shard


def finished_run(
    folder: Path,
    rows: Sequence[LabelledTrajectory],
    *,
    pairs: Sequence[Pair] = (),
    shards: int = 2,
) -> str:
    """Write the rows and pairs as a run that ended well; returns its root."""
    layout, files = Layout(root=str(folder), shards=shards), LocalFiles()
    files.write(layout.run, b"{}")
    for index in range(shards):
        here = [row for row in rows if shard_of(row.problem.id, shards) == index]
        write_shard(files, layout.shard("trajectories", index), TRAJECTORIES, here, footer={})
        paired = [pair for pair in pairs if shard_of(pair.problem_id, shards) == index]
        write_or_remove(files, layout.shard("pairs", index), PAIRS, paired, footer={})
    files.write(layout.success, b"")
    return layout.root
