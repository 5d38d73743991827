"""The line to the host: one descriptor to read from and one to write to, or the same."""

import os
from collections import deque

from stepsmith.sandboxes.guard.frames import Frame, Header, Unpacker, pack

_PIECE_BYTES = 2**18


class Host:
    """Frames in and out. What is said waits for `flush`, so that one turn is one write."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._unpacker = Unpacker()
        self._said: list[bytes] = []
        self.frames: deque[Frame] = deque()

    def fileno(self) -> int:
        """Return what can be polled for something to read."""
        return self._incoming

    def read(self) -> None:
        """Wait for a piece and add its frames to `frames`; raises `EOFError` at the end."""
        try:
            data = os.read(self._incoming, _PIECE_BYTES)
        except ConnectionError:
            data = b""
        if not data:
            raise EOFError
        self.frames.extend(self._unpacker.feed(data))

    def next(self) -> Frame:
        """Wait for a frame; raises `EOFError` at the end."""
        while not self.frames:
            self.read()
        return self.frames.popleft()

    def say(self, header: Header, payload: bytes = b"") -> None:
        """Add a frame to what is said at the next `flush`."""
        self._said.append(pack(header, payload))

    def flush(self) -> None:
        """Write all that is to be said; raises `EOFError` when nobody listens any more."""
        if not self._said:
            return
        view = memoryview(b"".join(self._said))
        self._said.clear()
        try:
            while view:
                view = view[os.write(self._outgoing, view) :]
        except (BrokenPipeError, ConnectionError):
            raise EOFError from None
