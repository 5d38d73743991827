"""A pool in programs of many processes: forked, spawned, and threads that end before it."""

import os
import subprocess
import sys
import threading
import time
import zlib
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkServerContext, SpawnContext

import pytest

from stepsmith.sandboxes import DeadlineError, WorkerError, WorkerPool, shared_pool

TARGETS = "tests.workers.targets"
Context = ForkContext | SpawnContext | ForkServerContext
CONTEXTS: tuple[Context, ...] = (ForkContext(), SpawnContext(), ForkServerContext())


def judge_in_child(answers: Connection) -> None:
    """Use this process's own shared pool, hostile calls included, and send what it said."""
    pool = shared_pool()
    found: list[object] = [pool.call(f"{TARGETS}:square", b"12", deadline_s=120)]
    late, right = pool.call_many(f"{TARGETS}:hang_on", [b"hang", b"right"], deadline_s=2)
    found.extend((type(late).__name__, right, os.getpid() in pool.worker_pids))
    answers.send(found)


@pytest.mark.parametrize("context", CONTEXTS, ids=["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_process_started_by_whatever_method_has_its_own_pool(context: Context) -> None:
    ours = shared_pool().call(f"{TARGETS}:pid", b"", deadline_s=120)
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=judge_in_child, args=(sending,))
    child.start()
    assert receiving.poll(300)
    assert receiving.recv() == [b"144", "DeadlineError", b"right", False]
    child.join(300)
    assert child.exitcode == 0
    assert int(ours) in shared_pool().worker_pids
    assert shared_pool().call(f"{TARGETS}:echo", b"still here", deadline_s=120) == b"still here"


def test_a_forked_process_can_neither_use_nor_close_its_parents_pool() -> None:
    with WorkerPool(1) as pool:
        assert pool.call(f"{TARGETS}:echo", b"x", deadline_s=120) == b"x"
        before = pool.worker_pids
        child = os.fork()
        if child == 0:
            status = 1
            try:
                pool.call(f"{TARGETS}:echo", b"x", deadline_s=120)
            except WorkerError as error:
                status = 0 if "belongs to the process" in str(error) else 2
            finally:
                pool.close()
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert pool.call(f"{TARGETS}:echo", b"y", deadline_s=120) == b"y"
        assert pool.worker_pids == before


def test_forks_of_the_parent_in_the_middle_of_calls_disturb_none() -> None:
    with WorkerPool(2) as pool:
        futures = [pool.submit(f"{TARGETS}:slow_square", b"3", deadline_s=120) for _ in range(200)]
        for _ in range(5):
            child = os.fork()
            if child == 0:
                time.sleep(0.2)
                os._exit(0)
            os.waitpid(child, 0)
        assert {future.result(timeout=300) for future in futures} == {b"9"}


def test_the_pool_outlives_the_thread_that_first_used_it() -> None:
    with WorkerPool(1) as pool:
        pids: list[bytes] = []

        def use() -> None:
            pids.append(pool.call(f"{TARGETS}:pid", b"", deadline_s=120))
            with pytest.raises(DeadlineError):
                pool.call(f"{TARGETS}:hang", b"", deadline_s=0.05)

        for _ in range(3):
            thread = threading.Thread(target=use)
            thread.start()
            thread.join()
        assert len(set(pids)) == 3
        assert pool.call(f"{TARGETS}:echo", b"later", deadline_s=120) == b"later"


def test_a_shared_pool_that_was_closed_is_replaced() -> None:
    # In a process of its own: the pool of this one is held by tests that run after this one.
    closes = (
        "from stepsmith.sandboxes import shared_pool\n"
        "first = shared_pool()\n"
        "first.close()\n"
        "print(shared_pool() is first, shared_pool().call('zlib:compress', b'', deadline_s=120))\n"
    )
    told = subprocess.run([sys.executable, "-c", closes], check=True, capture_output=True)
    assert told.stdout.decode() == f"False {zlib.compress(b'')!r}\n"
