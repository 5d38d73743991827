"""Committing the shards of a stage, and reading them back."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

import dataclasses
import io
from collections.abc import Mapping, Sequence
from typing import TypeVar

import pyarrow.parquet as pq

from stepsmith.schemas.arrow import Table
from stepsmith.schemas.errors import RunError
from stepsmith.transforms.files import Files
from stepsmith.transforms.sink.parquet import read_table, shard_bytes

R = TypeVar("R")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Footer:
    """What a shard file says of itself."""

    n_rows: int
    metadata: Mapping[str, str]


def write_shard(
    files: Files, path: str, table: Table[R], rows: Sequence[R], footer: Mapping[str, str]
) -> None:
    """Make a shard appear at `path`, whole or not at all."""
    files.write(path, shard_bytes(table, table.to_arrow(rows), footer=footer))


def write_or_remove(
    files: Files, path: str, table: Table[R], rows: Sequence[R], footer: Mapping[str, str]
) -> None:
    """Write a shard of a table that may be empty; then no file may be left from an earlier try."""
    if rows:
        write_shard(files, path, table, rows, footer)
    else:
        files.delete(path)


def read_shard(files: Files, path: str, table: Table[R]) -> list[R]:
    """Read the rows of a shard."""
    with files.open_read(path) as file:
        return table.from_arrow(read_table(file.read()))


def read_footer(files: Files, path: str) -> Footer:
    """Read what a shard file says of itself; raises `RunError` for a file that is not ours."""
    with files.open_read(path) as file:
        try:
            metadata = pq.read_metadata(io.BytesIO(file.read()))
        except (OSError, ValueError) as error:
            msg = f"{path} is no Parquet file of ours: {error}"
            raise RunError(msg) from error
    pairs = {key.decode(): value.decode() for key, value in (metadata.metadata or {}).items()}
    return Footer(n_rows=metadata.num_rows, metadata=pairs)
