"""Files in memory, real data, and the loose ends of every source's test."""

import dataclasses
import fnmatch
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest

from stepsmith.schemas import ErrorRecord, Problem
from stepsmith.transforms.files import Files, LocalFiles
from stepsmith.transforms.source import Source

_REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(os.environ.get("STEPSMITH_DATA", _REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set STEPSMITH_DATA")
    return folder


@pytest.fixture
def local() -> LocalFiles:
    return LocalFiles()


@dataclasses.dataclass(frozen=True)
class RemoteFiles:
    """A file system elsewhere, as Beam would bring one: no paths on this machine."""

    content: dict[str, bytes]

    def match(self, pattern: str) -> Sequence[str]:
        return sorted(fnmatch.filter(self.content, pattern))

    def open_read(self, path: str) -> IO[bytes]:
        return io.BytesIO(self.content[path])

    def exists(self, path: str) -> bool:
        return path in self.content

    def write(self, path: str, data: bytes) -> None:
        self.content[path] = data

    def delete(self, path: str) -> None:
        self.content.pop(path, None)

    def local_path(self, path: str) -> str | None:
        del path


class Everything:
    """What a source gives over all of its parts, read apart."""

    def __init__(self, source: Source, files: Files) -> None:
        records = [each for part in source.parts(files) for each in source.read(part, files)]
        self.problems = [each for each in records if isinstance(each, Problem)]
        self.errors = [each for each in records if isinstance(each, ErrorRecord)]


@pytest.fixture
def read_all() -> type[Everything]:
    return Everything


@pytest.fixture
def remote() -> type[RemoteFiles]:
    return RemoteFiles
