"""SIGKILL in mid-run: nothing of ours is left, and nothing is said of the program."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Execution, Limits
from stepsmith.sandboxes.prefork import scratch
from stepsmith.schemas.sandbox import Level
from tests.guard.processes import children
from tests.sandboxes.backends import LOCAL_LEVELS, local

SOON_S = 120

OWNER = """
import os, sys, threading, time
from stepsmith.sandboxes.contract import Execution, Limits
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox

level, how = sys.argv[1:]
sandbox = PreforkSandbox(LocalLauncher(level), {"python": Image(name="python")}, slots=1,
                         limits=Limits(), backend="local")
sandbox.capabilities()
if how == "forked" and os.fork() == 0:
    time.sleep(600)
    os._exit(0)
if how == "busy":
    source = "while True: pass"
else:
    source = "import time; time.sleep(600)"
execution = Execution(id="e", source=source, limits=Limits(wall_s=600, cpu_s=600))
run = threading.Thread(target=lambda: print(sandbox.run(execution).outcome), daemon=True)
run.start()
print(*sandbox.guard_pids, flush=True)
run.join()
"""


def descendants(pid: int) -> Iterator[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        found = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in map(int, found):
        yield child
        yield from descendants(child)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "XZ"  # a zombie is its new parent's to reap


def wait_for(number: int, pid: int) -> set[int]:
    """Wait until the process has that many descendants; a keeper, a template and a program."""
    deadline = time.monotonic() + SOON_S
    while len(found := set(descendants(pid))) < number:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def all_gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + SOON_S
    while any(map(lives, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(lives, pids))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("how", ["idle", "busy", "forked"])
@pytest.mark.parametrize("level", LOCAL_LEVELS)
def test_when_the_owner_is_killed_nothing_is_left(temporary: Path, level: Level, how: str) -> None:
    with local(level):
        pass  # it can be had here, or the test is skipped
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, level, how], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        guard = int(owner.stdout.readline())
        ours = {guard} | wait_for(2, guard)
        others = set(children(owner.pid)) - {guard}
        assert len(others) == (how == "forked")
        ours |= set(descendants(guard))  # also what was started meanwhile
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert all_gone(ours), ours
        for pid in others:  # the fork, which was to live on
            assert lives(pid)
            os.kill(pid, signal.SIGKILL)
        assert owner.stdout.read() == ""
    assert scratch.sweep() == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("level", LOCAL_LEVELS)
def test_when_the_guard_is_killed_again_and_again_there_is_no_label(level: Level) -> None:
    with local(level) as sandbox:
        [guard] = sandbox.guard_pids
        source = "import time; time.sleep(600)"
        execution = Execution(id="e", source=source, limits=Limits(wall_s=600))
        killed: set[int] = set()
        with subprocess.Popen(
            [sys.executable, "-c", KILLER, str(os.getpid()), str(guard)],
            stdout=subprocess.PIPE,
            text=True,
        ) as killer:
            result = sandbox.run(execution)
            killer.kill()
            assert killer.stdout is not None
            killed.update(map(int, killer.stdout.read().split()))
        assert (result.outcome, result.attempts) == ("sandbox_error", 3)
        assert (result.exit_code, result.signal) == (None, None)
        assert "the guard is gone" in result.detail
        assert all_gone(killed)
        assert sandbox.run(Execution(id="e", source="print(1)")).stdout == b"1\n"


KILLER = """
import os, signal, sys, time
from pathlib import Path

def children(pid):
    found = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except OSError:
        pass
    return found

owner = int(sys.argv[1])
spared = set(children(owner)) - {int(sys.argv[2])}  # the guards of other tests, and this process
while True:
    for guard in children(owner):
        if guard in spared:
            continue
        below = [pid for child in children(guard) for pid in (child, *children(child))]
        if len(below) >= 2:  # a program runs
            print(guard, *below, flush=True)
            try:
                os.kill(guard, signal.SIGKILL)
            except ProcessLookupError:
                pass
    time.sleep(0.01)
"""
