"""Use a server that all processes of this machine share, and that ends with the last of them."""

import asyncio
import contextlib
import dataclasses
import logging
import subprocess
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import EngineError
from stepsmith.transforms.policy.folders import file_lock_async
from stepsmith.transforms.policy.server_protocol import (
    Answer,
    Greeting,
    ServerConfig,
    ServerFiles,
    StartOrder,
    server_files,
)

_LOG = logging.getLogger(__name__)
_SUPERVISOR = "stepsmith.transforms.policy.supervisor"
# A supervisor may leave between our finding its socket and its greeting; then we look again.
_JOIN_ATTEMPTS = 5
_GREETING_TIMEOUT_S = 30.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Lease:
    """An open connection to the supervisor: while one is open, the server stays."""

    reader: StreamReader
    writer: StreamWriter
    greeting: Greeting

    async def ask(self) -> Answer | None:
        """Return whether the server is ready; null where the supervisor is gone."""
        try:
            self.writer.write(b"ready?\n")
            await self.writer.drain()
            line = await self.reader.readline()
        except ConnectionError:
            return None
        return msgspec.json.decode(line, type=known(Answer)) if line else None

    async def close(self) -> None:
        """Give the lease back."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


class ServerHandle:
    """A lease on the server that `config` describes; open it with `async with`.

    Entering starts the server if nobody has yet, and does not wait for it.
    """

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._files = server_files(config.key)
        self._lease: _Lease | None = None
        self._asking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Find or start the supervisor."""
        self._lease = await _obtain(self._config, self._files, port=0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give the lease back."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if self._lease is not None:
            await self._lease.close()

    @property
    def url(self) -> str:
        """The server's root. It stays the same over restarts."""
        return f"http://127.0.0.1:{self._open.greeting.port}"

    @property
    def log(self) -> str:
        """The path of the server's log."""
        return self._open.greeting.log

    async def wait_ready(self) -> None:
        """Wait until the server writes a token, through its start or restart if need be.

        Raises `EngineError` with the end of its log where it does not start, or goes down more
        often than its budget allows. Concurrent callers share one question.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        await asyncio.shield(self._asking)

    @property
    def _open(self) -> _Lease:
        if self._lease is None:
            msg = "a managed server must be opened with `async with`"
            raise RuntimeError(msg)
        return self._lease

    async def _ask(self) -> None:
        for _ in range(self._config.restart_budget + 1):
            answer = await self._open.ask()
            if answer is not None:
                if answer.failure is not None:
                    raise EngineError(answer.failure)
                return
            _LOG.warning("the supervisor of %s is gone, and the server with it", self.url)
            await self._renew()
        msg = f"the supervisor of {self.url} ended again and again; see {self._files.log}"
        raise EngineError(msg)

    async def _renew(self) -> None:
        port = self._open.greeting.port
        await self._open.close()
        self._lease = await _obtain(self._config, self._files, port=port)
        if self._lease.greeting.port != port:
            msg = f"the server has moved from port {port} to {self._lease.greeting.port}"
            raise EngineError(msg)


@asynccontextmanager
async def managed_server(config: ServerConfig) -> AsyncGenerator[ServerHandle, None]:
    """Open a lease on the server that `config` describes, and wait until it is ready."""
    async with ServerHandle(config) as handle:
        _LOG.info("waiting for %s at %s; its log is %s", config.model, handle.url, handle.log)
        await handle.wait_ready()
        yield handle


async def _obtain(config: ServerConfig, files: ServerFiles, *, port: int) -> _Lease:
    """Join the supervisor, or start one; `port` is asked for where it is not 0."""
    for _ in range(_JOIN_ATTEMPTS):
        lease = await _join(files)
        if lease is not None:
            return lease
        async with file_lock_async(files.lock):
            lease = await _join(files)  # somebody may have started it while we waited
            if lease is None:
                order = msgspec.json.encode(StartOrder(config=config, port=port))
                await asyncio.to_thread(_start_supervisor, order)
                lease = await _join(files)
        if lease is not None:
            return lease
    msg = f"no supervisor stays for the server of {config.model}; see {files.log}"
    raise EngineError(msg)


async def _join(files: ServerFiles) -> _Lease | None:
    try:
        reader, writer = await asyncio.open_unix_connection(files.socket)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        line = await asyncio.wait_for(reader.readline(), _GREETING_TIMEOUT_S)
    except ConnectionError:
        line = b""
    except TimeoutError:
        writer.close()
        msg = f"the supervisor behind {files.socket} does not answer; see {files.log}"
        raise EngineError(msg) from None
    if not line:
        writer.close()
        return None
    return _Lease(
        reader=reader, writer=writer, greeting=msgspec.json.decode(line, type=known(Greeting))
    )


def _start_supervisor(order: bytes) -> None:
    # A session of its own: a Ctrl-C meant for us must not end what others use too.
    done = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", _SUPERVISOR],
        input=order,
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        msg = f"the supervisor did not start:\n{done.stderr.decode(errors='replace')}"
        raise EngineError(msg)
