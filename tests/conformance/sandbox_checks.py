"""What must hold of every sandbox, as data: programs, and how they must be said to have ended."""

import dataclasses
from collections.abc import Sequence

from stepsmith.sandboxes.contract import Ending, Limits, Message

QUICK = Limits(wall_s=20, cpu_s=10, memory_bytes=256 * 2**20)
IMPATIENT = dataclasses.replace(QUICK, wall_s=1.5)
FRUGAL = dataclasses.replace(QUICK, cpu_s=0.3)
TERSE = dataclasses.replace(QUICK, output_bytes=1000, answer_bytes=1000)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ends:
    """A program, and how it ends: one of `outcomes`, with that code or that signal.

    `attempts` is how many it takes; what ends by the clock takes more where the machine is too busy
    to let it begin.
    """

    source: str
    outcomes: tuple[Ending, ...] = ("exited",)
    code: int | None = None
    signal: int | None = None
    limits: Limits = QUICK
    attempts: int = 1


ENDINGS: dict[str, Ends] = {
    "nothing": Ends(source="", code=0),
    "exit code": Ends(source="raise SystemExit(3)", code=3),
    "exit code of more than a byte": Ends(source="raise SystemExit(256 + 7)", code=7),
    "exit code that is a text": Ends(source="raise SystemExit('no')", code=1),
    "exception": Ends(source="1 / 0", code=1),
    "no Python": Ends(source="this is not Python", code=1),
    "no text": Ends(source="x = '\ud800'", code=1),
    "a null byte": Ends(source="x = '\0'", code=1),
    "docker's own code": Ends(source="import os; os._exit(125)", code=125),
    "a shell's code for SIGKILL": Ends(source="import os; os._exit(137)", code=137),
    "the guard's own code": Ends(source="import os; os._exit(250)", code=250),
    "forged memory error": Ends(source="raise MemoryError", code=1),
    "abort": Ends(source="import os; os.abort()", outcomes=("signaled",), signal=6),
    "segmentation fault": Ends(
        source="import ctypes; ctypes.string_at(0)", outcomes=("signaled",), signal=11
    ),
    "kills itself": Ends(
        source="import os; os.kill(os.getpid(), 9)", outcomes=("signaled",), signal=9
    ),
    "ends itself politely": Ends(
        source="import os; os.kill(os.getpid(), 15)", outcomes=("signaled",), signal=15
    ),
    "pretends to be out of time": Ends(
        source="import os; os.kill(os.getpid(), 24)", outcomes=("signaled",), signal=24
    ),
    "loops": Ends(source="while True: pass", outcomes=("timeout_cpu",), limits=FRUGAL),
    "loops and ignores signals": Ends(
        source="import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        outcomes=("timeout_cpu",),
        limits=FRUGAL,
    ),
    "loops in threads": Ends(
        source="import threading\ndef f():\n while True: pass\n"
        "for _ in range(3): threading.Thread(target=f).start()",
        outcomes=("timeout_cpu",),
        limits=FRUGAL,
    ),
    "loops and catches everything": Ends(
        source="while True:\n try:\n  while True: pass\n except BaseException: pass",
        outcomes=("timeout_cpu",),
        limits=FRUGAL,
    ),
    "sleeps": Ends(
        source="import time; time.sleep(600)",
        outcomes=("timeout_wall",),
        limits=IMPATIENT,
        attempts=2,
    ),
    "stops itself": Ends(
        source="import os; os.kill(os.getpid(), 19)",
        outcomes=("timeout_wall",),
        limits=IMPATIENT,
        attempts=2,
    ),
    "waits for itself": Ends(
        source="import threading; a = threading.Lock(); a.acquire(); a.acquire()",
        outcomes=("timeout_wall",),
        limits=IMPATIENT,
        attempts=2,
    ),
    "waits with closed descriptors": Ends(
        source="import os, time\nfor fd in range(50):\n try: os.close(fd)\n"
        " except OSError: pass\ntime.sleep(600)",
        outcomes=("timeout_wall",),
        limits=IMPATIENT,
        attempts=2,
    ),
    "fills its memory": Ends(
        source="x = []\nwhile True: x.append(bytearray(2**20))",
        outcomes=("oom", "oom_suspected"),
    ),
    "asks for too much memory at once": Ends(source="x = bytearray(2**31)", code=1),
    "writes too much": Ends(
        source="while True: print('x' * 10_000)", outcomes=("output_limit",), limits=TERSE
    ),
    "complains too much": Ends(
        source="import sys\nwhile True: sys.stderr.write('x' * 10_000)",
        outcomes=("output_limit",),
        limits=TERSE,
    ),
    "writes too much and will not stop": Ends(
        source="import os, signal\nsignal.signal(signal.SIGPIPE, signal.SIG_IGN)\nwhile True:\n"
        " try: os.write(1, b'x' * 10_000)\n except OSError: pass",
        outcomes=("output_limit",),
        limits=TERSE,
    ),
    "leaves a thread behind": Ends(
        source="import os, threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
        code=0,
    ),
    "leaves from a thread": Ends(
        source="import os, threading, time\n"
        "threading.Thread(target=os._exit, args=(9,)).start()\ntime.sleep(600)",
        code=9,
    ),
}


class Echo:
    """A conversation in which each party is told what the other one said; ends after `n` lines."""

    def __init__(self, n: int) -> None:
        self.violation = ""
        self._n = n
        self.restart()

    def restart(self) -> None:
        self.lines: list[tuple[int, bytes]] = []
        self.gone: list[int] = []
        self._pending = [b"", b""]

    def begin(self) -> Sequence[Message]:
        return (Message(party=0, data=b"0\n"),)

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        self._pending[party] += data
        if not self._pending[party].endswith(b"\n"):
            return ()
        line, self._pending[party] = self._pending[party], b""
        self.lines.append((party, line))
        if len(self.lines) == self._n:
            return (Message(party=0, last=True), Message(party=1, last=True))
        return (Message(party=1 - party, data=line),)

    def ended(self, party: int) -> Sequence[Message]:
        self.gone.append(party)
        return (Message(party=0, last=True), Message(party=1, last=True))


class Suspicious(Echo):
    """Takes the first word for a violation."""

    def receive(self, party: int, data: bytes) -> Sequence[Message]:
        self.violation = f"{data!r}"
        return ()


COUNTS = """\
import os
while data := os.read(3, 65536):
    os.write(4, b"%d\\n" % (int(data) + 1))
print("over")
"""
"""Answers each number by the next."""
