import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from stepsmith.sandboxes import WorkerError, WorkerPool
from stepsmith.sandboxes.workers.zygote_main import is_ending

SLOW_SQUARE = "tests.workers.targets:slow_square"


def kill_workers(pool: WorkerPool, done: threading.Event, kills: list[int]) -> None:
    chance = random.Random(7)
    while not done.wait(chance.uniform(0.05, 0.5)):
        pids = pool.worker_pids
        if pids:
            victim = chance.choice(pids)
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                kills.append(victim)


def test_no_call_is_lost_however_often_workers_are_killed() -> None:
    done, kills = threading.Event(), list[int]()
    n_right = n_calls = 0
    with WorkerPool(2) as pool:
        killer = threading.Thread(target=kill_workers, args=(pool, done, kills))
        killer.start()
        while n_calls < 200 or len(set(kills)) < 20:
            futures = {
                n: pool.submit(SLOW_SQUARE, str(n).encode(), deadline_s=120)
                for n in range(n_calls, n_calls + 200)
            }
            n_calls += len(futures)
            for n, future in futures.items():
                error = future.exception(timeout=600)
                assert error is None or isinstance(error, WorkerError)
                if error is None:
                    assert future.result() == str(n**2).encode()
                    n_right += 1
        done.set()
        killer.join()
        assert pool.call(SLOW_SQUARE, b"12", deadline_s=120) == b"144"
    assert len(set(kills)) >= 20
    assert n_right > 0.9 * n_calls


OWNER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from stepsmith.sandboxes import WorkerPool
pool = WorkerPool(2)
for _ in range(8):
    pool.submit("tests.workers.targets:hang_holding_the_lock", b"", deadline_s=600)
while len(pool.worker_pids) < 2:
    time.sleep(0.01)
time.sleep(0.5)
print(*pool.worker_pids, flush=True)
time.sleep(600)
"""


def test_no_worker_outlives_its_killed_owner() -> None:
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, root], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        workers = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(workers) == 2
        assert all(Path(f"/proc/{pid}").exists() for pid in workers)
        owner.kill()
        killed = time.monotonic()
        while any(is_running(pid) for pid in workers):
            assert time.monotonic() - killed < 120  # their call may go on for far longer
            time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_process_that_is_being_taken_apart_is_told_from_one_that_runs_and_one_that_sleeps() -> (
    None
):
    for text in ("input()", "print(1, flush=True)\nwhile True: pass"):
        with subprocess.Popen(
            [sys.executable, "-S", "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert not is_ending(process.pid)
            process.kill()
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            assert is_ending(process.pid)
        assert not is_ending(process.pid)  # there is none
