"""The rows of a file of labels: JSON Lines, JSON or Parquet, also gzipped."""

import gzip
import io
import posixpath
import zlib
from collections.abc import Iterator
from typing import IO, cast

import msgspec

from stepsmith.pipelines.audit.fields import kind_of
from stepsmith.schemas.errors import SourceError, suggest
from stepsmith.transforms.files import Files
from stepsmith.transforms.source.jsonl import read_jsonl
from stepsmith.transforms.source.parquet import read_parquet
from stepsmith.transforms.source.rows import BadRow, Row, RowError

_READABLE = OSError, EOFError, zlib.error


def read_rows(path: str) -> Iterator[Row | BadRow]:
    """Read the rows of one file, in order; raises `SourceError` where it cannot be read at all.

    A JSON file holds a list of objects, or an object of such lists or of objects: their rows count
    from 1, in order. A file that is called `.json` may also hold JSON Lines.
    """
    read = _READERS.get(_ending(path))
    if read is None:
        endings = ", ".join(ENDINGS)
        msg = f"{path}: its ending does not say what it holds; allowed: {endings}, also with .gz"
        raise SourceError(msg)
    from stepsmith.pipelines.dataset import files_at

    try:
        with files_at(path).open_read(path) as file:
            plain = gzip.GzipFile(fileobj=file) if path.endswith(".gz") else file
            yield from read(cast("IO[bytes]", plain))
    except FileNotFoundError:
        raise SourceError(_not_found(path, files_at(path))) from None
    except IsADirectoryError:
        msg = f"{path} is a folder; name a file in it"
        raise SourceError(msg) from None
    except _READABLE as error:
        msg = f"cannot read {path}: {error}"
        raise SourceError(msg) from error
    except SourceError as error:
        msg = f"{path}: {error}"
        raise SourceError(msg) from None


def is_file(path: str) -> bool:
    """Say whether a path names a file of rows, by its ending; else it may be a run's folder."""
    return _ending(path) in _READERS


def _ending(path: str) -> str:
    return posixpath.splitext(path.removesuffix(".gz"))[1]


def stem(path: str) -> str:
    """Return the name of a file without its folder and endings."""
    return posixpath.splitext(posixpath.basename(path).removesuffix(".gz"))[0]


def _read_json(file: IO[bytes]) -> Iterator[Row | BadRow]:
    data = file.read()
    try:
        content = cast("object", msgspec.json.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if "trailing characters" in str(error):
            yield from read_jsonl(io.BytesIO(data))
            return
        msg = f"not JSON: {error}"
        raise SourceError(msg) from None
    for number, item in enumerate(_flat(content), start=1):
        yield _row(number, item)


def _flat(content: object) -> Iterator[object]:
    if isinstance(content, list):
        yield from cast("list[object]", content)
        return
    values = list(cast("dict[str, object]", content).values()) if isinstance(content, dict) else []
    if values and all(isinstance(value, list) for value in values):
        for value in values:
            yield from cast("list[object]", value)
    elif values and all(isinstance(value, dict) for value in values):
        yield from values
    else:
        msg = f"it holds {kind_of(content)}; allowed: a list of objects, or an object of such lists"
        raise SourceError(msg)


def _row(number: int, item: object) -> Row | BadRow:
    if isinstance(item, dict):
        return Row(line=number, values=cast("dict[str, object]", item))
    error = RowError(f"the row holds {kind_of(item)}; it must be an object", kind="WrongType")
    return BadRow(line=number, error=error, raw=msgspec.json.encode(item))


def _not_found(path: str, files: Files) -> str:
    folder, name = posixpath.split(path)
    beside = [posixpath.basename(each) for each in files.match(posixpath.join(folder, "*"))]
    return f"no file {path!r}; in its folder {suggest(name, beside)}"


_READERS = {
    ".jsonl": read_jsonl,
    ".json": _read_json,
    ".parquet": read_parquet,
}

ENDINGS = tuple(_READERS)
