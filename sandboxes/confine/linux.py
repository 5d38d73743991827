"""System calls that Python has no name for, through the C library."""

import ctypes
import errno
import os
import platform
from contextlib import suppress
from typing import Final

from stepsmith.sandboxes.confine.numbers import NUMBERS

MACHINE: Final = platform.machine()

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_RDONLY: Final = 1
MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_REMOUNT: Final = 32
MS_BIND: Final = 4096
MS_REC: Final = 16384
MS_PRIVATE: Final = 1 << 18

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_KEEPCAPS: Final = 8
PR_SET_SECCOMP: Final = 22
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38

CAP_DAC_READ_SEARCH: Final = 2

_MNT_DETACH = 2
_MADV_COLLAPSE = 25
_CAPABILITY_VERSION_3 = 0x20080522
_SIGCHLD = 17

# PyDLL keeps the interpreter's lock: a child cloned while it is released would have to take it from
# a thread that does not exist there.
_libc = ctypes.PyDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.argtypes = (ctypes.c_long, *(ctypes.c_void_p,) * 6)  # a number, bytes or nothing
_syscall.restype = ctypes.c_long
_NUMBERS: Final = {name: numbers.get(MACHINE) for name, numbers in NUMBERS.items()}
_NOTHING: Final = (0,) * 6

Argument = int | bytes | None


def call(name: str, *arguments: Argument) -> int:
    """Make the system call `name`; raises `OSError` that says which one failed."""
    number = _NUMBERS[name]
    if number is None:
        raise OSError(errno.ENOSYS, f"{name}: not known on {MACHINE}")
    result: int = _syscall(number, *arguments, *_NOTHING[len(arguments) :])
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def prctl(option: int, value: int = 0) -> None:
    """Set one property of this process."""
    call("prctl", option, value, 0, 0, 0)


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount a file system, or change the flags of one."""
    try:
        call("mount", *(text.encode() for text in (source, target, kind)), flags, data.encode())
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} ({kind or 'bind'} {target})") from None


def pivot_root(new_root: str) -> None:
    """Make `new_root`, a mount point, the root here; nothing of the old one stays."""
    os.chdir(new_root)
    call("pivot_root", b".", b".")
    call("umount2", b".", _MNT_DETACH)
    os.chdir("/")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    call("unshare", flags)


def clone(flags: int) -> int:
    """Fork into new namespaces: 0 in the child, its id in the parent. One thread only.

    Neither Python nor the C library learns of it: with one thread, which goes on in the child, they
    have nothing to mend, and what they would do costs a fifth of such a fork. The child may not
    `abort` or start threads; it forks by `os.fork`, which mends all.
    """
    return call("clone", flags | _SIGCHLD, 0, 0, 0, 0)


def merge_pages(maps: str) -> None:
    """Put huge pages under the memory of this process, as far as the kernel can.

    `maps` is `/proc/self/maps`. A fork copies one entry for a huge page where it would copy 512,
    and takes down as few when it ends.
    """
    for line in maps.splitlines():
        addresses, rights, _, _, inode, *_ = line.split()
        if rights == "rw-p" and inode == "0":
            start, end = (int(address, 16) for address in addresses.split("-"))
            with suppress(OSError):  # too small, a kernel before 6.1, or nothing in use
                call("madvise", start, end - start, _MADV_COLLAPSE)


def close_from(lowest: int) -> None:
    """Close every descriptor from `lowest` on."""
    call("close_range", lowest, 0x7FFFFFFF, 0)  # gVisor reads a number with a sign


def keep_capabilities(*kept: int) -> None:
    """Give up every capability but those in `kept`, which this process must have."""
    mask = sum(1 << capability for capability in kept)
    header = _CAPABILITY_VERSION_3.to_bytes(4, "little") + bytes(4)
    low = mask.to_bytes(4, "little")
    call("capset", header, low + low + bytes(4) + bytes(12))
