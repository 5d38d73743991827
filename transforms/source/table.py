"""Problems from files of rows: which files, in which order, and what their ids are."""

import dataclasses
import difflib
import gzip
import posixpath
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Protocol, cast

from stepsmith.schemas.errors import RecipeError, SourceError
from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.files import Files
from stepsmith.transforms.source.fields import Place
from stepsmith.transforms.source.rows import BadRow, Row, RowError, reject

ReadRows = Callable[[IO[bytes]], Iterator[Row | BadRow]]


class Fields(Protocol):
    """What makes a problem of a row's columns."""

    def problem(self, values: Mapping[str, object], place: Place) -> Problem:
        """Build the problem of one row; raises `RowError` saying what is wrong with which field."""
        ...


_GLOB = re.compile(r"[*?\[]")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableSource:
    """Problems from one file or several, read by `rows`; one part a file, sorted by path.

    With several files an id is prefixed with its file's label, which depends on the recipe's
    `paths` alone: another file that matches later changes no id. With a `limit` the whole source
    is one part, because where the first N end is known only by reading.
    """

    paths: tuple[str, ...]
    rows: ReadRows
    fields: Fields
    name: str = ""
    limit: int | None = None

    def __post_init__(self) -> None:
        if not self.paths:
            msg = "path: no file is named"
            raise RecipeError(msg)
        check_limit(self.limit)

    def parts(self, files: Files) -> Sequence[str]:
        """Return the files, or the one part that a limit makes of them."""
        paths = self._match(files)
        return paths if self.limit is None else [f"first {self.limit}"]

    def read(self, part: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        """Read one part in order; raises `SourceError` where a file cannot be opened at all."""
        if self.limit is None:
            return self._read_file(part, files)
        records = (each for path in self._match(files) for each in self._read_file(path, files))
        return first(self.limit, records)

    def _match(self, files: Files) -> list[str]:
        paths: set[str] = set()
        for pattern in self.paths:
            matched = files.match(pattern)
            if not matched:
                raise SourceError(_not_found(pattern, files))
            paths.update(matched)
        labels: dict[str, str] = {}
        for path in sorted(paths):
            other = labels.setdefault(label(path, self.paths), path)
            if other != path:
                msg = f"{other} and {path} would give the same ids; rename one of them"
                raise SourceError(msg)
        return sorted(paths)

    def _read_file(self, path: str, files: Files) -> Iterator[Problem | ErrorRecord]:
        name = label(path, self.paths)
        prefix = f"{name}:" if self._has_several() else ""
        try:
            with files.open_read(path) as file:
                for row in self.rows(_decompressed(path, file)):
                    place = Place(
                        source=self.name or name,
                        default_id=f"{name}-{row.line:08d}",
                        id_prefix=prefix,
                    )
                    yield convert(row, self.fields, place, location=path)
        except FileNotFoundError:
            raise SourceError(_not_found(path, files)) from None
        except IsADirectoryError:
            msg = f"{path} is a folder; name its files, as in {posixpath.join(path, '*')}"
            raise SourceError(msg) from None
        except (OSError, EOFError, zlib.error, SourceError) as error:
            msg = f"cannot read {path}: {error}"
            raise SourceError(msg) from error

    def _has_several(self) -> bool:
        return len(self.paths) > 1 or any(map(_GLOB.search, self.paths))


def as_paths(path: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the patterns of a recipe's `path`: one, or several."""
    return (path,) if isinstance(path, str) else path


def convert(
    row: Row | BadRow, fields: Fields, place: Place, *, location: str
) -> Problem | ErrorRecord:
    """Make a row a problem, or the record of what is wrong with it."""
    if isinstance(row, BadRow):
        return reject(row, row.error, location=location)
    try:
        return fields.problem(row.values, place)
    except RowError as error:
        return reject(row, error, location=location)


def check_limit(limit: int | None) -> None:
    """Refuse a limit that leaves no problem."""
    if limit is not None and limit < 1:
        msg = f"limit = {limit}: a run has at least one problem"
        raise RecipeError(msg)


def first(limit: int, records: Iterable[Problem | ErrorRecord]) -> Iterator[Problem | ErrorRecord]:
    """Pass records on up to the `limit`-th problem; the errors before it are not counted."""
    count = 0
    for record in records:
        yield record
        count += isinstance(record, Problem)
        if count == limit:
            return


def label(path: str, patterns: Sequence[str]) -> str:
    """Name a file by its place under the folder that all patterns share, without suffix."""
    parts = path.split("/")
    shared = 0
    folders = [_fixed_folder(pattern) for pattern in patterns]
    while all(shared < len(folder) and folder[shared] == parts[shared] for folder in folders):
        shared += 1
    name = "/".join(parts[shared:])
    return posixpath.splitext(name.removesuffix(".gz"))[0]


def _fixed_folder(pattern: str) -> list[str]:
    folder = pattern.split("/")[:-1]
    for index, part in enumerate(folder):
        if _GLOB.search(part):
            return folder[:index]
    return folder


def _decompressed(path: str, file: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if path.endswith(".gz") else file


def _not_found(pattern: str, files: Files) -> str:
    folder, name = posixpath.split(pattern)
    beside = {posixpath.basename(path): path for path in files.match(posixpath.join(folder, "*"))}
    near = difflib.get_close_matches(name, beside, n=1, cutoff=0.5)
    if near:
        return f"no file matches {pattern!r}; did you mean {beside[near[0]]!r}?"
    if beside:
        return f"no file matches {pattern!r}; beside it: {', '.join(sorted(beside)[:5])}"
    return f"no file matches {pattern!r}; nothing is in {folder or '.'!r}"
