"""Guards on this machine: a process of its own, which knows nothing of ours."""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import weakref
from contextlib import ExitStack, suppress
from pathlib import Path

from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.confine import cgroup
from stepsmith.sandboxes.contract import Level
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.guard.__main__ import ENVIRONMENT
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork import scratch
from stepsmith.sandboxes.prefork.launch import Place, Rung
from stepsmith.sandboxes.prefork.uids import FIRST, Uids

_PIECE_BYTES = 2**18
_DYING_S = 30.0
_LAST_WORDS_BYTES = 2000


class LocalStream:
    """A guard that is our child, and a socket to it. It ends when the socket does."""

    def __init__(
        self, process: subprocess.Popen[bytes], line: socket.socket, words: int, folder: Path
    ) -> None:
        self._process = process
        self._line = line
        self._words = words
        self._folder = folder
        self.pid: int = process.pid
        self._is_killed = False
        _streams.add(self)

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._line.fileno()

    def send(self, data: bytes) -> None:
        """Write all of a piece."""
        self._line.sendall(data)

    def receive(self) -> bytes:
        """Return what has come; b"" at the end."""
        try:
            return self._line.recv(_PIECE_BYTES)
        except OSError:
            return b""

    def kill(self) -> None:
        """End the guard and its group, reap it, close the socket."""
        if self._is_killed:
            return
        self._is_killed = True
        with suppress(OSError):  # not reaped yet, so the group's number is still its own
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):  # a process in the kernel's hands
            self._process.wait(_DYING_S)
        self._line.close()
        os.close(self._words)
        scratch.remove(self._folder)

    def last_words(self) -> str:
        """Return the end of its standard error."""
        if self._is_killed:
            return ""
        size = os.fstat(self._words).st_size
        start = max(0, size - _LAST_WORDS_BYTES)
        return os.pread(self._words, size - start, start).decode(errors="replace")

    def forget(self) -> None:
        """Let go of the parent's guard: while a fork of ours held the line, it would not end."""
        self._process.returncode = self._process.returncode or 0
        self._line.close()


_streams: weakref.WeakSet[LocalStream] = weakref.WeakSet()


def _forget_all() -> None:
    for stream in list(_streams):
        stream.forget()


os.register_at_fork(after_in_child=_forget_all)


class LocalLauncher:
    """Starts guards as children of this process, at a level or the best that it can reach.

    `program` is what the interpreter runs as the guard, where it is not the guard that ships.
    """

    def __init__(self, level: Rung = "best", *, program: str | None = None) -> None:
        self.level: Rung = level
        self._program = program
        self._uids = Uids()
        scratch.sweep()

    def place(self, image: Image, slot: int) -> Place:
        """Say what a guard is to be told of this machine."""
        packages = _packages() if image.packages else ()
        return Place(
            level=self.level,
            first_uid=self._uids.first_of(slot) if os.geteuid() == 0 else FIRST,
            paths=packages,
            readable=(*packages, *_interpreter()),
        )

    def launch(self, image: Image, slot: int) -> LocalStream:
        """Start a guard; raises `SandboxError`."""
        del image, slot
        with ExitStack() as undo:
            try:
                return self._launch(undo)
            except OSError as error:  # no descriptor, process or place for a file is left
                msg = f"no guard can be started: {error}"
                raise SandboxError(msg) from None

    def _launch(self, undo: ExitStack) -> LocalStream:
        """Start a guard; what stands in `undo` is given back where that fails."""
        program = self._program or os.fspath(guard_archive())
        ours, theirs = socket.socketpair()
        undo.callback(ours.close)
        with theirs:
            words = os.memfd_create("guard")
            undo.callback(os.close, words)
            folder = scratch.make()
            undo.callback(scratch.remove, folder)
            process = subprocess.Popen(  # noqa: S603 -- our own interpreter and archive
                [_executable(), "-P", "-s", "-S", program],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=words,
                close_fds=True,
                cwd="/",
                env=ENVIRONMENT | {"TMPDIR": os.fspath(folder)},
                start_new_session=True,
            )
        undo.pop_all()
        return LocalStream(process, ours, words, folder)

    def reached(self, inner: Level) -> Level:
        """Say the level: here it is the guard's own."""
        return inner

    def close(self) -> None:
        """Give the user ids back; remove what the kernel counted killed guards' programs in."""
        self._uids.close()
        with suppress(OSError):
            cgroup.remove_stale(patience_s=cgroup.DYING_S)


def _packages() -> tuple[str, ...]:
    """Where packages are installed for this interpreter."""
    return tuple(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


def _interpreter() -> tuple[str, ...]:
    """Where the interpreter itself is, which may be no part of the system's folders."""
    folders = (sys.base_prefix, sys.base_exec_prefix, os.path.dirname(_executable()))  # noqa: PTH120
    return tuple(dict.fromkeys(folders))


def _executable() -> str:
    """Name the interpreter itself: an environment's own name would have to be readable too."""
    return os.path.realpath(sys.executable)
