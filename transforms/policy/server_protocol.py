"""What the users of a managed server and its supervisor tell each other.

One line of JSON at a time over a Unix socket. A connection is a lease: the kernel closes it when
its user ends, however that happens. The supervisor greets; whatever line the user then sends asks
whether the server is ready, and is answered once that is known.
"""

import dataclasses
import hashlib
from pathlib import Path

import msgspec

from stepsmith.transforms.policy.folders import cache_folder, runtime_folder


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """A completions server that we start: the same config, the same server on this machine.

    `{port}` stands in `command` for the port on 127.0.0.1 to listen on. `environment` is set on
    top of the starting process's; where that has no `scratch_variable`, it names a folder for the
    server's sockets, which goes with it. `model` is what the server calls the model. A server that
    once was ready is restarted up to `restart_budget` times in all, and `linger_s` is how long it
    stays without users. `check_timeout_s` is how long one token may take.
    """

    model: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    scratch_variable: str | None = None
    start_timeout_s: float = 600.0
    check_timeout_s: float = 60.0
    restart_budget: int = 3
    linger_s: float = 1.0

    @property
    def key(self) -> str:
        """What tells this server from others."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerFiles:
    """The files of one server.

    `lock` is held while a supervisor is sought or started, `running` while a server runs, so that
    an old and a new one never share a GPU's memory.
    """

    socket: Path
    lock: Path
    running: Path
    log: Path


def server_files(key: str) -> ServerFiles:
    """Name the files of the server `key`; its log outlives it."""
    runtime, logs = runtime_folder(), cache_folder() / "logs"
    logs.mkdir(exist_ok=True)
    return ServerFiles(
        socket=runtime / f"{key}.socket",
        lock=runtime / f"{key}.lock",
        running=runtime / f"{key}.running",
        log=logs / f"server-{key}.log",
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class StartOrder:
    """What a new supervisor reads from its standard input; `port` is asked for where not 0."""

    config: ServerConfig
    port: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Greeting:
    """Where the server is, or will be."""

    port: int
    log: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """The server is ready, or it has failed for good."""

    failure: str | None
