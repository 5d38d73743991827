"""Landlock: which files a process may open, whatever its user may."""

import os
import stat
import struct
from collections.abc import Iterable
from typing import Final

from stepsmith.sandboxes.confine.linux import call

MINIMUM_ABI: Final = 3
"""Before it `truncate` was not covered: what may only be read could be emptied."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1, 2, 4, 8
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL
_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_ALL_BY_ABI = ((1, (1 << 13) - 1), (2, 1 << 13), (3, _TRUNCATE), (5, _DEVICE_CONTROL))
_TCP_ABI, _SCOPE_ABI = 4, 6
_TCP, _SCOPE = 3, 3
_VERSION_FLAG, _PATH_BENEATH = 1, 1


def abi() -> int:
    """Return the kernel's version of landlock, 0 where it has none or has it switched off."""
    try:
        return call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Make a set of rules and return its descriptor; it is closed on `exec`.

    What lies beneath the paths may be read and executed, or all; paths that are not there are left
    out. Where the kernel can, TCP, signals and abstract sockets to the outside are refused too.
    """
    version = abi()
    known = 0
    for since, rights in _ALL_BY_ABI:
        known |= rights if version >= since else 0
    fields = [known]
    fields += [_TCP] if version >= _TCP_ABI else []
    fields += [_SCOPE] if version >= _SCOPE_ABI else []
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    rules = call("landlock_create_ruleset", attributes, len(attributes), 0)
    for paths, rights in ((readable, _READ), (writable, known & ~_DEVICE_CONTROL)):
        for path in paths:
            _allow(rules, path, rights)
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, descriptor)
        call("landlock_add_rule", rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)


def restrict(rules: int) -> None:
    """Put the rules on this process for good; it must have given up new privileges."""
    call("landlock_restrict_self", rules, 0)
