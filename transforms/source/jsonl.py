"""One JSON object a line."""

import re
from collections.abc import Iterator
from typing import IO, cast

import msgspec

from stepsmith.transforms.source.base import Source, source
from stepsmith.transforms.source.fields import FieldMap
from stepsmith.transforms.source.rows import BadRow, Row, RowError
from stepsmith.transforms.source.table import TableSource, as_paths

MAX_LINE_BYTES = 64 * 2**20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_AT_BYTE = re.compile(r" \(byte (\d+)\)$")


@source("jsonl")
def jsonl(
    *,
    path: str | tuple[str, ...],
    fields: dict[str, str] | None = None,
    domain: str = "",
    name: str = "",
    limit: int | None = None,
    require_answer: bool = True,
) -> Source:
    """Read JSON Lines files (also gzipped), one problem a line."""
    return TableSource(
        paths=as_paths(path),
        rows=read_jsonl,
        fields=FieldMap(columns=fields or {}, domain=domain, require_answer=require_answer),
        name=name,
        limit=limit,
    )


def read_jsonl(file: IO[bytes]) -> Iterator[Row | BadRow]:
    """Read the rows of one file; blank lines are counted, and skipped."""
    for number, line in enumerate(_lines(file), start=1):
        content = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if not content.strip():
            continue
        try:
            yield Row(line=number, values=_parse(content), raw=content)
        except RowError as error:
            yield BadRow(line=number, error=error, raw=content)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Split at line feeds, keeping no more of an endless line than shows what it is."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            yield line
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
        else:
            yield line


def _parse(line: bytes) -> dict[str, object]:
    if len(line) > MAX_LINE_BYTES:
        msg = f"the line is longer than {MAX_LINE_BYTES} bytes"
        raise RowError(msg, kind="TooLong")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        msg = f"not UTF-8: byte {line[error.start]:#04x} at position {error.start + 1} of the line"
        raise RowError(msg, kind="NotUtf8") from None
    try:
        value = cast("object", msgspec.json.decode(text))
    except RecursionError:
        msg = "bad JSON: nested too deeply"
        raise RowError(msg, kind="BadJson") from None
    except msgspec.DecodeError as error:
        raise RowError(_explain(error, line), kind="BadJson") from None
    if not isinstance(value, dict):
        msg = f"the line holds {_kind(value)}; it must be one JSON object"
        raise RowError(msg, kind="WrongType")
    return cast("dict[str, object]", value)


def _explain(error: msgspec.DecodeError, line: bytes) -> str:
    at = _AT_BYTE.search(str(error))
    reason = _AT_BYTE.sub("", str(error)).removeprefix("JSON is malformed: ")
    # An error without a place stands at the end, where more was expected; one of trailing
    # characters gives the place after the first of them.
    end = len(line.rstrip()) if at is None else int(at[1]) - reason.startswith("trailing")
    column = len(line[:end].decode("utf-8", errors="replace")) + 1
    return f"bad JSON at column {column}: {reason}"


_KINDS: dict[type, str] = {list: "an array", str: "a string", type(None): "null"}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number or truth value")
