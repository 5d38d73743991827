"""How a template comes to be: a fork of the keeper, walled, warmed and alone."""

import dataclasses
import fcntl
import gc
import importlib
import json
import os
import signal
import site
import socket
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from stepsmith.sandboxes.confine import linux, rlimits
from stepsmith.sandboxes.guard import program, rooms
from stepsmith.sandboxes.guard.child import FIRST_FREE
from stepsmith.sandboxes.guard.orders import Config, Rung
from stepsmith.sandboxes.guard.template import Template
from stepsmith.sandboxes.guard.walls import WallError, Walls, prepared

_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108 -- theirs
_MAX_ANSWER_BYTES = 2**16
_exit = os._exit  # its public face

_REHEARSAL = """
import linecache, random, sys, traceback
random.seed(0)
print(input.__name__, [sum(range(3))], {1: 2.5}, f"{3:>4}", "a".encode())
try:
    raise ValueError("nothing")
except ValueError:
    traceback.format_exc()
sys.stdout.flush()
"""
"""What every program does. The compiler alone makes two hundred types when it is first used: a
template that had never used it would have each of its forks make them anew."""


@dataclasses.dataclass(kw_only=True, slots=True)
class Born:
    """A template that is ready, seen from the keeper."""

    pid: int
    control: socket.socket
    rung: Rung
    layers: list[str]
    missing: list[str]

    def end(self) -> None:
        """Close the line, which ends the template and all its forks, and wait for it."""
        self.control.close()
        os.waitpid(self.pid, 0)


def bear(config: Config, rung: Rung, inherited: Sequence[int], doors: Sequence[int]) -> Born:
    """Fork a template and wait until it is ready; raises `WallError` with its reason.

    `inherited` are the keeper's descriptors, which the template closes; by `doors` it goes into the
    group that counts what its programs use.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        _live(config, rung, theirs, (*inherited, ours.fileno()), doors)
    theirs.close()
    answer = ours.recv(_MAX_ANSWER_BYTES)
    said: dict[str, Any] = json.loads(answer) if answer else {"why": "it vanished at its start"}
    born = Born(
        pid=pid,
        control=ours,
        rung=rung,
        layers=said.get("layers", []),
        missing=said.get("missing", []),
    )
    if "why" in said:
        born.end()
        raise WallError(said["why"])
    return born


def _live(
    config: Config,
    rung: Rung,
    control: socket.socket,
    inherited: Sequence[int],
    doors: Sequence[int],
) -> NoReturn:
    for descriptor in inherited:
        os.close(descriptor)
    control = socket.socket(fileno=_move_up(control.detach()))
    try:
        template = _grow(config, rung, control, [_move_up(door) for door in doors])
    except Exception as error:  # noqa: BLE001 -- told to the keeper; a fork must not return from here
        why = str(error) if isinstance(error, WallError) else f"{type(error).__name__}: {error}"
        control.send(json.dumps({"why": why[:2000]}).encode())
        _exit(1)
    try:
        template.serve()
    finally:
        _exit(1)


def _grow(config: Config, rung: Rung, control: socket.socket, doors: Sequence[int]) -> Template:
    _occupy_low_descriptors()
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    _adopt_orphans(config)
    if rung == "uid" and os.geteuid() != 0:
        msg = "a user of its own: only root can give one"
        raise WallError(msg)
    walls = prepared(config, rung)
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    if walls.namespaces:
        rooms.enter(walls, proc, control)
    _warm(config, proc)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    walls.prepare()
    _settle(walls, proc)
    _go_in(walls, doors)
    said = {"layers": walls.layers, "missing": walls.missing}
    control.send(json.dumps(said).encode())
    return Template(control, walls, proc)


def _adopt_orphans(config: Config) -> None:
    """Have what programs leave come to this process; with one process each they leave nothing."""
    try:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    except OSError:
        if not config.own_kernel:
            raise


def _move_up(descriptor: int) -> int:
    """Give what is open a number that no program's will have."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST_FREE)
    os.close(descriptor)
    return high


def _occupy_low_descriptors() -> None:
    """Put something harmless on all descriptors that a program's may become.

    1 and 2 are a pipe while the streams are built, for that is what they will be.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(FIRST_FREE):
        if descriptor != null:
            os.dup2(null, descriptor)
    read_end, write_end = os.pipe()
    os.dup2(write_end, 1)
    os.dup2(write_end, 2)
    program.rebuild_streams()
    os.close(read_end)
    os.close(write_end)
    os.dup2(null, 1)
    os.dup2(null, 2)


def _warm(config: Config, proc: int) -> None:
    """Run the snippets once: what they import and compute is there in every program."""
    sys.path[:] = [*(path for path in sys.path if not path.endswith(".pyz")), *config.paths]
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.dont_write_bytecode = True  # a program's folder holds what it was given
    for text in (_REHEARSAL, *config.warm):
        code = compile(text, "<warm>", "exec", dont_inherit=True)
        exec(code, {"__name__": "__warm__"})  # noqa: S102 -- the project's own text
    if "numpy" in sys.modules:  # it loads its generators when they are first asked for: too late
        importlib.import_module("numpy.random")
    if b"\nThreads:\t1\n" not in _read(proc, "self/status"):
        msg = "the warm-up left threads running, and a fork has none of them"
        raise WallError(msg)


def _go_in(walls: Walls, doors: Sequence[int]) -> None:
    """Have this process and all its forks counted; what is in memory by now is not."""
    for door in doors:
        os.write(door, b"0")
        os.close(door)
    if doors:
        walls.counted = True
        walls.layers.append("memory and processes counted by the kernel")


def _settle(walls: Walls, proc: int) -> None:
    """Take the last measures before the first fork."""
    os.environ.clear()
    os.environ.update(_ENVIRONMENT)
    for name in ("stdout", "stderr"):
        getattr(sys, name).flush()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    linux.merge_pages(_read(proc, "self/maps").decode())
    walls.mapped_bytes, walls.resident_bytes = rlimits.mapped_bytes(_read(proc, "self/statm"))


def _read(proc: int, name: str) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=proc), "rb") as file:
        return file.read()
