"""One shard of a table as the bytes of one Parquet file: the same rows give the same bytes."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

import io
from collections.abc import Iterable, Mapping
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from stepsmith.schemas.arrow import Table

R = TypeVar("R")

ROW_GROUP_BYTES = 24 << 20
"""Uncompressed bytes a row group: readers of the Hub want 16 to 32 MB."""


def shard_bytes(table: Table[R], data: pa.Table, *, footer: Mapping[str, str]) -> bytes:
    """Encode rows, sorted by the table's order, as a Parquet file.

    `footer` goes into the file's key-value metadata, beside the schema's name and version. It must
    hold nothing that differs between two runs of one recipe: no times, hosts or paths.
    """
    data = data.sort_by([(column, "ascending") for column in table.order])
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        data.schema,
        compression="zstd",
        compression_level=3,
        write_page_index=True,
        use_content_defined_chunking=True,
        # Readers infer plain types from the file; an embedded Arrow schema adds nothing to them.
        store_schema=False,
    ) as writer:
        if data.num_rows:  # `datasets` cannot read a row group without rows
            writer.write_table(data, row_group_size=_rows_in_group(data))
        writer.add_key_value_metadata(
            {"schema": table.name, "schema_version": table.version, **footer}
        )
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read_table(data: bytes) -> pa.Table:
    """Read a Parquet file whole, in this thread.

    The readers' thread pools are still alive when the interpreter ends, and then abort it at times.
    """
    return pq.ParquetFile(io.BytesIO(data), pre_buffer=False).read(use_threads=False)


def to_message(data: pa.Table) -> bytes:
    """Encode rows to travel between two stages: a copy of their columns."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, data.schema) as writer:
        writer.write_table(data)
    message: bytes = sink.getvalue().to_pybytes()
    return message


def from_messages(messages: Iterable[bytes]) -> pa.Table:
    """Put the rows of several messages behind one another."""
    return pa.concat_tables(pa.ipc.open_stream(message).read_all() for message in messages)


def _rows_in_group(data: pa.Table) -> int:
    rows: int = ROW_GROUP_BYTES * data.num_rows // max(1, data.nbytes)
    return max(1, rows)
