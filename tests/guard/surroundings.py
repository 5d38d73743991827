"""What this machine gives: who we are, and how to start a guard with less."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from stepsmith.sandboxes.confine import landlock
from tests.guard.line import Line

SYSTEM_PYTHON = "/usr/bin/python3"
ORDINARY = 61_950

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
needs_landlock = pytest.mark.skipif(
    landlock.abi() < landlock.MINIMUM_ABI, reason="the kernel has no landlock of version 3"
)
needs_system_python = pytest.mark.skipif(
    not Path(SYSTEM_PYTHON).exists() or shutil.which("setpriv") is None,
    reason="needs a Python that any user may start, and setpriv",
)

WITHOUT_NAMESPACES = (
    "import os, sys\n"
    f"sys.path[:0] = {[path for path in sys.path if path]!r}\n"
    "from stepsmith.sandboxes.confine import bpf, linux, numbers, seccomp\n"
    "architecture = seccomp.ARCHITECTURES[linux.MACHINE]\n"
    "refused = ('unshare', 'mount', 'pivot_root')\n"
    "refuse = {numbers.NUMBERS[name][linux.MACHINE]: bpf.ERRNO | 1 for name in refused}\n"
    "filter = bpf.assemble(architecture, refuse, bpf.ALLOW)\n"
    "linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)\n"
    "seccomp.load(filter.program)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)
"""Starts the rest of the command line as a container's default filter would have it."""


def restricted() -> tuple[str, ...]:
    """Return the beginning of a command that is refused all new namespaces."""
    return (sys.executable, "-c", WITHOUT_NAMESPACES)


def reached(level: str) -> bool:
    """Tell whether a guard reaches a level here."""
    with Line(level) as line:
        return bool(line.ready["kind"] == "ready")
