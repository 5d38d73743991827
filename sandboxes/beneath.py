"""Open paths beneath a folder, whatever links and mounts somebody puts on the way.

`openat2` does it where the kernel has it (5.6) and no filter refuses it; elsewhere each component
is opened by itself. Both give the same errors: ELOOP for a link, EXDEV for another mount.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Callable
from functools import cache

Opener = Callable[[int, str, int], int]
"""Opens a path beneath a folder's descriptor with flags, and follows no link on the way."""

_OPENAT2 = 437  # the same on every architecture
_NO_XDEV, _NO_MAGICLINKS, _NO_SYMLINKS, _BENEATH = 0x01, 0x02, 0x04, 0x08
_ATTEMPTS = 16  # it gives EAGAIN when somebody renames folders at the same time


def open_beneath(folder: int, path: str, flags: int) -> int:
    """Open a path with one call of the kernel's, which itself refuses to leave the folder."""
    how = _OpenHow(
        flags=flags | os.O_CLOEXEC,
        mode=0,
        resolve=_NO_XDEV | _NO_MAGICLINKS | _NO_SYMLINKS | _BENEATH,
    )
    call = _libc().syscall
    name = os.fsencode(path)
    for _ in range(_ATTEMPTS):
        size = ctypes.c_size_t(ctypes.sizeof(how))
        descriptor: int = call(ctypes.c_long(_OPENAT2), folder, name, ctypes.byref(how), size)
        if descriptor >= 0:
            return descriptor
        if ctypes.get_errno() not in (errno.EAGAIN, errno.EINTR):
            break
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code), path)


def open_by_component(folder: int, path: str, flags: int) -> int:
    """Open a path one component at a time, for kernels before 5.6; the same errors."""
    device = os.fstat(folder).st_dev
    *folders, last = path.split("/")
    at = os.dup(folder)
    try:
        for name in folders:
            below = _open_plain(at, name, os.O_PATH)
            os.close(at)
            at = below
            if not stat.S_ISDIR(_same_device(at, device, path).st_mode):
                raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        descriptor = _open_plain(at, last, flags)
    finally:
        os.close(at)
    try:
        _same_device(descriptor, device, path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


@cache
def best_opener() -> Opener:
    """Return `open_beneath` where the kernel and its filters let `openat2` through."""
    root = os.open("/", os.O_PATH | os.O_CLOEXEC)
    try:
        os.close(open_beneath(root, ".", os.O_PATH))
    except OSError:
        return open_by_component
    finally:
        os.close(root)
    return open_beneath


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def _open_plain(folder: int, name: str, flags: int) -> int:
    descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    if stat.S_ISLNK(os.fstat(descriptor).st_mode):  # O_PATH opens the link itself
        os.close(descriptor)
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
    return descriptor


def _same_device(descriptor: int, device: int, path: str) -> os.stat_result:
    found = os.fstat(descriptor)
    if found.st_dev != device:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), path)
    return found


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
