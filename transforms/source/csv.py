"""Comma-separated files with a header, one problem a record."""

import csv as csv_module
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import IO

from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.fields import FieldMap
from stepsmith.transforms.source.rows import BadRow, Row, RowError
from stepsmith.transforms.source.table import TableSource, as_paths

_MAX_FIELD_CHARACTERS = 64 * 2**20


@source("csv")
def csv(
    *,
    path: str | tuple[str, ...],
    delimiter: str = ",",
    fields: dict[str, str] | None = None,
    domain: str = "",
    name: str = "",
    limit: int | None = None,
    require_answer: bool = True,
) -> Source:
    """Read CSV files with a header line (also gzipped), one problem a record."""
    if len(delimiter) != 1:
        msg = f"delimiter = {delimiter!r}: it is one character"
        raise RecipeError(msg)
    return TableSource(
        paths=as_paths(path),
        rows=partial(read_csv, delimiter=delimiter),
        fields=FieldMap(columns=fields or {}, domain=domain, require_answer=require_answer),
        name=name,
        limit=limit,
    )


def read_csv(file: IO[bytes], *, delimiter: str = ",") -> Iterator[Row | BadRow]:
    """Read the records of one file; a record's line is the one on which it begins."""
    # The module's own limit of 131,072 characters is shorter than real prompts.
    csv_module.field_size_limit(_MAX_FIELD_CHARACTERS)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _read_records(text, delimiter)
    finally:
        # The file is the caller's to close.
        text.detach()


def _read_records(text: Iterable[str], delimiter: str) -> Iterator[Row | BadRow]:
    written: list[str] = []
    reader = csv_module.reader(_remember(text, written), delimiter=delimiter, strict=True)
    header: Sequence[str] = ()
    while True:
        line = reader.line_num + 1
        written.clear()
        try:
            values = next(reader, None)
        except csv_module.Error as error:
            yield _bad(line, written, RowError(f"bad CSV: {error}", kind="BadCsv"))
            continue
        if values is None:
            return
        if values and not header:
            header = values
        elif values:
            yield _row(line, header, values, written)


def _remember(lines: Iterable[str], written: list[str]) -> Iterator[str]:
    for line in lines:
        written.append(line)
        yield line


def _row(
    line: int, header: Sequence[str], values: Sequence[str], written: Sequence[str]
) -> Row | BadRow:
    if len(values) != len(header):
        msg = f"the record has {len(values)} values, the header names {len(header)}"
        return _bad(line, written, RowError(msg, kind="WrongColumns"))
    for column, value in zip(header, values, strict=True):
        if not _is_unicode(value):
            msg = f"{column!r} is not UTF-8"
            return _bad(line, written, RowError(msg, kind="NotUtf8", field=column))
    return Row(line=line, values=dict(zip(header, values, strict=True)), raw=_bytes(written))


def _bad(line: int, written: Sequence[str], error: RowError) -> BadRow:
    return BadRow(line=line, error=error, raw=_bytes(written))


def _bytes(written: Sequence[str]) -> bytes:
    return "".join(written).encode("utf-8", errors="surrogateescape")


def _is_unicode(value: str) -> bool:
    # `surrogateescape` read undecodable bytes as lone surrogates.
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
