"""Columns of Parquet files, and the rows in which one is empty."""

import importlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stepsmith.schemas.errors import suggest
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.triples import RejectedRow

_BATCH = 1 << 20
_MARK = b"PAR1"
"""What every Parquet file begins and ends with."""
_INSTEAD = {
    (True, True): "is damaged: what it says of its columns cannot be read",
    (True, False): "is cut off: it begins as a Parquet file and does not end as one",
    (False, True): "is no Parquet file, or one without its beginning",
    (False, False): "is no Parquet file",
}


def read_columns(path: Path, fields: Sequence[str]) -> Iterator[tuple[Any, ...] | RejectedRow]:
    """Read columns as arrays, a batch at a time; a row's line is its number from 1.

    A row with a null or an empty string is rejected.
    """
    # pyarrow ships no types, and is not loaded by who only lists the formats.
    pa: Any = importlib.import_module("pyarrow")

    done = 0
    try:
        with _opened(path) as file:
            _check(path, file.schema_arrow, fields)
            for batch in file.iter_batches(_BATCH, columns=list(fields)):
                columns = [_text(path, field, batch.column(field), done) for field in fields]
                yield from _split(path, fields, columns, done)
                done += batch.num_rows
    except (pa.ArrowException, OSError):
        msg = f"{path} is damaged: what follows its row {done} cannot be read; write it anew"
        raise GraphError(msg) from None


def _opened(path: Path) -> Any:
    """Open a Parquet file; raises `GraphError` with what it is instead."""
    pa: Any = importlib.import_module("pyarrow")
    pq: Any = importlib.import_module("pyarrow.parquet")
    try:
        with path.open("rb") as file:
            begins = file.read(len(_MARK)) == _MARK
            file.seek(-min(len(_MARK), path.stat().st_size), os.SEEK_END)
            ends = file.read() == _MARK
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; allowed: Parquet files"
        raise GraphError(msg) from None
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        msg = f"{path} {_INSTEAD[begins, ends]}; allowed: whole Parquet files"
        raise GraphError(msg) from None


def _check(path: Path, schema: Any, fields: Sequence[str]) -> None:
    pa: Any = importlib.import_module("pyarrow")
    for field in fields:
        if field not in schema.names:
            msg = f"{path} has no column {field!r}; {suggest(field, schema.names)}"
            raise GraphError(msg)
        kind = schema.field(field).type
        if pa.types.is_nested(kind):
            msg = f"{path}, column {field!r} holds {kind}; allowed: text, or numbers"
            raise GraphError(msg)


def _text(path: Path, field: str, column: Any, done: int) -> Any:
    """Return a column as text; raises `GraphError` with the row that cannot be."""
    pa: Any = importlib.import_module("pyarrow")
    try:
        return column.cast(pa.large_string())
    except pa.ArrowInvalid:
        for row, value in enumerate(column.to_pylist(), done + 1):
            if isinstance(value, bytes) and not _is_text(value):
                msg = f"{path}, row {row}, column {field!r} is no UTF-8: {value[:20]!r}"
                raise GraphError(msg) from None
        raise


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _split(
    path: Path, fields: Sequence[str], columns: Sequence[Any], done: int
) -> Iterator[tuple[Any, ...] | RejectedRow]:
    pc: Any = importlib.import_module("pyarrow.compute")

    bad: Any = None
    for field, column in zip(fields, columns, strict=True):
        empty = pc.fill_null(pc.equal(column, ""), fill_value=True)
        bad = empty if bad is None else pc.or_(bad, empty)
        for row in pc.indices_nonzero(empty).to_pylist():
            why = "null" if column[row].as_py() is None else "empty"
            yield RejectedRow(file=str(path), line=done + row + 1, field=field, why=why)
    kept = pc.invert(bad)
    yield tuple(column.filter(kept) for column in columns)
