"""Exported rows as the bytes of one file: JSON lines, or Parquet of a declared schema."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown. It is imported
# late: this module is scanned for formats, and naming them must not cost its import.

import dataclasses
import itertools
import typing
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_IN_GROUP = 10_000
"""About 20 MB of solutions: readers of the Hub want 16 to 32 MB a row group."""

Encoder = Callable[[Iterable[Any], type], bytes]


def to_jsonl(rows: Iterable[Any], kind: type) -> bytes:  # noqa: ARG001 - one signature for all
    """Encode rows as one JSON object a line."""
    encoder = msgspec.json.Encoder()
    data = bytearray()
    for row in rows:
        data += encoder.encode(row)
        data += b"\n"
    return bytes(data)


def to_parquet(rows: Iterable[Any], kind: type) -> bytes:
    """Encode rows of the dataclass `kind` as a Parquet file; the same rows give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from stepsmith.schemas.columns import to_array

    schema = row_schema(kind)
    sink = pa.BufferOutputStream()
    remaining = iter(rows)
    with pq.ParquetWriter(sink, schema, compression="zstd", store_schema=False) as writer:
        while group := list(itertools.islice(remaining, ROWS_IN_GROUP)):
            columns = [to_array([*map(attrgetter(f.name), group)], f.type) for f in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    content: bytes = sink.getvalue().to_pybytes()
    return content


ENCODERS: dict[str, Encoder] = {".jsonl": to_jsonl, ".parquet": to_parquet}
"""By the ending of the file's name."""


def row_schema(kind: type) -> "pa.Schema":
    """Return the Arrow schema that a row's fields declare; never inferred from rows."""
    import pyarrow as pa

    hints = typing.get_type_hints(kind)
    return pa.schema([_field(f.name, hints[f.name]) for f in dataclasses.fields(kind)])


def _field(name: str, hint: object) -> "pa.Field":
    import pyarrow as pa

    options = [other for other in typing.get_args(hint) if other is not type(None)]
    nullable = type(None) in typing.get_args(hint)
    return pa.field(name, _arrow_type(options[0] if nullable else hint), nullable=nullable)


def _arrow_type(hint: object) -> "pa.DataType":
    import pyarrow as pa

    plain = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    if hint in plain:
        return plain[hint]
    if typing.get_origin(hint) is tuple:
        return pa.list_(_arrow_type(typing.get_args(hint)[0]))
    msg = f"an exported column cannot be {hint}; allowed: str, bool, int, float, tuples of them"
    raise TypeError(msg)
