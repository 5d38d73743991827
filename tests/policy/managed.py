"""Start a managed fake server from a test, and look for what is left of it."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from stepsmith.transforms.policy.server_protocol import ServerConfig

FAKES = Path(__file__).parents[1] / "fakes"
MODEL = "fake"
PATIENCE_S = 300

# Opens a lease as a process of its own: prints the URL when ready, then keeps it for ever.
OWNER = """
import asyncio, sys, msgspec
from stepsmith.transforms.policy.server import managed_server
from stepsmith.transforms.policy.server_protocol import ServerConfig

async def own():
    config = msgspec.json.decode(sys.argv[1], type=ServerConfig)
    async with managed_server(config) as server:
        print(server.url, flush=True)
        await asyncio.sleep(1000)

asyncio.run(own())
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Machine:
    """Folders of a machine's own: no other test shares a server with it."""

    pids: Path
    hang: Path
    runtime: Path

    def server_pids(self) -> set[int]:
        """Return every process that a fake server has ever been here."""
        return {int(file.name) for file in self.pids.iterdir()}

    def alive(self) -> set[int]:
        """Return those of them that still run."""
        return {pid for pid in self.server_pids() if is_alive(pid)}


def fake_config(**options: float | str) -> ServerConfig:
    """Describe a fake server; `options` are fields of `ServerConfig`."""
    command = (sys.executable, "-m", "vllm.entrypoints.openai.api_server")
    arguments = ("--host", "127.0.0.1", "--port", "{port}", "--model", MODEL)
    config = ServerConfig(model=MODEL, command=(*command, *arguments), linger_s=0.2)
    return dataclasses.replace(config, **options)


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that only waits for its parent's attention does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def supervisors(runtime: Path) -> set[int]:
    """Return the supervisors whose sockets lie in `runtime`."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            environment = (entry / "environ").read_bytes()
            if b"policy.supervisor" in command and str(runtime).encode() in environment:
                found.add(int(entry.name))
    return {pid for pid in found if is_alive(pid)}


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds; what never ends fails the test, and what is slow does not."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < PATIENCE_S, f"not within {PATIENCE_S} s"
        await asyncio.sleep(0.02)


def kill(*pids: int) -> None:
    """Kill processes as the kernel does when memory is short."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
