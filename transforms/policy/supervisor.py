"""Keep one server running for as long as anybody on this machine uses it.

`python -m stepsmith.transforms.policy.supervisor` reads a `StartOrder` from its standard input
and returns once the users can connect; a child of it stays until the last of them is gone.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
import sys
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.transforms.policy.folders import file_lock_async
from stepsmith.transforms.policy.server_process import ServerProcess, answers, explain, first_of
from stepsmith.transforms.policy.server_protocol import (
    Answer,
    Greeting,
    ServerConfig,
    ServerFiles,
    StartOrder,
    server_files,
)

_LOG = logging.getLogger(__name__)
_HOST = "127.0.0.1"
_PROBE_EVERY_S = 0.25
_CREDENTIALS = struct.Struct("3i")


class Supervisor:
    """Runs the server, counts its users, and answers when they ask whether it is ready."""

    def __init__(self, config: ServerConfig, files: ServerFiles, *, port: int) -> None:
        self._config = config
        self._files = files
        self._port = port
        self._url = f"http://{_HOST}:{port}"
        self._n_users = 0
        self._unused = asyncio.Event()
        self._unused.set()
        self._ready = asyncio.Event()
        self._failed = asyncio.Event()
        self._suspicion: asyncio.Future[str] = asyncio.Future()
        self._failure: str | None = None
        self._environment: Mapping[str, str] = {}

    async def run(self, listener: socket.socket) -> None:
        """Serve until nobody has used the server for a while, and take it down."""
        door = await asyncio.start_unix_server(self._serve, sock=listener)
        keeper = asyncio.create_task(self._keep_running())
        try:
            await first_of(self._failed.wait(), self._until_unused())
            # Unlinked before it is closed: a newcomer now starts a supervisor of its own, and
            # this is still our socket and not yet that one's.
            self._files.socket.unlink(missing_ok=True)
            door.close()
            await self._until_unused()
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def _keep_running(self) -> None:
        async with file_lock_async(self._files.running):
            with tempfile.TemporaryDirectory(prefix="stepsmith-server-") as scratch:
                self._environment = environment(self._config, scratch)
                self._failure = await self._spend_budget()
        _LOG.error("%s", self._failure)
        self._failed.set()

    async def _spend_budget(self) -> str:
        budget = self._config.restart_budget
        n_restarts = 0
        while True:
            was_ready, reason = await self._live()
            if not was_ready:
                return self._explain(f"the server did not start: {reason}")
            if n_restarts == budget:
                return self._explain(f"the server went down after {n_restarts} restarts: {reason}")
            n_restarts += 1
            _LOG.warning("%s; restart %d of %d", reason, n_restarts, budget)

    async def _live(self) -> tuple[bool, str]:
        """Run the server once; say whether it was ever ready, and why it went down."""
        command = [part.replace("{port}", str(self._port)) for part in self._config.command]
        with self._files.log.open("ab") as log:
            try:
                process = await ServerProcess.start(command, self._environment, log)
            except OSError as error:
                return False, str(error)
        try:
            failure = await first_of(process.ended(), self._until_answering())
            if failure is not None:
                return False, failure
            self._suspicion = asyncio.Future()
            self._ready.set()
            _LOG.info("ready at %s", self._url)
            return True, await first_of(process.ended(), _result(self._suspicion))
        finally:
            self._ready.clear()
            await process.stop()

    async def _until_answering(self) -> str | None:
        limit_s = self._config.start_timeout_s
        try:
            async with asyncio.timeout(limit_s):
                while not await self._answers(limit_s):  # noqa: ASYNC110 -- it sends no word
                    await asyncio.sleep(_PROBE_EVERY_S)
        except TimeoutError:
            return f"it did not write a token within {limit_s:g} s"
        return None

    async def _confirm(self) -> Answer:
        """Wait until the server writes a token for the asking, or has failed for good."""
        limit_s = self._config.check_timeout_s
        while True:
            await first_of(self._failed.wait(), self._ready.wait())
            if self._failed.is_set():
                return Answer(failure=self._failure)
            suspicion = self._suspicion
            if await self._answers(limit_s):
                return Answer(failure=None)
            if not suspicion.done():
                suspicion.set_result(f"it did not write a token within {limit_s:g} s")
                self._ready.clear()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._n_users += 1
        self._unused.clear()
        try:
            await _send(writer, Greeting(port=self._port, log=str(self._files.log)))
            await first_of(self._converse(reader, writer), _until_peer_ended(writer))
        except ConnectionError:
            pass  # the user is gone, as all users are in the end
        finally:
            writer.close()
            self._n_users -= 1
            if self._n_users == 0:
                self._unused.set()

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        pending: set[asyncio.Task[None]] = set()
        try:
            # Answered on the side: the end of the line must be seen while an answer takes time.
            while await reader.readline():
                task = asyncio.create_task(self._answer(writer))
                pending.add(task)
                task.add_done_callback(pending.discard)
        finally:
            for task in pending:
                task.cancel()

    async def _answer(self, writer: StreamWriter) -> None:
        answer = await self._confirm()
        with contextlib.suppress(ConnectionError):
            await _send(writer, answer)

    async def _until_unused(self) -> None:
        while True:
            await self._unused.wait()
            await asyncio.sleep(self._config.linger_s)
            if self._unused.is_set():
                return

    async def _answers(self, timeout_s: float) -> bool:
        return await answers(self._url, self._config.model, timeout_s=timeout_s)

    def _explain(self, reason: str) -> str:
        log = self._files.log
        return f"{reason}\ncommand: {' '.join(self._config.command)}\n{log} ends:\n{explain(log)}"


async def _send(writer: StreamWriter, message: Greeting | Answer) -> None:
    writer.write(msgspec.json.encode(message) + b"\n")
    await writer.drain()


async def _result(future: asyncio.Future[str]) -> str:
    return await future


async def _until_peer_ended(writer: StreamWriter) -> None:
    """Wait until the process that connected has ended.

    A process that it forked may hold the connection too, and outlive it.
    """
    peer = writer.get_extra_info("socket")
    packed = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, _, _ = _CREDENTIALS.unpack(packed)
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _reserve(port: int) -> socket.socket:
    """Bind `port`, or any free one, without listening: the server may still, others will not."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((_HOST, port))
    except OSError:
        reserved.bind((_HOST, 0))
    return reserved


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # left by a supervisor that was killed
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(128)
    return listener


def _detach(log: Path) -> None:
    """Go on as a child that nobody waits for, with everything it prints in `log`."""
    if os.fork() > 0:
        os._exit(0)
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())


def environment(config: ServerConfig, scratch: str) -> Mapping[str, str]:
    """Return what is set for the server on top of our own environment."""
    found = dict(config.environment)
    if config.scratch_variable is not None and config.scratch_variable not in os.environ:
        found[config.scratch_variable] = scratch
    return found


async def _run(order: StartOrder, files: ServerFiles, listener: socket.socket) -> None:
    with _reserve(order.port) as reserved:
        supervisor = Supervisor(order.config, files, port=reserved.getsockname()[1])
        await supervisor.run(listener)


def main() -> None:
    """Read the order, start listening, and supervise in the background."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=known(StartOrder))
    files = server_files(order.config.key)
    listener = _listen(files.socket)
    _detach(files.log)
    logging.basicConfig(level=logging.INFO, format="stepsmith: %(message)s")
    asyncio.run(_run(order, files, listener))


if __name__ == "__main__":
    main()
