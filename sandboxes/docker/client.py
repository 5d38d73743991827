"""The part of Docker's own client that is used here, typed: the client itself has no types."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol


class Attached(Protocol):
    """An attached container's line: a socket, or a file around one."""

    def fileno(self) -> int:
        """Return the descriptor of the connection."""
        ...


class Engine(Protocol):
    """A connection to a Docker Engine. What it answers is plain data, to be read by its reader."""

    def info(self) -> object:
        """Say what the engine is."""
        ...

    def containers(self, **which: object) -> object:
        """List containers."""
        ...

    def create_host_config(self, **settings: object) -> Mapping[str, object]:
        """Write what a container may have of its host."""
        ...

    def create_container(self, image: str, **settings: object) -> Mapping[str, object]:
        """Create a container; its `Id` is in the answer."""
        ...

    def attach_socket(self, container: str, params: Mapping[str, int]) -> Attached:
        """Return the line to a container's standard streams."""
        ...

    def start(self, container: str) -> object:
        """Start a container."""
        ...

    def wait(self, container: str, timeout: float | None = None) -> object:
        """Wait for a container's end."""
        ...

    def logs(self, container: str, *, stdout: bool, stderr: bool) -> bytes:
        """Return what a container wrote."""
        ...

    def remove_container(self, container: str, *, v: bool, force: bool) -> object:
        """Remove a container and its unnamed volumes."""
        ...

    def put_archive(self, container: str, path: str, data: bytes) -> bool:
        """Unpack a tar in a container."""
        ...

    def commit(
        self, container: str, *, repository: str, tag: str, changes: Sequence[str]
    ) -> object:
        """Make an image of a container."""
        ...

    def import_image(
        self,
        *,
        src: Iterator[bytes],
        repository: str,
        tag: str,
        changes: Sequence[str],
        stream_src: bool,
    ) -> str:
        """Make an image of a tar."""
        ...

    def inspect_image(self, image: str) -> object:
        """Describe an image."""
        ...

    def remove_image(self, image: str, *, force: bool = False) -> object:
        """Remove an image."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
