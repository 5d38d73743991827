"""The few file operations that sources and sinks need, so that any file system can serve them."""

from collections.abc import Sequence
from typing import IO, Protocol


class Files(Protocol):
    """A file system, local or remote. Pickles."""

    def match(self, pattern: str) -> Sequence[str]:
        """Return the paths that match a glob pattern, sorted; a plain path matches itself."""
        ...

    def open_read(self, path: str) -> IO[bytes]:
        """Open a file to read; raises `FileNotFoundError`."""
        ...

    def exists(self, path: str) -> bool:
        """Say whether a complete file stands at `path`."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Make `data` appear at `path`, whole or not at all, durably; parents are created."""
        ...

    def delete(self, path: str) -> None:
        """Remove a file; no error where there is none."""
        ...

    def local_path(self, path: str) -> str | None:
        """Return the path on this machine, or nothing for a remote file system."""
        ...
