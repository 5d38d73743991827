"""Reading a finished run back."""

from collections.abc import Iterator
from typing import TypeVar

from stepsmith.schemas.arrow import TRAJECTORIES, Table
from stepsmith.schemas.errors import UserError
from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.files import Files
from stepsmith.transforms.sink.layout import Layout
from stepsmith.transforms.sink.shards import read_shard

R = TypeVar("R")


def read_trajectories(files: Files, root: str) -> Iterator[LabelledTrajectory]:
    """Read the rows of a finished run, shard by shard, in their order.

    Raises `UserError` where there is no run, or one that has not ended well.
    """
    return read_rows(files, root, TRAJECTORIES)


def read_rows(files: Files, root: str, table: Table[R]) -> Iterator[R]:
    """Read the records of one table of a finished run, shard by shard, in their order.

    A table that the run did not fill has no shards, and so no records. Raises `UserError` where
    there is no run, or one that has not ended well.
    """
    layout = Layout(root=root.rstrip("/"), shards=1)
    paths = files.match(layout.every_shard(table.name))
    if not files.exists(layout.run):
        msg = f"{root} holds no run; give the folder that `stepsmith run` wrote to"
        raise UserError(msg)
    if not files.exists(layout.success):
        msg = f"the run in {root} has not ended well: run its recipe again to finish it"
        raise UserError(msg)
    for path in paths:
        yield from read_shard(files, path, table)
