"""A guard of its own for a test, and what can be said to it: the host's side in a few lines."""

import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.guard.frames import Frame, Unpacker, pack
from stepsmith.sandboxes.prefork.uids import Uids

LIMITS: dict[str, Any] = {
    "wall_s": 20.0,
    "cpu_s": 5.0,
    "memory_bytes": 256 * 2**20,
    "output_bytes": 2**20,
    "answer_bytes": 2**20,
    "disk_bytes": 2**20,
    "processes": 1,
}

_SOON_S = 120.0  # however busy the machine is
_USERS = Uids()
atexit.register(_USERS.close)


def own_uid() -> int:
    """Return the first of two user ids that are this process's alone, on the whole machine.

    The kernel counts the tasks of a user: those of tests in other processes must not be among them.
    """
    return _USERS.first_of(0)


class End(NamedTuple):
    """How one party ended."""

    outcome: str
    stdout: bytes
    stderr: bytes
    header: dict[str, Any]
    files: bytes


class Line:
    """A guard and the stream to it. `command` and `options` start it in another way."""

    def __init__(
        self,
        level: str,
        *,
        command: Sequence[str] = (),
        interpreter: str = sys.executable,
        archive: str = "",
        uid: int | None = None,
        **configured: Any,
    ) -> None:
        ours, theirs = socket.socketpair()
        self.socket = ours
        self._unpacker = Unpacker()
        self._frames: list[Frame] = []
        self.n_runs = 0
        self._n_finished = 0
        python = [interpreter, "-P", "-s", "-S", archive or os.fspath(guard_archive())]
        self.process = subprocess.Popen(
            [*command, *python],
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            env={"PYTHONHASHSEED": "0", "SECRET": "in the environment"},
            cwd="/",
        )
        theirs.close()
        config: dict[str, Any] = {
            "kind": "configure",
            "level": level,
            "uid": own_uid() if uid is None else uid,
            "parties": 2,
            "warm": [],
            "paths": [],
            "readable": [],
            "cgroup": False,
            "disk_bytes": 2**24,
        }
        try:
            self.send(config | configured)
            self.ready = self.receive().header
        except EOFError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_idle(self) -> bool:
        """Whether the guard is there and nothing is said or to be heard of a run."""
        unread = bool(self._frames) or self.n_runs > self._n_finished
        return not unread and self.process.poll() is None

    def close(self) -> int:
        """Hang up, and return the guard's exit code."""
        self.socket.close()
        try:
            return self.process.wait(_SOON_S)
        finally:
            self.process.kill()
            if self.process.stderr is not None:
                self.process.stderr.close()

    def send(self, header: dict[str, Any], payload: bytes = b"") -> None:
        """Send one frame."""
        try:
            self.socket.sendall(pack(header, payload))
        except ConnectionError:
            raise EOFError from None

    def receive(self) -> Frame:
        """Wait for a frame; raises `EOFError` when the guard is gone."""
        self.socket.settimeout(_SOON_S)
        while not self._frames:
            try:
                data = self.socket.recv(2**18)
            except ConnectionError:  # it left with words of ours unread
                data = b""
            if not data:
                raise EOFError
            self._frames += self._unpacker.feed(data)
        return self._frames.pop(0)

    def start(
        self,
        *sources: str | bytes,
        stdin: bytes = b"",
        files: Sequence[tuple[str, bytes]] = (),
        seed: int = 0,
        talks: bool = False,
        stages: Sequence[Sequence[str]] | None = None,
        address_space: bool = True,
        collect: bool = False,
        **limits: Any,
    ) -> None:
        """Start a run of one party a source, all with the same input and limits."""
        self.n_runs += 1
        texts = [text.encode() if isinstance(text, str) else text for text in sources]
        party = {
            "seed": seed,
            "talks": talks,
            "limits": LIMITS | limits,
            "stdin": len(stdin),
            "files": [(name, len(data)) for name, data in files],
            "stages": stages,
            "address_space": address_space,
            "collect": collect,
        }
        parties = [party | {"source": len(text)} for text in texts]
        rest = stdin + b"".join(data for _, data in files)
        payload = b"".join(text + rest for text in texts)
        self.send({"kind": "run", "run": self.n_runs, "parties": parties}, payload)

    def say(self, data: bytes = b"", *, party: int = 0, last: bool = False) -> None:
        """Write to a party's questions."""
        self.send({"kind": "say", "run": self.n_runs, "party": party, "last": last}, data)

    def finish(self) -> tuple[list[End], list[Frame]]:
        """Wait for the run's end; return how each party ended, and what was heard before."""
        heard: list[Frame] = []
        while (frame := self.receive()).header["kind"] != "done":
            heard.append(frame)
        self._n_finished += 1
        ends: list[End] = []
        rest = frame.payload
        for header in frame.header["parties"]:
            out, rest = rest[: header["stdout"]], rest[header["stdout"] :]
            err, rest = rest[: header["stderr"]], rest[header["stderr"] :]
            files, rest = rest[: header["files"]], rest[header["files"] :]
            ends.append(End(header["outcome"], out, err, header, files))
        return ends, heard

    def run(self, source: str | bytes, **given: Any) -> End:
        """Run one program to its end."""
        self.start(source, **given)
        [end], _ = self.finish()
        return end
