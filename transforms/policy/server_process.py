"""A server in a process group of its own, which does not outlive us however we end."""

import asyncio
import contextlib
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Coroutine, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar

import aiohttp

_T = TypeVar("_T")

# The guard leads the group. Its standard input is a pipe that only we hold: when that closes,
# because we stop the server or because we are gone, it ends the group, first politely, so that
# vLLM removes its shared memory, and then without asking. PR_SET_PDEATHSIG would end only the
# server's first process, and would fire when the thread that started it ends.
_GUARD = """
trap '' HUP INT TERM
read -r server
read -r _
kill -TERM 0
tenths=30
while [ "$tenths" -gt 0 ] && kill -0 "$server" 2>/dev/null; do
    sleep 0.1
    tenths=$((tenths - 1))
done
kill -KILL 0
"""
_PROBE = {"prompt": "1", "max_tokens": 1, "temperature": 0}
_TAIL_LINES = 20
_TAIL_BYTES = 65536
_ERROR = re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b.*:")
# What Triton's binding prints at every exit.
_NOISE = re.compile(r"nanobind|^ - leaked|^ - \.\.\. skipped")


class ServerProcess:
    """One life of a server; `start` it, wait until it `ended`, and always `stop` it."""

    def __init__(self, guard: Process, server: Process) -> None:
        self._guard = guard
        self._server = server

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], log: BinaryIO
    ) -> Self:
        """Start `command` with its output in `log`; raises `OSError` where it cannot be run."""
        guard = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", _GUARD, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, process_group=0
        )
        try:
            server = await asyncio.create_subprocess_exec(
                *command,
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                env={**os.environ, **environment},
                process_group=guard.pid,
            )
        except BaseException:
            await _end(guard)
            raise
        if guard.stdin is not None:
            guard.stdin.write(f"{server.pid}\n".encode())
        return cls(guard, server)

    async def ended(self) -> str:
        """Wait until the server has ended and say how."""
        return await first_of(_exit(self._server, "it"), _exit(self._guard, "its guard"))

    async def stop(self) -> None:
        """End the server and all its children, and wait until they are gone."""
        await _end(self._guard)
        await self._server.wait()


async def first_of(*coroutines: Coroutine[Any, Any, _T]) -> _T:
    """Return the result of the coroutine that ends first, and cancel the others."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task in done).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def answers(url: str, model: str, *, timeout_s: float) -> bool:
    """Say whether the server writes a token when asked.

    `/health` and `/v1/models` answer while the engine behind them is dead or still loading.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"{url}/v1/completions", json={"model": model, **_PROBE}) as response,
        ):
            return response.status == HTTPStatus.OK
    except (aiohttp.ClientError, TimeoutError):
        return False


def explain(log: Path) -> str:
    """Return what a server's log says at its end, after the first error that it names there."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
        text = file.read().decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip() and not _NOISE.search(line)]
    tail = lines[-_TAIL_LINES:]
    first = next((line for line in lines if _ERROR.search(line)), None)
    shown = [first, "[...]", *tail] if first is not None and first not in tail else tail
    return "\n".join(shown)


async def _exit(process: Process, name: str) -> str:
    status = await process.wait()
    if status < 0:
        return f"{name} was killed by {signal.Signals(-status).name}"
    return f"{name} exited with status {status}"


async def _end(guard: Process) -> None:
    if guard.stdin is not None:
        guard.stdin.close()
    await guard.wait()
    # The guard itself may have been killed; then whatever it guarded is still there.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(guard.pid, signal.SIGKILL)
