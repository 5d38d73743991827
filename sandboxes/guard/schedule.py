"""How long a program was ready to run and was not let: the kernel's own account of it."""

import os
from contextlib import suppress

_NS = 1e-9
_PIECE_BYTES = 2**14
_ASLEEP = b"SDTt"


def waited_s(proc: int, pid: int, *, nested: bool) -> float | None:
    """Return the longest that a thread of a program waited for a processor, None if not known.

    `proc` is a descriptor of `/proc`, which need not be that of our process namespace. `nested`:
    `pid` is the trusted parent in a namespace of its own, of which the program is the child.
    """
    with suppress(OSError, ValueError, IndexError):
        outer = str(pid) if not nested else _program_of(proc, pid)
        return _waited_s(proc, outer)
    return None


def children(proc: int) -> list[int]:
    """List the children of this process; none where the kernel does not tell."""
    with suppress(OSError):
        return [int(pid) for pid in _children(proc, os.readlink("self", dir_fd=proc))]
    return []


def _program_of(proc: int, pid: int) -> str:
    """Find the only child of our own child `pid`, by the numbers that `proc` knows them by."""
    for child in _children(proc, os.readlink("self", dir_fd=proc)):
        status = _read(proc, f"{child}/status")
        numbers = status.partition(b"NSpid:")[2].partition(b"\n")[0].split()
        if int(numbers[-2]) == pid:
            return _children(proc, child)[0]
    raise ProcessLookupError


def _children(proc: int, pid: str) -> list[str]:
    return _read(proc, f"{pid}/task/{pid}/children").decode().split()


def _waited_s(proc: int, pid: str) -> float | None:
    folder = os.open(f"{pid}/task", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
    try:
        waits = [
            int(_read(folder, f"{task}/schedstat").split()[1])
            for task in os.listdir(folder)  # noqa: PTH208 -- of a descriptor
        ]
        return max(waits) * _NS
    except FileNotFoundError:  # a kernel that keeps no such account: all to go by is what it does
        state = _read(proc, f"{pid}/stat").rpartition(b") ")[2][:1]
        return 0.0 if state in _ASLEEP else None
    finally:
        os.close(folder)


def _read(folder: int, name: str) -> bytes:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(descriptor, _PIECE_BYTES)
    finally:
        os.close(descriptor)
