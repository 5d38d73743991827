"""Processor time counts the caller's work and the worker's, and not what either waits for."""

import time

from benchmarks.usage.processor import cpu_s
from stepsmith.sandboxes import WorkerPool

ECHO = "tests.workers.targets:echo"


def spin(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_what_is_waited_for_is_not_counted() -> None:
    with WorkerPool(1) as pool:
        pool.call(ECHO, b"", deadline_s=30)
        # In one of several tries nothing else in this process is at work at that moment.
        assert min(cpu_s(pool, lambda: time.sleep(0.3)) for _ in range(5)) < 0.2


def test_the_callers_work_and_the_workers_are_added_up() -> None:
    with WorkerPool(1) as pool:
        pool.call(ECHO, b"", deadline_s=30)
        assert cpu_s(pool, lambda: spin(0.2)) >= 0.2
        body = b"x" * 100_000
        asked = cpu_s(pool, lambda: [pool.call(ECHO, body, deadline_s=30) for _ in range(300)])
    assert asked > 0.01
