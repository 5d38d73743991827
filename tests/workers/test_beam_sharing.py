"""Beam's workers, in whatever threads and processes, share one pool a process."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.runners.runner import PipelineRunner
from apache_beam.testing.util import assert_that

from stepsmith.sandboxes import DeadlineError, WorkerError, WorkerPool, shared_pool
from stepsmith.transforms.beam.runner import local_runner

HANG_ON = "tests.workers.targets:hang_on"
CRASH = "tests.workers.targets:crash"
N_ITEMS = 60
HOSTILE = {7: b"hang", 31: b"hang", 44: b"crash"}

Row = tuple[int, str, int, bool]
RunnerOf = Callable[[PipelineOptions], AbstractContextManager[PipelineRunner]]


class Ask(beam.DoFn):
    """Ask the process's pool about each item; the pool comes in setup and is let go in teardown."""

    def setup(self) -> None:
        self._pool: WorkerPool | None = shared_pool()

    def process(self, element: int) -> Iterator[Row]:
        assert self._pool is shared_pool()
        is_main = threading.current_thread() is threading.main_thread()
        yield element, answer(self._pool, element), os.getpid(), is_main

    def teardown(self) -> None:
        self._pool = None


def answer(pool: WorkerPool, number: int) -> str:
    payload = HOSTILE.get(number, str(number).encode())
    target = CRASH if payload == b"crash" else HANG_ON
    try:
        return pool.call(target, payload, deadline_s=3).decode()
    except DeadlineError:
        return "late"
    except WorkerError as error:
        return "crashed" if "SIGSEGV" in str(error) else str(error)


def expected(number: int) -> str:
    return {b"hang": "late", b"crash": "crashed"}.get(HOSTILE.get(number, b""), str(number))


def is_right(
    *, processes: int, ours: bool, on_main_thread: bool | None
) -> Callable[[list[Row]], None]:
    owner = os.getpid()

    def check(rows: list[Row]) -> None:
        assert sorted((number, said) for number, said, _, _ in rows) == [
            (number, expected(number)) for number in range(N_ITEMS)
        ]
        pids = {pid for _, _, pid, _ in rows}
        assert len(pids) == processes
        assert (owner in pids) is ours
        if on_main_thread is not None:
            assert {is_main for _, _, _, is_main in rows} == {on_main_thread}

    return check


def run(arguments: list[str], check: Callable[[list[Row]], None], *, workers: int = 1) -> None:
    options = PipelineOptions(arguments)
    with (
        local_runner(options, workers=workers) as runner,
        beam.Pipeline(runner=runner, options=options) as pipeline,
    ):
        rows = pipeline | beam.Create(range(N_ITEMS)) | beam.Reshuffle() | beam.ParDo(Ask())
        assert_that(rows, check)


def test_in_memory() -> None:
    run([], is_right(processes=1, ours=True, on_main_thread=None))


@pytest.mark.slow
def test_in_an_external_pool_of_worker_processes() -> None:
    run([], is_right(processes=2, ours=False, on_main_thread=False), workers=2)


def test_in_many_threads_off_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 0)
    threads = ["--direct_running_mode=multi_threading", "--direct_num_workers=2"]
    run(threads, is_right(processes=1, ours=True, on_main_thread=False))
