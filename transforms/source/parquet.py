"""Parquet files, one problem a row."""

import importlib
from collections.abc import Iterator
from typing import IO, Any

from stepsmith.schemas.errors import SourceError
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.fields import FieldMap
from stepsmith.transforms.source.rows import BadRow, Row
from stepsmith.transforms.source.table import TableSource, as_paths

_BATCH_ROWS = 1_024


@source("parquet")
def parquet(
    *,
    path: str | tuple[str, ...],
    fields: dict[str, str] | None = None,
    domain: str = "",
    name: str = "",
    limit: int | None = None,
    require_answer: bool = True,
) -> Source:
    """Read Parquet files, one problem a row; a line number is the row's, from 1."""
    return TableSource(
        paths=as_paths(path),
        rows=read_parquet,
        fields=FieldMap(columns=fields or {}, domain=domain, require_answer=require_answer),
        name=name,
        limit=limit,
    )


def read_parquet(file: IO[bytes]) -> Iterator[Row | BadRow]:
    """Read the rows of one file, a batch at a time."""
    # pyarrow ships no types; and nobody who only lists the sources should wait for it.
    arrow: Any = importlib.import_module("pyarrow")
    parquet_module: Any = importlib.import_module("pyarrow.parquet")
    number = 0
    try:
        table = parquet_module.ParquetFile(file)
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            for values in batch.to_pylist():
                number += 1
                yield Row(line=number, values=values)
    except arrow.ArrowInvalid as error:
        msg = f"not a whole Parquet file, after row {number}: {error}"
        raise SourceError(msg) from None
