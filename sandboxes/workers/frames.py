"""What a pool and its processes say to each other: msgpack with a length in front, never pickle."""

import struct

import msgspec

HEADER = struct.Struct("<I")

# A worker that has run hostile text may send anything: never believe a length beyond this.
MAX_FRAME_BYTES = 64 * 2**20

OUT_OF_MEMORY = 77  # the exit status of a worker that hit its memory limit


class Spawn(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="spawn"):
    """To the zygote, with a worker's two pipe ends: import from `path`, load `warm`, fork."""

    path: tuple[str, ...]
    memory_bytes: int
    warm: tuple[str, ...]


class End(msgspec.Struct, frozen=True, array_like=True, tag="end"):
    """To the zygote: kill this worker and say how it ended; let it end by itself for so long."""

    pid: int
    patience_s: float = 0.0


class Spawned(msgspec.Struct, frozen=True, array_like=True, tag="spawned"):
    """From the zygote: the new worker, and the targets that it has loaded."""

    pid: int
    loaded: tuple[str, ...]


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="ended"):
    """From the zygote: a worker's exit status, negative for a signal, and who ended it."""

    status: int
    forced: bool = False


class Request(msgspec.Struct, frozen=True, array_like=True):
    """To a worker: one call, `module:function`, its argument and its time.

    The answer repeats `token`, which nobody can guess: no call can answer for one that is to come.
    """

    target: str
    payload: bytes
    deadline_s: float
    token: int


class Loaded(msgspec.Struct, frozen=True, array_like=True, tag="loaded"):
    """From a worker: the target of the call in work is imported, its clock starts now."""


class Result(msgspec.Struct, frozen=True, array_like=True, tag="result"):
    """From a worker: what the call returned."""

    payload: bytes
    token: int


class Failure(msgspec.Struct, frozen=True, array_like=True, tag="failure"):
    """From a worker: what the call raised, as `TypeName: message`."""

    message: str
    token: int


Order = Spawn | End
Report = Spawned | Ended
Reply = Loaded | Result | Failure

ENCODER = msgspec.msgpack.Encoder()
ORDERS: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
REPORTS: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)
REQUESTS = msgspec.msgpack.Decoder(Request)
REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def pack(message: Request | Reply) -> bytes:
    """Encode one message for a pipe, with its length in front."""
    body = ENCODER.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        msg = f"a message of {len(body)} bytes; allowed: {MAX_FRAME_BYTES}"
        raise ValueError(msg)
    return HEADER.pack(len(body)) + body
