"""Put files into a folder shared with a program and take out what it left, following no link.

A program may leave anything under any name: a link to a secret, a pipe that blocks whoever opens
it, a file of a terabyte that takes no space. So every open stays beneath the given descriptor; a
regular file of one name is taken, within `Bounds`, and everything else is refused with its reason
while the rest goes on.

Process 1 of a program's namespaces collects with it what the program left; that stages into a
fresh file system before the program starts, and has nobody to guard against. Standard library only,
so that it can run where nothing of ours is installed.
"""

import dataclasses
import errno
import os
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Literal, NoReturn

from stepsmith.sandboxes.beneath import Opener, best_opener

Why = Literal[
    "name",
    "exists",
    "missing",
    "link",
    "hard_link",
    "outside",
    "special",
    "too_large",
    "too_many",
    "too_deep",
    "changed",
    "unreadable",
]
"""`special` is a device, pipe, socket or folder, `outside` beyond a mount, `changed` another file
than the one that was looked at a moment before."""

_MAX_NAME_BYTES = 255
_MAX_SHOWN = 200

_WHY_OF: dict[int, Why] = {
    errno.ELOOP: "link",
    errno.EXDEV: "outside",
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
    errno.EEXIST: "exists",
    errno.EACCES: "unreadable",
    errno.EPERM: "unreadable",
    errno.ENXIO: "unreadable",
    errno.ENODEV: "unreadable",
    errno.EAGAIN: "changed",
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How much is staged or collected at once. `depth` counts the folders above a file."""

    entries: int = 64
    file_bytes: int = 4 * 2**20
    total_bytes: int = 16 * 2**20
    depth: int = 4


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """A file that a program left; a slash ends each folder in `name`."""

    name: str
    data: bytes


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """An entry that was left alone. `name` is escaped where it is not plain text."""

    name: str
    why: Why
    detail: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """What was taken out of a folder and what was not, both in the order of their names."""

    collected: tuple[Collected, ...]
    refused: tuple[Refused, ...]


BOUNDS = Bounds()


def stage(
    folder: int, files: Sequence[tuple[str, bytes]], bounds: Bounds = BOUNDS, *, mode: int = 0o644
) -> tuple[Refused, ...]:
    """Write new files, by name, into the folder and return those that were refused.

    What is there already is never opened: not a file, not a link, wherever it leads. A disk that
    is full raises, since that is no fault of the files.
    """
    refused: list[Refused] = []
    left = bounds.total_bytes
    for index, (name, data) in enumerate(files):
        try:
            _check_name(name)
            if index >= bounds.entries:
                _refuse("too_many", f"over {bounds.entries} files")
            _check_size(len(data), bounds.file_bytes, left)
            _create(folder, name, data, mode)
        except (_RefusedError, OSError) as error:
            refused.append(_refusal(name, error))
        else:
            left -= len(data)
    return tuple(refused)


def collect(
    folder: int, names: Sequence[str], bounds: Bounds = BOUNDS, *, opener: Opener | None = None
) -> Collection:
    """Take the named files, paths with slashes, out of the folder."""
    collector = _Collector(bounds, opener or best_opener())
    for index, name in enumerate(names):
        with collector.refusing(name):
            parts = name.split("/")
            for part in parts:
                _check_name(part)
            if index >= bounds.entries:
                _refuse("too_many", f"over {bounds.entries} files")
            if len(parts) - 1 > bounds.depth:
                _refuse("too_deep", f"over {bounds.depth} folders")
            collector.take(folder, name, name)
    return collector.collection()


def collect_all(
    folder: int, bounds: Bounds = BOUNDS, *, opener: Opener | None = None
) -> Collection:
    """Take every file out of the folder and the folders in it.

    A folder that has more entries than are left of `bounds.entries` is refused as a whole.
    """
    collector = _Collector(bounds, opener or best_opener())
    with collector.refusing("."):
        collector.walk(folder, "", 0)
    return collector.collection()


class _RefusedError(Exception):
    """An entry is not to be taken; the attributes say why."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(why, detail)
        self.why: Why = why
        self.detail = detail


class _Collector:
    """What was found so far, and how much more may be."""

    def __init__(self, bounds: Bounds, opener: Opener) -> None:
        self._bounds = bounds
        self._open = opener
        self._entries_left = bounds.entries
        self._bytes_left = bounds.total_bytes
        self._collected: list[Collected] = []
        self._refused: list[Refused] = []

    def collection(self) -> Collection:
        return Collection(collected=tuple(self._collected), refused=tuple(self._refused))

    @contextmanager
    def refusing(self, name: str) -> Generator[None]:
        """Note an entry that is refused, and go on."""
        try:
            yield
        except (_RefusedError, OSError) as error:
            self._refused.append(_refusal(name, error))

    def walk(self, folder: int, path: str, depth: int) -> None:
        for name in self._names(folder):
            with self.refusing(path + name):
                _check_name(name)
                with self._opened(folder, name, os.O_PATH) as found:
                    is_folder = stat.S_ISDIR(os.fstat(found).st_mode)
                if not is_folder:
                    self.take(folder, name, path + name)
                    continue
                if depth >= self._bounds.depth:
                    _refuse("too_deep", f"over {self._bounds.depth} folders")
                with self._opened(folder, name, os.O_RDONLY | os.O_DIRECTORY) as below:
                    self.walk(below, f"{path}{name}/", depth + 1)

    def take(self, folder: int, path: str, shown: str) -> None:
        """Read one file. It is looked at before it is opened: opening a device may do something."""
        with self._opened(folder, path, os.O_PATH) as looked:
            before = _check_regular(os.fstat(looked))
        # What has come into its place since must not block us.
        with self._opened(folder, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY) as opened:
            after = _check_regular(os.fstat(opened))
            if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino):
                _refuse("changed", "another file came into its place")
            _check_size(after.st_size, self._bounds.file_bytes, self._bytes_left)
            most = min(self._bounds.file_bytes, self._bytes_left)
            data = _read(opened, most + 1)  # it may grow while it is read
        _check_size(len(data), self._bounds.file_bytes, self._bytes_left)
        self._bytes_left -= len(data)
        self._collected.append(Collected(name=shown, data=data))

    def _names(self, folder: int) -> list[str]:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, self._entries_left + 1)]
        if len(names) > self._entries_left:
            _refuse("too_many", f"over {self._bounds.entries} entries")
        self._entries_left -= len(names)
        return sorted(names)

    @contextmanager
    def _opened(self, folder: int, path: str, flags: int) -> Generator[int]:
        descriptor = self._open(folder, path, flags)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _create(folder: int, name: str, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, 0o600, dir_fd=folder)
    with open(descriptor, "wb", buffering=0) as staged:  # noqa: PTH123 -- a descriptor
        left = memoryview(data)
        while left:
            left = left[staged.write(left) :]
        os.fchmod(descriptor, mode)  # whatever the umask says


