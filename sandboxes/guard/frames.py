"""Frames between the host and its guard: a JSON header and bytes, both of counted length.

frame = length of the rest (4 bytes, big endian), length of the header (4 bytes), header, payload
"""

import json
import struct
from typing import Any, NamedTuple

MAX_FRAME_BYTES = 256 * 2**20
"""More than this is no frame of ours; the stream has lost its place or its peer its mind."""

Header = dict[str, Any]
_HEAD = struct.Struct(">II")
_LENGTH_BYTES = 4


class FrameError(Exception):
    """What came is no frame; nothing that follows on this stream can be trusted."""


class Frame(NamedTuple):
    """One message: what it says, and the bytes that it brings."""

    header: Header
    payload: bytes


def pack(header: Header, payload: bytes = b"") -> bytes:
    """Write one frame."""
    text = json.dumps(header, separators=(",", ":")).encode()
    size = _LENGTH_BYTES + len(text) + len(payload)
    if size > MAX_FRAME_BYTES:
        msg = f"a frame of {size} bytes; the most is {MAX_FRAME_BYTES}"
        raise FrameError(msg)
    return b"".join((_HEAD.pack(size, len(text)), text, payload))


class Unpacker:
    """Frames out of a stream that comes in pieces of any size."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take a piece; return the frames that are whole now. Raises `FrameError`."""
        self._pending += data
        frames: list[Frame] = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        if len(self._pending) < _HEAD.size:
            return None
        size, header_size = _HEAD.unpack_from(self._pending)
        if size > MAX_FRAME_BYTES or header_size > size - _LENGTH_BYTES:
            msg = f"a frame of {size} bytes with a header of {header_size}"
            raise FrameError(msg)
        end = _LENGTH_BYTES + size
        if len(self._pending) < end:
            return None
        start = _HEAD.size + header_size
        header = _read_header(bytes(self._pending[_HEAD.size : start]))
        payload = bytes(self._pending[start:end])
        del self._pending[:end]
        return Frame(header, payload)


def _read_header(text: bytes) -> Header:
    try:
        header: Header = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"a header that is not JSON: {error}"
        raise FrameError(msg) from None
    if type(header) is not dict:
        msg = "a header that is not an object"
        raise FrameError(msg)
    return header
