"""Columns of Parquet files, and the rows in which one is empty."""

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stepsmith.schemas.errors import suggest
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.triples import RejectedRow

_BATCH = 1 << 20


def read_columns(path: Path, fields: Sequence[str]) -> Iterator[tuple[Any, ...] | RejectedRow]:
    """Read columns as arrays, a batch at a time; a row's line is its number from 1.

    A row with a null or an empty string is rejected.
    """
    # pyarrow ships no types, and is not loaded by who only lists the formats.
    pa: Any = importlib.import_module("pyarrow")
    pq: Any = importlib.import_module("pyarrow.parquet")

    done = 0
    try:
        with pq.ParquetFile(path) as file:
            _check(path, file.schema_arrow.names, fields)
            for batch in file.iter_batches(_BATCH, columns=list(fields)):
                columns = [batch.column(field).cast(pa.large_string()) for field in fields]
                yield from _split(path, fields, columns, done)
                done += batch.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        msg = f"{path} cannot be read after row {done}: {error}"
        raise GraphError(msg) from None


def _check(path: Path, names: Sequence[str], fields: Sequence[str]) -> None:
    for field in fields:
        if field not in names:
            msg = f"{path} has no column {field!r}; {suggest(field, names)}"
            raise GraphError(msg)


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