def _read(descriptor: int, most: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < most and (piece := os.read(descriptor, most - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _check_name(name: str) -> None:
    """Insist on plain text: what `isprintable` refuses are controls and bytes that are no UTF-8."""
    if not name or name in (".", "..") or "/" in name:
        _refuse("name", "no name of a file")
    if not name.isprintable():
        _refuse("name", "characters that cannot be printed")
    if len(os.fsencode(name)) > _MAX_NAME_BYTES:
        _refuse("name", f"over {_MAX_NAME_BYTES} bytes")


def _check_regular(found: os.stat_result) -> os.stat_result:
    if stat.S_ISLNK(found.st_mode):
        _refuse("link")
    if not stat.S_ISREG(found.st_mode):
        _refuse("special", _KIND_OF.get(stat.S_IFMT(found.st_mode), "no regular file"))
    if found.st_nlink == 0:
        _refuse("changed", "it was removed")
    if found.st_nlink > 1:
        _refuse("hard_link", f"{found.st_nlink} names")
    return found


def _check_size(size: int, file_bytes: int, left: int) -> None:
    if size > file_bytes:
        _refuse("too_large", f"over {file_bytes} bytes")
    if size > left:
        _refuse("too_large", f"over the {left} bytes that were left for all")


def _refuse(why: Why, detail: str = "") -> NoReturn:
    raise _RefusedError(why, detail)


def _refusal(name: str, error: _RefusedError | OSError) -> Refused:
    """Say why an entry was refused; an error that is no entry's fault rises."""
    if isinstance(error, _RefusedError):
        return Refused(name=_shown(name), why=error.why, detail=error.detail)
    if error.errno not in _WHY_OF:
        raise error
    return Refused(name=_shown(name), why=_WHY_OF[error.errno], detail=error.strerror or "")


def _shown(name: str) -> str:
    return (name if name.isprintable() else ascii(name)[1:-1])[:_MAX_SHOWN]


_KIND_OF = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
