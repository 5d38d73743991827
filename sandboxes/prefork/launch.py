"""What starts a guard somewhere, and the line to it: all that tells one back end from another."""

import dataclasses
from typing import Literal, Protocol

from stepsmith.sandboxes.contract import Level
from stepsmith.sandboxes.images import Image

Rung = Level | Literal["best"]
"""A level to be reached, or the best that there is."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What a guard must be told of where it runs.

    `level` is the guard's own rung there. Programs run as `first_uid` and the ones after it, where
    users of their own are the wall. `paths` can be imported from, `readable` be read besides what
    the interpreter itself needs. `cgroup`: memory and processes may be counted by the kernel.
    `own_kernel`: the kernel is that of the place alone, as gVisor's is.
    """

    level: Rung
    first_uid: int = 61_000
    paths: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    cgroup: bool = True
    own_kernel: bool = False


class Stream(Protocol):
    """The line to one guard, and its life. Used by one thread at a time."""

    @property
    def pid(self) -> int | None:
        """The guard's process, where it is a child of ours."""
        ...

    def fileno(self) -> int:
        """Return what can be polled: for reading, and for writing a few kilobytes at once."""
        ...

    def send(self, data: bytes) -> None:
        """Write all of a short piece; raises `OSError` when the guard is gone."""
        ...

    def receive(self) -> bytes:
        """Return what has come, once there is something; b"" at the end, or where it broke.

        Nothing may be kept back that polling would not tell of.
        """
        ...

    def kill(self) -> None:
        """End the guard by SIGKILL, reap it and close the line. Never hangs; twice is once."""
        ...

    def last_words(self) -> str:
        """Return the end of what the guard wrote to its standard error, as far as it is known."""
        ...


class Launcher(Protocol):
    """Starts guards of one kind."""

    @property
    def level(self) -> Rung:
        """The level that is asked for."""
        ...

    def place(self, image: Image, slot: int) -> Place:
        """Say what the guard of that slot is to be told of where it runs."""
        ...

    def launch(self, image: Image, slot: int) -> Stream:
        """Start a guard, not yet configured; raises `SandboxError`."""
        ...

    def reached(self, inner: Level) -> Level:
        """Say which level it is where the guard itself reached `inner`."""
        ...

    def close(self) -> None:
        """Give back all that outlives the guards."""
        ...
