"""Any file system that Beam knows, behind the few operations that sources and sinks need."""

from collections.abc import Sequence
from typing import IO

from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from stepsmith.transforms.files import Files, LocalFiles


class BeamFiles:
    """Remote files through Beam; an object appears at once and whole when its upload ends."""

    def match(self, pattern: str) -> Sequence[str]:
        """Return the paths that match, sorted."""
        [found] = FileSystems.match([pattern])
        return sorted(metadata.path for metadata in found.metadata_list)

    def open_read(self, path: str) -> IO[bytes]:
        """Open a file to read, as it is: no decompression by its name."""
        try:
            return FileSystems.open(path, compression_type="uncompressed")
        except BeamIOError as error:
            raise FileNotFoundError(path) from error

    def exists(self, path: str) -> bool:
        """Say whether a complete file stands at `path`."""
        found: bool = FileSystems.exists(path)
        return found

    def write(self, path: str, data: bytes) -> None:
        """Upload `data` under its final name."""
        with FileSystems.create(path, compression_type="uncompressed") as file:
            file.write(data)

    def delete(self, path: str) -> None:
        """Remove a file, if it is there."""
        if self.exists(path):
            FileSystems.delete([path])

    def local_path(self, path: str) -> str | None:  # noqa: ARG002
        """Return nothing: these files are not on this machine."""
        return None


class AnyFiles:
    """Local and remote files side by side, each path served by its own file system."""

    def match(self, pattern: str) -> Sequence[str]:
        """Return the paths that match, sorted."""
        return files_of(pattern).match(pattern)

    def open_read(self, path: str) -> IO[bytes]:
        """Open a file to read."""
        return files_of(path).open_read(path)

    def exists(self, path: str) -> bool:
        """Say whether a complete file stands at `path`."""
        return files_of(path).exists(path)

    def write(self, path: str, data: bytes) -> None:
        """Make `data` appear at `path`."""
        files_of(path).write(path, data)

    def delete(self, path: str) -> None:
        """Remove a file, if it is there."""
        files_of(path).delete(path)

    def local_path(self, path: str) -> str | None:
        """Return the path on this machine, if it is on it."""
        return files_of(path).local_path(path)


def files_of(path: str) -> Files:
    """Return the files that `path` is among: local ones without a scheme, Beam's with one."""
    return BeamFiles() if FileSystems.get_scheme(path) else LocalFiles()
