"""Make the kernel say, to this process and all below it, that it has no landlock."""

import ctypes
import errno
import os
import struct

_CALLS = (444, 445, 446)
"""landlock_create_ruleset, landlock_add_rule, landlock_restrict_self: the same on every machine."""

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def remove_landlock() -> None:
    """Install a filter that answers ENOSYS; nothing takes it away again."""
    checks = [(_EQUAL, len(_CALLS) - i, 0, number) for i, number in enumerate(_CALLS)]
    instructions = [(_LOAD, 0, 0, 0), *checks, (_RETURN, 0, 0, _ALLOW)]
    instructions += [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    text = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(text, len(text))
    program = _Program(len(instructions), ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    # The kernel takes a filter from root of the machine, or from who gains no rights any more.
    if not prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        return
    prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
