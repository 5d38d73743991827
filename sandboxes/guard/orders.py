"""What a guard is told, and what it says of an end: records out of frames and into them."""

import dataclasses
from typing import Any, Literal, NamedTuple

from stepsmith.sandboxes.guard.frames import Frame, Header

Rung = Literal["ns", "uid", "self", "unsafe"]

LADDERS: dict[str, tuple[Rung, ...]] = {
    "best": ("ns", "uid", "self"),
    "ns": ("ns",),
    "uid": ("uid",),
    "self": ("self",),
    "unsafe": ("unsafe",),
}
"""What is tried for a level, from the top; `unsafe` is for those who ask for it by name."""


class OrderError(Exception):
    """The host asks for what no guard can do."""


class Limits(NamedTuple):
    """What one program may use; bytes and seconds."""

    wall_s: float
    cpu_s: float
    memory_bytes: int
    output_bytes: int
    answer_bytes: int
    disk_bytes: int
    processes: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """One program to run.

    `stages`: not Python, but commands to execute in turn. Without `address_space` that is not
    limited, only memory in use. `collect`: what it leaves in its folder is wanted.
    """

    seed: int
    talks: bool
    limits: Limits
    source: bytes
    stdin: bytes
    collect: bool = False
    files: tuple[tuple[str, bytes], ...] = ()
    stages: tuple[tuple[str, ...], ...] = ()
    address_space: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether it is one process of Python's, of which nothing is wanted but what it says."""
        return self.limits.processes == 1 and not self.stages and not self.collect


class Start(NamedTuple):
    """What a fork is told of its program, through a file that it alone reads.

    `folder`: where it starts and its files are put, or None where it has none. `streams` become its
    descriptors from 0 on; `status` is the pipe to the keeper. `is_alone`: what the kernel counts of
    the run is all this program's. `outlet`: the pipe for the files that it leaves, -1 where none
    are wanted; not for the program itself.
    """

    party: int
    seed: int
    limits: Limits
    folder: str | None
    source: bytes
    status: int
    streams: tuple[int, ...]
    outlet: int = -1
    files: tuple[tuple[str, bytes], ...] = ()
    stages: tuple[tuple[str, ...], ...] = ()
    address_space: bool = True
    is_alone: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """What the guard must become. `rungs` are tried from the first.

    `own_kernel`: nobody else's files or processes are on the kernel that it runs on, and parts of
    that may not be there.
    """

    rungs: tuple[Rung, ...]
    uid: int
    warm: tuple[str, ...]
    paths: tuple[str, ...]
    readable: tuple[str, ...]
    cgroup: bool
    disk_bytes: int
    own_kernel: bool = False


@dataclasses.dataclass(kw_only=True, slots=True)
class End:
    """How one party ended, by the words of `stepsmith.sandboxes.contract.Ending`."""

    outcome: str
    exit_code: int | None = None
    signal: int | None = None
    truncated: bool = False
    cpu_s: float = 0.0
    wall_s: float = 0.0
    max_rss_bytes: int = 0
    detail: str = ""

    def header(self, n_stdout: int, n_stderr: int, n_files: int) -> Header:
        """Write the part of a frame that is about this party."""
        header = {name: getattr(self, name) for name in self.__slots__}
        return header | {"stdout": n_stdout, "stderr": n_stderr, "files": n_files}


def read_config(header: Header) -> Config:
    """Read the first frame of a stream."""
    if header.get("kind") != "configure":
        msg = f"the first frame is {header.get('kind')!r}, not 'configure'"
        raise OrderError(msg)
    level = header["level"]
    rungs = LADDERS.get(level)
    if rungs is None:
        msg = f"no level {level!r}; there are {', '.join(LADDERS)}"
        raise OrderError(msg)
    return Config(
        rungs=rungs,
        uid=int(header["uid"]),
        warm=tuple(header["warm"]),
        paths=tuple(header["paths"]),
        readable=tuple(header["readable"]),
        cgroup=bool(header["cgroup"]),
        disk_bytes=int(header["disk_bytes"]),
        own_kernel=bool(header.get("own_kernel", False)),
    )


def read_parties(frame: Frame) -> tuple[Party, ...]:
    """Read a `run`: the payload is source, standard input and files of each party in turn."""
    payload = memoryview(frame.payload)
    at = 0

    def take(length: int) -> bytes:
        nonlocal at
        if length < 0:
            msg = f"a piece of {length} bytes"
            raise OrderError(msg)
        at += length
        return bytes(payload[at - length : at])

    parties = tuple(_read_party(party, take) for party in frame.header["parties"])
    if at != len(payload):
        msg = f"a payload of {len(payload)} bytes, of which {at} are spoken for"
        raise OrderError(msg)
    return parties


def _read_party(party: dict[str, Any], take: Any) -> Party:
    names = Limits._fields
    limits = Limits(**{name: value for name, value in party["limits"].items() if name in names})
    source, stdin = take(party["source"]), take(party["stdin"])
    files = tuple((_plain(name), take(length)) for name, length in party["files"])
    return Party(
        seed=party["seed"],
        talks=party["talks"],
        limits=limits,
        source=source,
        stdin=stdin,
        files=files,
        stages=tuple(tuple(argv) for argv in party.get("stages") or ()),
        address_space=party.get("address_space", True),
        collect=party.get("collect", False),
    )


def _plain(name: str) -> str:
    """Let a name through that stays in its folder."""
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        msg = f"{name!r} is no name for a file in a folder"
        raise OrderError(msg)
    return name
