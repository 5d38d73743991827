import asyncio
import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stepsmith.sandboxes import DeadlineError, WorkerError, WorkerPool, shared_pool

if TYPE_CHECKING:
    from stepsmith.transforms.verify import Worker

TARGETS = "tests.workers.targets"


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2, memory_bytes=2**30) as pool:
        yield pool


@pytest.fixture
def single() -> Iterator[WorkerPool]:
    with WorkerPool(1) as pool:
        yield pool


def call(pool: WorkerPool, name: str, payload: bytes = b"", deadline_s: float = 120.0) -> bytes:
    return pool.call(f"{TARGETS}:{name}", payload, deadline_s=deadline_s)


def submit(
    pool: WorkerPool, name: str, payload: bytes = b"", deadline_s: float = 120.0
) -> Future[bytes]:
    return pool.submit(f"{TARGETS}:{name}", payload, deadline_s=deadline_s)


def test_the_pool_is_a_worker(pool: WorkerPool) -> None:
    worker: Worker = pool
    assert worker.call(f"{TARGETS}:echo", b"\x00\xff", deadline_s=120) == b"\x00\xff"


def test_a_call_runs_in_another_process(pool: WorkerPool) -> None:
    assert int(call(pool, "pid")) in set(pool.worker_pids) - {os.getpid()}


def test_a_process_is_kept_between_calls(single: WorkerPool) -> None:
    assert [call(single, "count") for _ in range(3)] == [b"0", b"1", b"2"]


def test_many_calls_end_in_their_order_each_on_its_own(pool: WorkerPool) -> None:
    payloads = [b"hang" if n in {5, 77} else str(n).encode() for n in range(100)]
    outcomes = pool.call_many(f"{TARGETS}:hang_on", payloads, deadline_s=2)
    for payload, outcome in zip(payloads, outcomes, strict=True):
        assert isinstance(outcome, DeadlineError) if payload == b"hang" else outcome == payload


def test_many_calls_may_be_none_or_more_than_wait_at_once() -> None:
    with WorkerPool(1, max_pending=3) as pool:
        assert pool.call_many(f"{TARGETS}:square", [], deadline_s=120) == []
        squares = pool.call_many(f"{TARGETS}:square", [b"2"] * 20, deadline_s=120)
        assert squares == [b"4"] * 20
        [error] = pool.call_many(f"{TARGETS}:fail", [b"no good"], deadline_s=120)
        assert isinstance(error, WorkerError)
        assert str(error) == "ValueError: no good"


def test_many_threads_get_their_own_answers(pool: WorkerPool) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = threads.map(lambda n: call(pool, "square", str(n).encode()), range(500))
    assert [int(answer) for answer in answers] == [n**2 for n in range(500)]


async def test_an_event_loop_can_await_a_call(pool: WorkerPool) -> None:
    calls = [asyncio.wrap_future(submit(pool, "square", str(n).encode())) for n in range(50)]
    assert [int(answer) for answer in await asyncio.gather(*calls)] == [n**2 for n in range(50)]


@pytest.mark.parametrize("name", ["hang", "hang_holding_the_lock", "ignore_signals"])
def test_a_deadline_is_kept_whatever_the_call_does(pool: WorkerPool, name: str) -> None:
    call(pool, "echo")
    began = time.monotonic()
    with pytest.raises(DeadlineError, match=f"targets:{name} took longer than 0.3 s"):
        call(pool, name, deadline_s=0.3)
    assert 0.3 <= time.monotonic() - began < 60  # and not for ever
    assert call(pool, "echo", b"next") == b"next"


def test_a_late_process_is_gone(single: WorkerPool) -> None:
    before = int(call(single, "pid"))
    with pytest.raises(DeadlineError):
        call(single, "hang", deadline_s=0.1)
    assert not Path(f"/proc/{before}").exists()
    assert int(call(single, "pid")) != before


def test_the_culprit_alone_is_late_and_its_batch_mates_run_again(single: WorkerPool) -> None:
    call(single, "echo")
    payloads = [b"hang" if n in {3, 9} else str(n).encode() for n in range(16)]
    futures = [submit(single, "hang_on", payload, deadline_s=2) for payload in payloads]
    for payload, future in zip(payloads, futures, strict=True):
        if payload == b"hang":
            assert isinstance(future.exception(), DeadlineError)
        else:
            assert future.result() == payload


def test_what_a_call_raises_comes_back_with_its_type_and_the_process_lives(
    single: WorkerPool,
) -> None:
    with pytest.raises(WorkerError, match=r"^ValueError: no good$"):
        call(single, "fail", b"no good")
    pids = [call(single, "pid")]
    with pytest.raises(WorkerError, match=r"^ValueError: no worse$"):
        call(single, "fail", b"no worse")
    pids.append(call(single, "pid"))
    assert pids[0] == pids[1]


def test_a_long_message_is_cut(single: WorkerPool) -> None:
    with pytest.raises(WorkerError) as caught:
        call(single, "fail", b"x" * 10**6)
    assert len(str(caught.value)) == 500


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("crash", "killed by SIGSEGV"),
        ("leave", "exited with status 3"),
        ("leave_politely", "SystemExit: 3"),
    ],
)
def test_a_call_that_ends_its_process_ends_in_an_error(
    single: WorkerPool, name: str, reason: str
) -> None:
    with pytest.raises(WorkerError, match=reason):
        call(single, name)
    assert call(single, "echo", b"next") == b"next"


