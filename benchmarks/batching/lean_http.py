"""As much of an HTTP/1.1 server as a benchmark needs, at a few dozen microseconds a request.

A full server costs more than some clients that are measured against it, above all where a client
opens a connection a request; it would be the bottleneck of all of them. Bodies have a length,
requests are answered one after another, and a client that goes away cancels its answer.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

Handler = Callable[[str, str, bytes], Awaitable[tuple[int, bytes]]]
"""Takes the method, the path and the body; returns the status and a body of JSON."""

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a request is whole."""
        self._buffer += data
        if self._answering is None:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's
        """Give up what nobody waits for."""
        if self._answering is not None:
            self._answering.cancel()

    def _next(self) -> None:
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return
        head = self._buffer[:end]
        length = _LENGTH.search(head)
        stop = end + len(_HEAD_END) + (int(length[1]) if length else 0)
        if len(self._buffer) < stop:
            return
        body = self._buffer[end + len(_HEAD_END) : stop]
        self._buffer = self._buffer[stop:]
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        answer = self._answer(method, path, body, close=_CLOSE.search(head) is not None)
        self._answering = asyncio.get_running_loop().create_task(answer)

    async def _answer(self, method: str, path: str, body: bytes, *, close: bool) -> None:
        status, words = await self._handler(method, path, body)
        self._answering = None
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        after = "close" if close else "keep-alive"
        head = (
            f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(words)}\r\nConnection: {after}\r\n\r\n"
        )
        transport.write(head.encode() + words)
        if close:
            transport.close()
        else:
            self._next()


async def listen(handler: Handler) -> tuple[asyncio.Server, int]:
    """Listen on a free port of 127.0.0.1; return the server and the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(handler), host="127.0.0.1", port=0, backlog=1024
    )
    return server, server.sockets[0].getsockname()[1]
