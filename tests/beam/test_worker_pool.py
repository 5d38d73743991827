"""The pool of worker processes: none outlives it, and each stops in order."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import apache_beam as beam
import grpc
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc

from stepsmith.schemas.errors import UserError
from stepsmith.transforms.beam import runner, worker_pool
from stepsmith.transforms.beam.runner import local_runner
from tests.pipelines.processes import descendants, is_running, until


def test_a_worker_ends_before_its_pool() -> None:
    with started() as (pool, port):
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolStub(channel)
            request = beam_fn_api_pb2.StartWorkerRequest(worker_id="one")
            request.control_endpoint.url = "127.0.0.1:1"  # nobody is there: it goes on asking
            stub.StartWorker(request, wait_for_ready=True)
        until(lambda: bool(descendants(pool.pid)))
        workers = descendants(pool.pid)
        assert pool.stdin is not None
        pool.stdin.close()
        assert pool.wait() == 0
        assert not [pid for pid in workers if is_running(pid)]


def test_a_pool_that_is_closed_starts_no_worker() -> None:
    pool = worker_pool._WorkerPool()
    pool.close()
    reply = pool.StartWorker(beam_fn_api_pb2.StartWorkerRequest(worker_id="late"), None)
    assert reply.error == "the pool is closed"
    assert not pool._workers


def test_two_pools_never_share_a_port() -> None:
    with started() as (_, one), started() as (_, other):
        assert one != other


def test_a_pool_that_does_not_start_is_an_error_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.sys, "executable", "/bin/false")
    with (
        pytest.raises(UserError, match=r"^the pool of workers did not start: it ended with sta"),
        local_runner(PipelineOptions([]), workers=2),
    ):
        pass


def test_workers_find_the_run_whatever_the_name_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: "no-such-machine.invalid")
    options = PipelineOptions([])
    with local_runner(options, workers=2) as chosen:
        pipeline = beam.Pipeline(runner=chosen, options=options)
        written = str(tmp_path / "sum")
        _ = pipeline | beam.Create([1, 2, 3]) | beam.CombineGlobally(sum) | beam.Map(_note, written)
        pipeline.run().wait_until_finish()
    assert (tmp_path / "sum").read_text() == "6"


def _note(total: int, path: str) -> None:
    Path(path).write_text(str(total))


@contextlib.contextmanager
def started() -> Generator[tuple["subprocess.Popen[str]", int], None, None]:
    with subprocess.Popen(
        [sys.executable, "-m", worker_pool.__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as pool:
        assert pool.stdin is not None
        assert pool.stdout is not None
        yield pool, int(pool.stdout.readline())
        pool.stdin.close()
