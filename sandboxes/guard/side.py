"""One party of a run, seen from outside: its descriptors, what it wrote, how it ended."""

import dataclasses
import fcntl
import os
from typing import Any, NamedTuple

from stepsmith.sandboxes.guard import leavings
from stepsmith.sandboxes.guard.endings import Facts, end_of
from stepsmith.sandboxes.guard.orders import End, Party

_SEALS = 0xF  # not to shrink, grow, write or unseal: standard input is the program's to read
_ADD_SEALS = 1033


class Ended(NamedTuple):
    """How one party ended, and what it wrote; `files` are as they were handed over, or none."""

    end: End
    stdout: bytes
    stderr: bytes
    files: bytes = b""


@dataclasses.dataclass(kw_only=True, slots=True, eq=False)
class Side:
    """One party, from outside. Descriptors are -1 once closed."""

    index: int
    party: Party
    stdout: int = -1
    stderr: int = -1
    answers: int = -1
    files: int = -1
    questions: int = -1
    status: int = -1
    written: dict[str, bytearray] = dataclasses.field(
        default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray()}
    )
    handed_over: bytearray = dataclasses.field(default_factory=bytearray)
    n_answer_bytes: int = 0
    pending: bytearray = dataclasses.field(default_factory=bytearray)
    has_last: bool = False
    stopped: str = ""
    is_closed: bool = False
    gone: dict[str, Any] | None = None
    wall_s: float = 0.0

    def end(self, ending: str, *, oom_killed: bool) -> Ended:
        """Say how it ended; `ending` is for the whole run, if it was stopped."""
        gone = self.gone or {"error": "its end was not seen"}
        facts = Facts(
            status=gone.get("status"),
            error=gone.get("error", ""),
            stopped=ending or self.stopped,
            over_cpu=gone.get("over_cpu", False),
            cpu_s=gone.get("cpu_s", 0.0),
            wall_s=self.wall_s,
            waited_s=gone.get("waited_s"),
            max_rss_bytes=gone.get("rss", 0),
            resident_bytes=gone.get("base", 0),
            oom_killed=oom_killed and not self.stopped,
            detail=gone.get("detail", ""),
        )
        end = end_of(facts, self.party.limits)
        files = bytes(self.handed_over)
        files = files if leavings.is_whole(files) else b""
        return Ended(end, bytes(self.written["stdout"]), bytes(self.written["stderr"]), files)


def sealed(data: bytes, *, seal: bool = True) -> int:
    """Put bytes into a file in memory that nobody else has a name for."""
    descriptor = os.memfd_create("", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.fchmod(descriptor, 0o600)  # it has a name in `/proc` after all, where that can be read
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    if seal:
        fcntl.fcntl(descriptor, _ADD_SEALS, _SEALS)
    return descriptor
