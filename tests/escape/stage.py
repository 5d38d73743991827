"""What a probe might reach, set up beside the sandbox: secrets, listeners, a process to harm."""

import contextlib
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = "STEPSMITH_ESCAPE_CANARY"
_FOLDERS = """
/ /box /dev /dev/shm /etc /home /mnt /opt /proc /root /run /run/lock /srv /sys /tmp /usr /usr/lib
/var /var/lib /var/tmp
"""
FOLDERS = tuple(_FOLDERS.split())
"""Where a machine keeps what is not a program's, as far as there is such a folder."""


# Every signal waits: none ends this process but the two that nobody can block, and all are seen.
_VICTIM = (
    "import signal\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
    "print('ready', flush=True)\n"
    "input()\n"
)


def canary(kind: str) -> str:
    """Make up a secret that a scan of memory finds; there is no other of its form."""
    return f"stepsmith-canary-{kind}-{secrets.token_hex(16)}"


class Victim:
    """A process of the owner that notices every signal sent to it."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-S", "-c", _VICTIM]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        self.pid = self._process.pid

    def harm(self) -> Iterator[str]:
        """Say what was done to it."""
        status = _status(self.pid)
        pending = int(status.get("SigPnd", "0"), 16) | int(status.get("ShdPnd", "0"), 16)
        if self._process.poll() is not None or pending >> (signal.SIGKILL - 1) & 1:
            yield "a process of the owner was killed"
        elif pending:
            yield "a process of the owner got a signal"
        elif status["State"][0] in "Tt":
            yield "a process of the owner was stopped"

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def _status(process: int) -> dict[str, str]:
    with contextlib.suppress(FileNotFoundError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {}


class Listeners:
    """Sockets that are there to be reached: TCP and UDP on loopback, abstract, and a file."""

    def __init__(self, folder: Path) -> None:
        self.abstract = f"stepsmith-escape-{secrets.token_hex(8)}"
        self.file = str(folder / "socket")
        self._open = {
            "TCP on loopback": _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "an abstract socket": _bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.abstract}"),
            "a socket file": _bound(socket.AF_UNIX, socket.SOCK_STREAM, self.file),
        }
        self.port: int = self._open["TCP on loopback"].getsockname()[1]
        address = ("127.0.0.1", self.port)
        self._open["UDP on loopback"] = _bound(socket.AF_INET, socket.SOCK_DGRAM, address)
        Path(self.file).chmod(0o777)

    def reached(self) -> Iterator[str]:
        """Name what was reached since the last time; a caller that has hung up counts as well."""
        for name, listener in self._open.items():
            if _drain(listener):
                yield f"reached {name}"

    def close(self) -> None:
        """Stop listening."""
        for listener in self._open.values():
            listener.close()


class Stage:
    """All of it, and what became of it. A context manager; leaves nothing behind."""

    def __init__(self) -> None:
        self.secrets = {"file": canary("file"), "environment": canary("environment")}
        os.environ[ENVIRONMENT] = self.secrets["environment"]
        self.folder = Path(tempfile.mkdtemp(prefix="stepsmith-escape-"))
        self.folder.chmod(0o755)
        self.file = self.folder / "canary"
        self._write()
        self.listeners = Listeners(self.folder)
        self.victim = Victim()
        homes = (Path.home(), Path("/root"), Path("/home"))
        self.homes = [str(home) for home in homes if home.is_dir()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.victim.close()
        self.listeners.close()
        with contextlib.suppress(FileNotFoundError):
            self.file.chmod(0o644)
        for left in self.folder.iterdir():
            left.unlink()
        self.folder.rmdir()
        os.environ.pop(ENVIRONMENT, None)

    def parameters(self) -> dict[str, object]:
        """Tell a probe where things are, and none of the secrets."""
        outside = (self.file, "/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/proc/1/environ")
        outside += (
            Path.home() / ".bashrc",
            REPOSITORY / "pyproject.toml",
            REPOSITORY / ".git/HEAD",
        )
        return {
            "victim": self.victim.pid,
            "owner": os.getpid(),
            "file": str(self.file),
            "secrets": [str(path) for path in outside],
            "homes": [*self.homes, str(REPOSITORY)],
            "folders": [folder for folder in FOLDERS if Path(folder).is_dir()] + [str(self.folder)],
            "port": self.listeners.port,
            "abstract": self.listeners.abstract,
            "socket": self.listeners.file,
        }

    def harm(self) -> Iterator[str]:
        """Say what happened to it since the last time, and set it up anew."""
        yield from self.listeners.reached()
        harm = [*self.victim.harm()]
        if harm:
            yield from harm
            self.victim.close()
            self.victim = Victim()
        if self._state() != self._written:
            yield "the owner's file was changed"
            self._write()

    def _write(self) -> None:
        if self.file.exists():
            self.file.unlink()
        self.folder.chmod(0o755)
        self.file.write_text(self.secrets["file"])
        self.file.chmod(0o644)
        self._written = self._state()

    def _state(self) -> tuple[object, ...]:
        """Return all that a file says of itself, but when it was read."""
        if not self.file.is_file():
            return ()
        status, folder = self.file.stat(), self.folder.stat()
        attributes = tuple(os.listxattr(self.file))
        owner = (status.st_uid, status.st_gid, status.st_mode, status.st_mtime_ns, status.st_nlink)
        return (self.file.read_text(), owner, attributes, stat.S_IMODE(folder.st_mode))


def _bound(family: int, kind: int, address: tuple[str, int] | str) -> socket.socket:
    listener = socket.socket(family, kind)
    listener.bind(address)
    listener.settimeout(0)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    return listener


def _drain(listener: socket.socket) -> int:
    """Take all that has come to a socket; return how much it was."""
    n_come = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(64)
            else:
                listener.accept()[0].close()
            n_come += 1
    return n_come


def living(tag: str) -> list[int]:
    """Find the processes of this machine that took the name `tag`, zombies left out."""
    found = list[int]()
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        # A process may end between being listed and being read.
        with contextlib.suppress(OSError):
            name, _, rest = (process / "stat").read_text().rpartition(") ")
            if name.partition("(")[2] == tag and rest[0] != "Z":
                found.append(int(process.name))
    return found


def descendants() -> list[int]:
    """Find all processes below this one; orphans come back to it, for it is a subreaper."""
    parents = dict[int, int]()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                rest = (process / "stat").read_text().rpartition(") ")[2].split()
                if rest[0] != "Z":  # what has ended waits for this process, which never asks
                    parents[int(process.name)] = int(rest[1])
    found, grown = {os.getpid()}, True
    while grown:
        below = {child for child, parent in parents.items() if parent in found} - found
        found |= below
        grown = bool(below)
    return sorted(found - {os.getpid()})


def marked_files(tag: str, more: Path) -> list[Path]:
    """Find the files that a probe left in the folders of this machine, by its mark."""
    found = list[Path]()
    for folder in (*map(Path, FOLDERS), more):
        with contextlib.suppress(OSError):
            found += [path for path in folder.iterdir() if path.name.startswith(tag)]
    return found


def sweep(tag: str, more: Path) -> None:
    """Remove what a probe left behind, where nothing held it."""
    for process in living(tag):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    for path in marked_files(tag, more):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
