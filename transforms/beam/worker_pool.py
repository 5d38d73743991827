"""A pool of Beam worker processes on this machine: `python -m ...worker_pool PORT`.

Beam's own pool listens on every interface and starts whatever `python` is first on the path. This
one listens on the loopback and uses this interpreter. The pool ends when its standard input does,
and each worker when the pool does: a run that is killed leaves nothing behind.
"""

import os
import subprocess
import sys
import threading
from concurrent import futures
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
from apache_beam.runners.worker.sdk_worker import SdkHarness


class _WorkerPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """Start and stop one worker process a request."""

    def __init__(self) -> None:
        self._workers: dict[str, subprocess.Popen[bytes]] = {}

    def StartWorker(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - gRPC's names
        command = [sys.executable, "-m", __spec__.name, "worker"]
        self._workers[request.worker_id] = subprocess.Popen(  # noqa: S603 - our own program
            [*command, request.control_endpoint.url, request.worker_id], stdin=subprocess.PIPE
        )
        return beam_fn_api_pb2.StartWorkerResponse()

    def StopWorker(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        worker = self._workers.pop(request.worker_id, None)
        if worker is not None:
            worker.communicate()
        return beam_fn_api_pb2.StopWorkerResponse()


def serve(port: int) -> None:
    """Serve on the loopback until standard input ends."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(_WorkerPool(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    sys.stdin.buffer.read()
    server.stop(grace=None)


def work(control: str, worker_id: str) -> None:
    """Be one worker, until the pool is gone."""
    threading.Thread(target=_end_with_pool, daemon=True).start()
    # No timed flush: it can cut an element in half (Beam <= 2.77).
    SdkHarness(control, worker_id=worker_id, data_buffer_time_limit_ms=0).run()


def _end_with_pool() -> None:
    # Not through `sys.stdin`, whose lock this thread would still hold when the interpreter ends.
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(*sys.argv[2:])
    else:
        serve(int(sys.argv[1]))
