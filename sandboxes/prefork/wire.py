"""What is said between us and a guard, as typed records on our side.

A guard is ours and trusted; what goes wrong here is a fault, never what a program said.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Literal

import msgspec

from stepsmith.sandboxes import artifacts
from stepsmith.sandboxes.contract import Ending, Level, Limits
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.guard import frames
from stepsmith.schemas.codec import known


class GuardError(SandboxError):
    """The guard is gone, late or not to be understood: it must be killed, and another started."""


class Ready(msgspec.Struct, frozen=True, tag="ready", tag_field="kind"):
    """The guard is configured and warm."""

    level: Level
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    kernel: str = ""
    landlock_abi: int = 0
    python: str = ""


class Refused(msgspec.Struct, frozen=True, tag="refused", tag_field="kind"):
    """The guard cannot reach what it was asked for, and leaves."""

    why: str
    level: str | None = None
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Heard(msgspec.Struct, frozen=True, tag="heard", tag_field="kind"):
    """A party wrote to its answers; the payload is what it wrote."""

    run: int
    party: int


class Closed(msgspec.Struct, frozen=True, tag="closed", tag_field="kind"):
    """A party closed its answers, or is gone."""

    run: int
    party: int


class PartyEnd(msgspec.Struct, frozen=True):
    """How one party ended, and how much of the payload is its output."""

    outcome: Ending
    exit_code: int | None = None
    signal: int | None = None
    truncated: bool = False
    cpu_s: float = 0.0
    wall_s: float = 0.0
    max_rss_bytes: int = 0
    detail: str = ""
    stdout: int = 0
    stderr: int = 0
    files: int = 0


class Done(msgspec.Struct, frozen=True, tag="done", tag_field="kind"):
    """The run is over; the payload is each party's output, error and files."""

    run: int
    parties: tuple[PartyEnd, ...]


Event = Ready | Refused | Heard | Closed | Done


class Party(msgspec.Struct, frozen=True):
    """One program to be run; the lengths are of its pieces of the payload.

    `stages` are commands, for what is not Python. Without `address_space` only what counts memory
    in use limits it: some runtimes reserve far more than that. `collect`: the files that it leaves
    are wanted.
    """

    seed: int
    talks: bool
    limits: Limits
    source: int
    stdin: int
    files: tuple[tuple[str, int], ...] = ()
    stages: tuple[tuple[str, ...], ...] | None = None
    address_space: bool = True
    collect: bool = False


class Configure(msgspec.Struct, frozen=True, tag="configure", tag_field="kind"):
    """The first frame: where the guard is, and what it must become."""

    level: Level | Literal["best"]
    uid: int
    parties: int
    warm: tuple[str, ...]
    paths: tuple[str, ...]
    readable: tuple[str, ...]
    cgroup: bool
    disk_bytes: int
    own_kernel: bool = False


class Run(msgspec.Struct, frozen=True, tag="run", tag_field="kind"):
    """Start programs side by side; the payload is source, input and files of each in turn."""

    run: int
    parties: tuple[Party, ...]


class Say(msgspec.Struct, frozen=True, tag="say", tag_field="kind"):
    """Write the payload to a party's questions; after the last they are closed."""

    run: int
    party: int
    last: bool


class Stop(msgspec.Struct, frozen=True, tag="stop", tag_field="kind"):
    """Stop all that runs, and let it have ended so."""

    run: int
    ending: Ending


Order = Configure | Run | Say | Stop


def pack(order: Order, payload: Iterable[bytes] = ()) -> bytes:
    """Write one frame; raises `GuardError` where it is too long for any guard."""
    try:
        return frames.pack(msgspec.to_builtins(order), b"".join(payload))
    except frames.FrameError as error:
        raise GuardError(str(error)) from None


class Incoming:
    """Events out of pieces of any size; raises `GuardError` for nonsense."""

    def __init__(self) -> None:
        self._unpacker = frames.Unpacker()
        self._whole: deque[frames.Frame] = deque()

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        try:
            self._whole.extend(self._unpacker.feed(data))
        except frames.FrameError as error:
            msg = f"the guard sent {error}"
            raise GuardError(msg) from None

    def next(self) -> tuple[Event, bytes] | None:
        """Return the next event and its bytes, if there is one."""
        if not self._whole:
            return None
        header, payload = self._whole.popleft()
        try:
            return msgspec.convert(header, known(Event)), payload
        except msgspec.ValidationError as error:
            msg = f"the guard sent what is no event: {error}"
            raise GuardError(msg) from None


class _Leavings(msgspec.Struct, frozen=True):
    """What stands before the files that a program left: their names and lengths, and the rest."""

    files: tuple[tuple[str, int], ...]
    refused: tuple[tuple[str, artifacts.Why, str], ...]


def outputs(done: Done, payload: bytes) -> Sequence[tuple[bytes, bytes, bytes]]:
    """Cut a run's payload into the output, the error and the files of each party."""
    lengths = [n for party in done.parties for n in (party.stdout, party.stderr, party.files)]
    if min(lengths, default=0) < 0 or sum(lengths) != len(payload):
        msg = f"the guard sent {len(payload)} bytes of output, and spoke of {sum(lengths)}"
        raise GuardError(msg)
    pieces = _cut(payload, lengths)
    return list(zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True))


def left_behind(data: bytes) -> artifacts.Collection:
    """Read the files that a program left; none where none were wanted or it was killed."""
    if not data:
        return artifacts.Collection(collected=(), refused=())
    try:
        [frame] = frames.Unpacker().feed(data)
        header = msgspec.convert(frame.header, known(_Leavings))
    except (frames.FrameError, ValueError) as error:  # msgspec's is one of these
        msg = f"the guard sent what are no files: {error}"
        raise GuardError(msg) from None
    lengths = [length for _, length in header.files]
    if min(lengths, default=0) < 0 or sum(lengths) != len(frame.payload):
        msg = f"the guard sent {len(frame.payload)} bytes of files, and spoke of {sum(lengths)}"
        raise GuardError(msg)
    contents = zip(header.files, _cut(frame.payload, lengths), strict=True)
    return artifacts.Collection(
        collected=tuple(artifacts.Collected(name=name, data=data) for (name, _), data in contents),
        refused=tuple(
            artifacts.Refused(name=name, why=why, detail=detail)
            for name, why, detail in header.refused
        ),
    )


def _cut(data: bytes, lengths: Sequence[int]) -> list[bytes]:
    ends = [*accumulate(lengths)]
    return [data[end - length : end] for end, length in zip(ends, lengths, strict=True)]
