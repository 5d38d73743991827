"""The local file system."""

import glob
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO


class LocalFiles:
    """Files on this machine; a write is a temporary name, fsync, rename."""

    def match(self, pattern: str) -> Sequence[str]:
        """Return the paths that match, sorted."""
        if Path(pattern).exists():
            return [pattern]
        return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - absolute patterns too

    def open_read(self, path: str) -> IO[bytes]:
        """Open a file to read."""
        return Path(path).open("rb")

    def exists(self, path: str) -> bool:
        """Say whether a complete file stands at `path`."""
        return Path(path).exists()

    def write(self, path: str, data: bytes) -> None:
        """Write beside the target, sync, rename: readers see the old file or the whole new one."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def delete(self, path: str) -> None:
        """Remove a file, if it is there."""
        Path(path).unlink(missing_ok=True)

    def local_path(self, path: str) -> str | None:
        """Return the path itself."""
        return path


def _sync_folder(folder: Path) -> None:
    # The rename itself is durable only once the folder's own entry is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
