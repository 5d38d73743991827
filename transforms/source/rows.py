"""What a reader of tables hands on: rows, and what is left of a row that could not be read."""

import dataclasses
from collections.abc import Mapping

import msgspec

from stepsmith.schemas.errors import ProblemError
from stepsmith.schemas.records import ErrorRecord

MAX_INPUT = 2_000
"""How many characters of a rejected row are kept in its error record."""


class RowError(ProblemError):
    """A row that cannot become a problem; `kind` and `field` go into its error record."""

    def __init__(self, message: str, *, kind: str, field: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.field = field


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row, by column; `line` counts from 1, `raw` is how it was written, where it was text."""

    line: int
    values: Mapping[str, object]
    raw: bytes | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that its format's reader rejected."""

    line: int
    error: RowError
    raw: bytes


def reject(row: Row | BadRow, error: RowError, *, location: str) -> ErrorRecord:
    """Make the error record of one row."""
    return ErrorRecord(
        stage="source",
        kind=error.kind,
        message=str(error),
        location=location,
        line=row.line,
        field=error.field,
        input=_shown(row),
    )


def _shown(row: Row | BadRow) -> str:
    if row.raw is not None:
        # One character takes at most four bytes.
        text = row.raw[: 4 * MAX_INPUT].decode("utf-8", errors="backslashreplace")
    else:
        assert isinstance(row, Row)  # noqa: S101 - only a row has no raw form
        text = _as_json(row.values)
    return text[:MAX_INPUT].rstrip("\r\n")


def _as_json(values: Mapping[str, object]) -> str:
    try:
        return msgspec.json.encode(values, enc_hook=repr).decode()
    except (UnicodeEncodeError, TypeError):
        return repr(values).encode("utf-8", errors="backslashreplace").decode()
