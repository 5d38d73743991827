"""What a pool and its worker processes say to each other: length-prefixed msgpack, never pickle."""

import struct
from typing import TypeVar

import msgspec

HEADER = struct.Struct("<I")

# A worker that has run hostile text may send anything: never believe a length beyond this.
MAX_FRAME_BYTES = 64 * 2**20

OUT_OF_MEMORY = 77  # the exit status of a worker that hit its memory limit


class Setup(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The first frame to a worker: where to import from, its limit, what to load at once."""

    path: tuple[str, ...]
    memory_bytes: int
    warm: tuple[str, ...]


class Request(msgspec.Struct, frozen=True, array_like=True):
    """One call: `module:function` and its argument."""

    target: str
    payload: bytes


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """The worker has started and loaded these targets."""

    loaded: tuple[str, ...]


class Loaded(msgspec.Struct, frozen=True, array_like=True, tag="loaded"):
    """The target of the call in work is imported: its clock starts now."""


class Result(msgspec.Struct, frozen=True, array_like=True, tag="result"):
    """What the call returned."""

    payload: bytes


class Failure(msgspec.Struct, frozen=True, array_like=True, tag="failure"):
    """What the call raised, as `TypeName: message`."""

    message: str


Reply = Ready | Loaded | Result | Failure

S = TypeVar("S", Setup, Request)

_ENCODER = msgspec.msgpack.Encoder()
_REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def pack(message: Setup | Request | Reply) -> bytes:
    """Encode one message with its length in front."""
    body = _ENCODER.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        msg = f"a message of {len(body)} bytes; allowed: {MAX_FRAME_BYTES}"
        raise ValueError(msg)
    return HEADER.pack(len(body)) + body


def unpack_reply(body: bytes | memoryview) -> Reply:
    """Decode the body of a frame from a worker; raises `msgspec.ValidationError`."""
    return _REPLIES.decode(body)
