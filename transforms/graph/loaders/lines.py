"""Rows of text files: split into fields, and rejected by file, line and field."""

import dataclasses
from codecs import BOM_UTF8
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.triples import RejectedRow

_BATCH = 50_000
_DELIMITERS = ("\t", "|", ",", ";", " ")


def read_rows(
    path: Path,
    fields: Sequence[str],
    *,
    delimiter: str = "\t",
    skip: int = 0,
    required: Sequence[str] | None = None,
    allowed: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Iterator[list[tuple[str, ...]] | RejectedRow]:
    """Read a file's rows in batches, in the order of `fields`, and each row that is none.

    A row has exactly these fields, none of the `required` ones, all if not given, is empty, and
    those that `allowed` names have one of its values. An empty line is no row, nor are the first
    `skip` lines.
    """
    form = _Form(path, fields, required or fields, delimiter, allowed)
    try:
        with path.open("rb") as file:
            if file.read(len(BOM_UTF8)) != BOM_UTF8:  # it would be a part of the first name
                file.seek(0)
            lines = enumerate(file, 1)
            for _ in islice(lines, skip):
                pass
            while batch := list(islice(lines, _BATCH)):
                yield from _split(batch, form)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise GraphError(msg) from None


def read_text(path: Path) -> str:
    """Read a file as a whole; raises `GraphError` where it cannot be."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"{path} cannot be read: {why}"
        raise GraphError(msg) from None


class _Form(NamedTuple):
    path: Path
    fields: Sequence[str]
    required: Sequence[str]
    delimiter: str
    allowed: Mapping[str, Collection[str]]


def _split(
    lines: list[tuple[int, bytes]], form: _Form
) -> Iterator[list[tuple[str, ...]] | RejectedRow]:
    rows: list[tuple[str, ...]] = []
    for number, line in lines:
        row = _row(line, form)
        if isinstance(row, tuple):
            rows.append(row)
        elif row is not None:
            yield RejectedRow(file=str(form.path), line=number, field=row.field, why=row.why)
    if rows:
        yield rows


@dataclasses.dataclass(frozen=True, slots=True)
class _Fault:
    field: str
    why: str


def _row(line: bytes, form: _Form) -> tuple[str, ...] | _Fault | None:
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        return _Fault("the row", f"byte {error.start + 1} is no UTF-8")
    if not text.strip():
        return None
    row = tuple(field.strip() for field in text.split(form.delimiter))
    if len(row) != len(form.fields):
        return _Fault("the row", _miscounted(text, row, form))
    if row[0].casefold() == form.fields[0] and tuple(map(str.casefold, row)) == (*form.fields,):
        return _Fault(
            "the row", "it names the fields and is no fact; --set skip_lines=1 leaves it out"
        )
    if "" in row or form.allowed:
        return _faulty_field(row, form) or row
    return row


def _miscounted(text: str, row: Sequence[str], form: _Form) -> str:
    """Say how many fields a row has, and what would split it into as many as it should have."""
    wanted = len(form.fields)
    count = "1 field" if len(row) == 1 else f"{len(row)} fields"
    why = f"it has {count} and not {wanted} ({', '.join(form.fields)})"
    other = next((each for each in _DELIMITERS if len(text.split(each)) == wanted), None)
    return why if other is None or len(row) != 1 else f"{why}; split at {other!r} it has {wanted}"


def _faulty_field(row: tuple[str, ...], form: _Form) -> _Fault | None:
    for field, value in zip(form.fields, row, strict=True):
        if not value and field in form.required:
            return _Fault(field, "it is empty")
        allowed = form.allowed.get(field)
        if allowed is not None and value not in allowed:
            return _Fault(field, f"{value!r}, allowed: {', '.join(allowed)}")
    return None
