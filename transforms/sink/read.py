"""Reading a finished run back."""

from collections.abc import Iterator

from stepsmith.schemas.arrow import TRAJECTORIES
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.files import Files
from stepsmith.transforms.sink.layout import Layout
from stepsmith.transforms.sink.shards import read_shard


def read_trajectories(files: Files, root: str) -> Iterator[LabelledTrajectory]:
    """Read the rows of a finished run, shard by shard, in their order.

    Raises `UserError` where there is no run, or one that has not ended well.
    """
    layout = Layout(root=root.rstrip("/"), shards=1)
    paths = files.match(layout.every_shard("trajectories"))
    if not files.exists(layout.run):
        msg = f"{root} holds no run; give the folder that `stepsmith run` wrote to"
        raise UserError(msg)
    if not files.exists(layout.success):
        msg = f"the run in {root} has not ended well: run its recipe again to finish it"
        raise UserError(msg)
    for path in paths:
        yield from read_shard(files, path, TRAJECTORIES)
