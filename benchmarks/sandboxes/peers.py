"""What programs are run in otherwise: a process each, a container each, a fork without walls.

Each peer is a function from a program's text to its standard output, from a state that no earlier
program has touched; `BareFork` is the floor that no wall can be under.
"""

import contextlib
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Self

Run = Callable[[str], str]

_SERVER = """
import os, struct, sys
requests, replies = sys.stdin.buffer, sys.stdout.buffer
while head := requests.read(4):
    source = requests.read(struct.unpack(">I", head)[0])
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writer, 1)
        sys.stdout = open(1, "w", closefd=False)
        exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
        sys.stdout.flush()
        os._exit(0)
    os.close(writer)
    output = b""
    while piece := os.read(reader, 65536):
        output += piece
    os.close(reader)
    os.waitpid(child, 0)
    replies.write(struct.pack(">I", len(output)) + output)
    replies.flush()
"""


class BareFork:
    """A server that forks for each program and confines nothing. A context manager."""

    def __init__(self, warm: str = "") -> None:
        command = [sys.executable, "-I", "-c", warm + _SERVER]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()

    def __call__(self, source: str) -> str:
        """Run one program; one thread at a time."""
        process, text = self._process, source.encode()
        if process.stdin is None or process.stdout is None:
            msg = "the server has no pipes"
            raise ValueError(msg)
        process.stdin.write(struct.pack(">I", len(text)) + text)
        process.stdin.flush()
        (length,) = struct.unpack(">I", process.stdout.read(4))
        return process.stdout.read(length).decode()


def in_process(source: str) -> str:
    """Run a program in a Python of its own, which imports nothing at its start."""
    return _output([sys.executable, "-I", "-S", "-c", source])


def in_process_with_packages(source: str) -> str:
    """Run a program in a Python of its own that finds the packages installed here."""
    return _output([sys.executable, "-I", "-c", source])


def docker() -> str | None:
    """Return the path of Docker's program, where there is one."""
    return shutil.which("docker")


def docker_run(client: str, image: str, interpreter: str) -> Run:
    """Return what runs a program in a container of its own, as hardened as ours."""
    options = _hardened()

    def run(source: str) -> str:
        command = [client, "run", "--rm", *options, "--entrypoint", interpreter, image]
        return _output([*command, "-I", "-S", "-c", source])

    return run


@contextlib.contextmanager
def docker_exec(client: str, image: str, interpreter: str) -> Iterator[Run]:
    """Yield what runs a program by `docker exec` in one container that stays."""
    idle = ["-I", "-S", "-c", "import time; time.sleep(3600)"]
    command = [client, "run", "--detach", "--rm", *_hardened(), "--entrypoint", interpreter]
    container = _output([*command, image, *idle]).strip()

    def run(source: str) -> str:
        return _output([client, "exec", container, interpreter, "-I", "-S", "-c", source])

    try:
        yield run
    finally:
        _output([client, "rm", "--force", container])


def _hardened() -> list[str]:
    return [
        *("--network=none", "--read-only", "--cap-drop=ALL", "--pids-limit=64"),
        *("--memory=512m", "--memory-swap=512m", "--log-driver=none"),
        "--security-opt=no-new-privileges",
    ]


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
