"""Stands before every probe's text; `P`, a dictionary of where things are, stands before it.

A probe calls `attempt` for all that must not work, and `finish` as its last act: a run that never
came to `finish` has shown nothing.
"""

import ctypes
import errno
import json
import os
import re
import sys
import time

CANARY = re.compile(rb"stepsmith-canary-[a-z]+-[0-9a-f]{32}")
LIBC = ctypes.CDLL(None, use_errno=True)
_TRIED = []
_ESCAPED = []


def mark():
    """Take the name that is looked for among the machine's processes; children inherit it."""
    LIBC.prctl(15, P["tag"].encode())


def tried(name, escaped):
    """Note one thing that was tried, and whether it worked."""
    _TRIED.append(name)
    if escaped:
        _ESCAPED.append(name)


def attempt(name, action, *arguments):
    """Try what must be refused; anything but an exception or False is an escape."""
    try:
        got = action(*arguments)
    except BaseException:
        got = False
    tried(name, got is not False)
    return got


def call(number, *arguments):
    """Make a system call by its number; raises OSError where it fails."""
    ctypes.set_errno(0)
    got = LIBC.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    if got == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return got


_BUFFERS = []


def address(data):
    """Return where a copy of some bytes lies; it stays there, for the kernel to read."""
    _BUFFERS.append(ctypes.create_string_buffer(data))
    return ctypes.addressof(_BUFFERS[-1])


def shows(data):
    """Print the planted secrets that are in some bytes, and nothing of anybody else's."""
    for secret in CANARY.findall(data):
        print(secret.decode())


def reads(path, size=65536):
    """Read a file; what was read is shown, for the judge to find a secret in."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        data = os.read(descriptor, size)
    finally:
        os.close(descriptor)
    shows(data)
    return data


def finish():
    """Say what was tried and what worked."""
    report = json.dumps({"tried": _TRIED, "escaped": _ESCAPED})
    sys.stdout.write("\n" + P["tag"] + " " + report + "\n")
    sys.stdout.flush()
