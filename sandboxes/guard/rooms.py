"""The namespaces of the template itself: what its programs' own ones are cut out of."""

import os
import signal
import socket
from contextlib import suppress
from typing import NoReturn

from stepsmith.sandboxes.confine import linux, namespaces
from stepsmith.sandboxes.guard import init
from stepsmith.sandboxes.guard.walls import Walls, devices

_ROOM = (
    linux.CLONE_NEWUSER
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWNET
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUTS
)
_LAYERS = (
    "namespaces of its own: user, process, mount, network, ipc, host name",
    "a root with nothing in it but what may be read",
    "sized memory to write to, gone with the run",
)
_exit = os._exit  # its public face


def enter(walls: Walls, proc: int, control: socket.socket) -> None:
    """Move this process into namespaces and a root of its own; it goes on in a fork.

    Process 1 of the new process namespace is that fork: with it ends whatever it started. Root
    becomes the slot's user first, so that nothing in the namespaces is root anywhere.
    """
    is_root = os.geteuid() == 0
    is_apart = is_root and _leave_mounts()
    if is_apart:
        _change_root(walls)
    if is_root:
        os.setgroups([])
        os.setresgid(walls.uid, walls.uid, walls.uid)
        os.setresuid(walls.uid, walls.uid, walls.uid)
    _leave(proc, _ROOM if is_apart else _ROOM | linux.CLONE_NEWNS)
    if not is_apart:
        _change_root(walls)
    with suppress(OSError):
        socket.sethostname("sandbox")
    pid = os.fork()
    if pid:
        _stand_by(pid, control)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    walls.layers += _LAYERS


def _leave_mounts() -> bool:
    """Take a mount namespace as root; a root without that right is a user like others."""
    try:
        linux.unshare(linux.CLONE_NEWNS)
    except PermissionError:
        return False
    return True


def _leave(proc: int, flags: int) -> None:
    ids = os.geteuid(), os.getegid()
    linux.unshare(flags)
    linux.prctl(linux.PR_SET_DUMPABLE, 1)
    namespaces.map_ids(proc, ids[0], *ids)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)


def _change_root(walls: Walls) -> None:
    taken = namespaces.change_root(walls.readable, devices(), (init.MOUNT,), init.LINKS)
    walls.missing += [
        f"{name}: not to be written to, for what programs read lies in it" for name in taken
    ]


def _stand_by(pid: int, control: socket.socket) -> NoReturn:
    """Be no more than the parent of what goes on: it cannot be the keeper's own child."""
    control.close()
    linux.close_from(0)
    os.waitpid(pid, 0)
    _exit(0)
