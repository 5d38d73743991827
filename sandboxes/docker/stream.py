"""The line to a guard in a container: what goes in is plain, what comes out is in frames.

The engine puts standard output and error into one stream, each piece behind eight bytes: which of
them it is, three zeros, and a length.
"""

import contextlib
import logging
import os
import socket
import ssl
import struct
from collections.abc import Callable

from stepsmith.sandboxes.docker.client import Attached
from stepsmith.sandboxes.errors import SandboxError

_LOG = logging.getLogger(__name__)

STALL_S = 30.0
"""How long the engine may stop in the middle of a piece before the line counts as broken."""

_PIECE = struct.Struct(">B3xI")
_OUTPUT = 1
_ERRORS = 2
_READ_BYTES = 65_536
_WORDS_BYTES = 4_096


class Demultiplexer:
    """Takes the engine's frames apart, however they are cut; keeps the end of the errors."""

    def __init__(self) -> None:
        self.errors = bytearray()
        self._header = bytearray()
        self._kind = 0
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        """Return what `data` holds of the output; raises `ValueError` where it is no frame."""
        output = bytearray()
        while data:
            if not self._left:
                data = self._begin(data)
                continue
            piece, data = data[: self._left], data[self._left :]
            self._left -= len(piece)
            if self._kind == _OUTPUT:
                output += piece
            else:
                self.errors += piece
                del self.errors[:-_WORDS_BYTES]
        return bytes(output)

    def _begin(self, data: bytes) -> bytes:
        missing = _PIECE.size - len(self._header)
        self._header += data[:missing]
        if len(self._header) == _PIECE.size:
            self._kind, self._left = _PIECE.unpack(self._header)
            if self._kind not in {_OUTPUT, _ERRORS}:
                msg = f"a frame of kind {self._kind}"
                raise ValueError(msg)
            self._header.clear()
        return data[missing:]


def as_socket(attached: Attached) -> socket.socket:
    """Take over the connection of an attached container.

    The client hands out a file that can only be read, except where the line is encrypted, and
    keeps the socket behind it to itself: nobody but us may close it, and it must not be left open.
    """
    behind = attached if isinstance(attached, socket.socket) else vars(attached)["_sock"]
    line = behind if isinstance(behind, ssl.SSLSocket) else socket.socket(fileno=behind.detach())
    line.settimeout(STALL_S)
    return line


class DockerStream:
    """A `Stream` to one container; `end` removes it."""

    def __init__(self, line: socket.socket, end: Callable[[], None]) -> None:
        self._line = line
        self._end: Callable[[], None] | None = end
        self._parts = Demultiplexer()

    @property
    def pid(self) -> int | None:
        """None: the guard is the engine's child, not ours."""
        return None

    def fileno(self) -> int:
        """Return what can be polled."""
        return self._line.fileno()

    def send(self, data: bytes) -> None:
        """Write all of `data`; raises `OSError` when the container is gone."""
        self._line.sendall(data)

    def receive(self) -> bytes:
        """Return what has come, once there is something; b"" at the end, or where it broke."""
        try:
            while data := self._line.recv(_READ_BYTES):
                # What an encrypted line has already deciphered, no polling tells of.
                while isinstance(self._line, ssl.SSLSocket) and (rest := self._line.pending()):
                    data += self._line.recv(rest)
                if output := self._parts.feed(data):
                    return output
        except (OSError, ValueError) as error:
            _LOG.warning("the line to a container broke: %s", error)
        return b""

    def kill(self) -> None:
        """Close the line, then kill and remove the container. Never hangs; twice is once."""
        end, self._end = self._end, None
        if end is None:
            return
        # In the other order the removal waits for a client that does not read what it is sent.
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        os.close(self._line.detach())
        try:
            end()
        except SandboxError as error:
            _LOG.warning("a container is left to the janitor: %s", error)

    def last_words(self) -> str:
        """Return the end of what the guard wrote to its standard error."""
        return self._parts.errors.decode("utf-8", errors="replace")
