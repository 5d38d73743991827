"""A guard that says anything at all, and a machine that has nothing left: no hang, no crash."""

import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.sandboxes.contract import Execution, File, Limits
from stepsmith.sandboxes.interview import Interview, identities
from stepsmith.sandboxes.prefork.guard import Guard, Program
from stepsmith.sandboxes.prefork.wire import Configure, GuardError, Party
from tests.prefork.fakes import fake_sandbox, play

CONFIGURE = Configure(
    level="best",
    uid=61_000,
    parties=2,
    warm=(),
    paths=(),
    readable=(),
    cgroup=False,
    disk_bytes=0,
)
PROGRAM = Program(
    party=Party(seed=0, talks=True, limits=Limits(), source=0, stdin=0), payload=(b"", b"")
)
WORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
ENDS = st.fixed_dictionaries(
    {"outcome": st.sampled_from(["exited", "oom", "nonsense"]) | WORDS},
    optional={"stdout": st.integers(-2, 9), "stderr": WORDS, "exit_code": WORDS, "cpu_s": WORDS},
)
HEADERS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["ready", "refused", "heard", "closed", "done", "run"]) | WORDS},
    optional={
        "run": st.sampled_from([0, 1, 2]) | WORDS,
        "party": st.sampled_from([-1, 0, 1]) | WORDS,
        "level": st.sampled_from(["ns", "none"]) | WORDS,
        "why": WORDS,
        "parties": st.lists(ENDS, max_size=2) | WORDS,
    },
)


def framed(header: object, payload: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack(">II", 4 + len(text) + len(payload), len(text)) + text + payload


SAID = st.lists(st.binary(max_size=20) | st.builds(framed, HEADERS, st.binary(max_size=9)))


class Stream:
    """A line on which all has been said, and whose other end is gone."""

    pid = None

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def fileno(self) -> int:
        return self._line.fileno()

    def send(self, data: bytes) -> None:
        self._line.sendall(data)

    def receive(self) -> bytes:
        try:
            return self._line.recv(7)
        except OSError:
            return b""

    def kill(self) -> None:
        self._line.close()

    def last_words(self) -> str:
        return ""


@contextmanager
def guard_that_says(data: bytes, *, stays: bool) -> Generator[Guard]:
    ours, theirs = socket.socketpair()
    wakened, waken = os.pipe()
    try:
        theirs.sendall(data)
        if not stays:
            theirs.close()
        yield Guard(Stream(ours), wakened)
    finally:
        for end in (ours, theirs):
            end.close()
        os.close(wakened)
        os.close(waken)


@given(SAID)
def test_a_guard_is_configured_or_is_none_whatever_it_says(said: list[bytes]) -> None:
    with guard_that_says(b"".join(said), stays=False) as guard:
        try:
            report = guard.configure(CONFIGURE, timeout_s=5)
        except GuardError:
            return
        assert report.level == "ns"


@given(SAID)
def test_a_run_ends_or_its_guard_is_given_up_whatever_it_says(said: list[bytes]) -> None:
    with guard_that_says(b"".join(said), stays=False) as guard:
        try:
            [ended] = guard.run([PROGRAM], Interview((), identities()), timeout_s=5)
        except GuardError:
            return
        assert ended.end.outcome in {"exited", "oom"}


def test_a_guard_that_says_half_a_frame_and_stays_is_late() -> None:
    with (
        guard_that_says(framed({"kind": "ready", "level": "ns"}, b"")[:-1], stays=True) as guard,
        pytest.raises(GuardError, match="was not ready in time"),
    ):
        guard.configure(CONFIGURE, timeout_s=0.05)


@pytest.mark.parametrize("name", ["/", "..", "a\0", "x" * 256, "\ud800"])
def test_a_file_that_cannot_be_is_its_callers_fault_and_costs_no_guard(name: str) -> None:
    with fake_sandbox() as sandbox:
        play(sandbox, "guard.done(exit_code=0)")
        pids = sandbox.guard_pids
        for _ in range(6):  # more than the breaker would bear
            execution = Execution(id="", source="", files=(File(name=name, data=b""),))
            with pytest.raises(ValueError, match="is no name for a file in a folder"):
                sandbox.run(execution)
        assert play(sandbox, "guard.done(exit_code=0)").attempts == 1
        assert sandbox.guard_pids == pids


STARVED = """
import os, resource, sys, tempfile
from stepsmith.sandboxes.errors import SandboxError
from tests.prefork.fakes import fake_sandbox, play

def n_open():
    return len(os.listdir("/proc/self/fd"))

with fake_sandbox() as sandbox:
    at_first = n_open()
    if {what!r} == "descriptors":
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        for room in range(4):  # one failure more, and the breaker would say no
            before = n_open()
            resource.setrlimit(resource.RLIMIT_NOFILE, (before - 1 + room, most))
            try:
                sandbox.capabilities()
            except SandboxError as error:
                assert "no guard can be started" in str(error), error
            else:
                break
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
            assert n_open() <= at_first + 1, (room, at_first, n_open())  # one reserves a user
    else:
        good, tempfile.tempdir = tempfile.gettempdir(), "/proc/nowhere"
        try:
            sandbox.capabilities()
        except SandboxError as error:
            assert "no guard can be started" in str(error), error
        else:
            raise AssertionError
        tempfile.tempdir = good
    assert play(sandbox, "guard.done(exit_code=0)").outcome == "exited"
"""


@pytest.mark.parametrize("what", ["descriptors", "places"])
def test_a_machine_without_room_is_said_so_and_forgiven_when_it_has_some(what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARVED.format(what=what)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