def test_memory_is_limited(pool: WorkerPool) -> None:
    with pytest.raises(WorkerError, match=f"ran out of memory .limit {2**30} bytes"):
        call(pool, "allocate", str(2**31).encode())
    assert call(pool, "allocate", b"1000000") == b"\0"


def test_a_call_whose_process_dies_is_run_once_more(single: WorkerPool, tmp_path: Path) -> None:
    assert call(single, "die_once", bytes(tmp_path / "mark")) == b"alive"


def test_a_target_that_prints_or_reads_does_not_disturb(single: WorkerPool) -> None:
    assert call(single, "scribble") == b"done"
    assert call(single, "echo", b"next") == b"next"


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("no_such_module:f", "ModuleNotFoundError: No module named 'no_such_module'"),
        (f"{TARGETS}:no_such", "AttributeError: "),
        (f"{TARGETS}:answer_text", "TypeError: a target returns bytes, not str"),
    ],
)
def test_a_target_that_cannot_be_used_says_why(single: WorkerPool, target: str, error: str) -> None:
    with pytest.raises(WorkerError, match=error):
        single.call(target, b"", deadline_s=120)


def test_payloads_beyond_the_pipes_go_through(single: WorkerPool) -> None:
    payloads = [bytes([n]) * 3_000_000 for n in range(8)]
    futures = [submit(single, "echo", payload) for payload in payloads]
    assert [future.result() for future in futures] == payloads


def test_preparing_a_module_is_not_on_the_clock() -> None:
    target = "tests.workers.prepared:times_prepared"
    with WorkerPool(1) as pool:
        assert [pool.call(target, b"", deadline_s=2) for _ in range(2)] == [b"1", b"1"]


def test_warm_targets_are_loaded_before_the_first_call() -> None:
    with WorkerPool(1, warm=[f"{TARGETS}:count", "no_such_module:f"]) as pool:
        assert call(pool, "count") == b"0"
        with pytest.raises(WorkerError, match="ModuleNotFoundError"):
            pool.call("no_such_module:f", b"", deadline_s=120)


def test_a_module_is_imported_once_for_all_workers() -> None:
    target = "tests.workers.prepared:times_prepared"
    with WorkerPool(2) as pool:
        futures = [pool.submit(target, b"", deadline_s=2) for _ in range(40)]
        assert {future.result() for future in futures} == {b"1"}
        with pytest.raises(DeadlineError):
            call(pool, "hang", deadline_s=0.1)
        assert pool.call(target, b"", deadline_s=2) == b"1"


def test_workers_come_back_when_the_process_that_forks_them_is_killed(pool: WorkerPool) -> None:
    first = int(call(pool, "pid"))
    zygote = int(Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[1])
    assert zygote != os.getpid()
    os.kill(zygote, signal.SIGKILL)
    end = time.monotonic() + 120
    while Path(f"/proc/{first}").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert call(pool, "square", b"12") == b"144"
    assert int(call(pool, "pid")) != first


def test_a_process_is_replaced_after_its_share_of_calls() -> None:
    with WorkerPool(1, max_requests=3, max_batch=1) as pool:
        assert [call(pool, "count") for _ in range(7)] == [b"0", b"1", b"2"] * 2 + [b"0"]


def test_a_full_queue_holds_the_caller_back(tmp_path: Path) -> None:
    door = tmp_path / "door"
    with WorkerPool(1, max_pending=2, max_batch=1) as pool:
        is_through = threading.Event()

        def fill() -> None:
            for _ in range(20):
                submit(pool, "wait_at", bytes(door))
            is_through.set()

        caller = threading.Thread(target=fill)
        caller.start()
        assert not is_through.wait(0.05)
        door.touch()
        caller.join(120)
        assert is_through.is_set()


def test_a_call_that_waits_can_be_cancelled(single: WorkerPool) -> None:
    running = submit(single, "hang", deadline_s=1.0)
    waiting = submit(single, "echo", b"never")
    while not running.running():
        time.sleep(0.01)
    cancelled = waiting.cancel()
    assert isinstance(running.exception(), DeadlineError)
    assert cancelled == waiting.cancelled()


def test_closing_ends_every_call() -> None:
    pool = WorkerPool(2, max_batch=1)
    futures = [submit(pool, "hang", deadline_s=600) for _ in range(10)]
    while not all(future.running() for future in futures[:2]):
        time.sleep(0.01)
    pids = pool.worker_pids
    pool.close()
    assert all(isinstance(future.exception(timeout=0), WorkerError) for future in futures)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    with pytest.raises(WorkerError, match="the worker pool is closed"):
        call(pool, "echo")
    pool.close()


def test_a_pool_that_cannot_start_its_workers_says_so() -> None:
    with WorkerPool(1, start_s=0.001) as pool, pytest.raises(WorkerError, match="no worker could"):
        call(pool, "echo")


def test_a_pool_has_at_least_one_worker() -> None:
    with pytest.raises(ValueError, match="allowed: 1 or more"):
        WorkerPool(0)


@pytest.mark.parametrize("deadline_s", [0.0, -1.0, math.inf, math.nan, 1e9])
def test_a_deadline_is_a_time_that_can_be_waited_for(pool: WorkerPool, deadline_s: float) -> None:
    with pytest.raises(ValueError, match="allowed: more than 0, up to 86400"):
        call(pool, "echo", b"x", deadline_s)
    assert call(pool, "echo", b"next") == b"next"


def test_a_process_shares_one_pool() -> None:
    assert shared_pool() is shared_pool()
    assert call(shared_pool(), "echo", b"shared") == b"shared"
