"""One sandbox and many who want it at once, or who go away while it works for them."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from stepsmith.sandboxes.contract import Execution, ExecutionResult
from stepsmith.schemas.sandbox import Level
from tests.guard.processes import are_gone, family
from tests.sandboxes.backends import LOCAL_LEVELS, local

OWNER = """
import os, signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what runs in the background
from stepsmith.sandboxes.contract import Execution, Limits
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.prefork.local import LocalLauncher
from stepsmith.sandboxes.prefork.sandbox import PreforkSandbox

class Listening:
    violation = ""
    def restart(self): pass
    def begin(self): return ()
    def ended(self, party): return ()
    def receive(self, party, data):
        os.write(1, b"here\\n")  # in one piece, whatever the other thread writes
        return ()

level, how = sys.argv[1:]
sandbox = PreforkSandbox(LocalLauncher(level), {"python": Image(name="python")}, slots=2,
                         limits=Limits(), backend="local")
source = "import time; open(4, 'w').write('here'); time.sleep(600)"
execution = Execution(id="e", source=source, limits=Limits(wall_s=600))
def run():
    sandbox.converse((execution,), Listening())
threads = [threading.Thread(target=run, daemon=True) for _ in range(how == "exit" and 2 or 1)]
for thread in threads:
    thread.start()
try:
    if how == "exit":
        input()
        sys.exit(7)
    sandbox.converse((execution,), Listening())
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sandbox.close()
    raise SystemExit(8)
"""


@pytest.mark.parametrize("level", LOCAL_LEVELS)
def test_thirty_two_threads_get_their_own_results_each(level: Level) -> None:
    def run(number: int) -> ExecutionResult:
        source = f"import os\nos.write(2, input().encode())\nprint({number})\nexit({number % 7})"
        return sandbox.run(Execution(id=str(number), source=source, stdin=f"{number}\n".encode()))

    with local(level, slots=2) as sandbox, ThreadPoolExecutor(32) as threads:
        results = list(threads.map(run, range(96)))
    said = [(one.outcome, one.exit_code, one.stdout, one.stderr) for one in results]
    assert said == [("exited", n % 7, b"%d\n" % n, b"%d" % n) for n in range(96)]
    assert {one.attempts for one in results} == {1}


@pytest.mark.parametrize("how", ["exit", "interrupt"])
@pytest.mark.parametrize("level", LOCAL_LEVELS)
def test_an_owner_that_leaves_in_mid_run_leaves_nothing(level: Level, how: str) -> None:
    with local(level):
        pass  # it can be had here, or the test is skipped
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, level, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        assert owner.stderr is not None
        try:
            assert [owner.stdout.readline() for _ in range(2)] == [b"here\n"] * 2
            processes = family(owner.pid)
            if how == "exit":
                owner.stdin.write(b"\n")
                owner.stdin.flush()
            else:
                owner.send_signal(signal.SIGINT)
            said, complained = owner.communicate(timeout=300)
        finally:
            owner.kill()  # of no effect on one that has left, as it should have
        assert owner.returncode == {"exit": 7, "interrupt": 8}[how], complained
        assert said == {"exit": b"", "interrupt": b"interrupted\n"}[how]
        assert b"Fatal" not in complained
    assert len(processes) >= 4
    assert are_gone(processes)
