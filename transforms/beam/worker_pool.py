"""A pool of Beam worker processes on this machine: `python -m ...worker_pool`.

Beam's own pool listens on every interface and starts whatever `python` is first on the path. This
one listens on the loopback and uses this interpreter. Its first line of standard output is the
port, which the kernel chose. The pool ends when its standard input does, and each worker when the
pool does: a run that is killed leaves nothing behind. A worker that dies is reported on standard
output, one line a worker: its process id and status.
"""

import logging
import os
import subprocess
import sys
import threading
from concurrent import futures
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
from apache_beam.runners.worker.sdk_worker import SdkHarness

_CLOSING_S = 30.0
"""How long a worker may take to stop what is under way: no time, unless it is stuck."""

_PATIENCE_S = 2 * _CLOSING_S
"""How long the pool waits for a worker, which ends itself before."""


class _WorkerPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """Start and stop one worker process a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_closed = False
        self._workers: dict[str, subprocess.Popen[bytes]] = {}

    def StartWorker(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - gRPC's names
        command = [sys.executable, "-m", __spec__.name, "worker"]
        with self._lock:
            if self._is_closed:  # none starts behind the back of who waits for all of them
                return beam_fn_api_pb2.StartWorkerResponse(error="the pool is closed")
            worker = subprocess.Popen(  # noqa: S603 - our own program
                [*command, request.control_endpoint.url, request.worker_id],
                stdin=subprocess.PIPE,
                stdout=sys.stderr,
            )
            self._workers[request.worker_id] = worker
        threading.Thread(target=_watch, args=(worker,), daemon=True).start()
        return beam_fn_api_pb2.StartWorkerResponse()

    def StopWorker(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        with self._lock:
            worker = self._workers.pop(request.worker_id, None)
        if worker is not None:
            worker.communicate()
        return beam_fn_api_pb2.StopWorkerResponse()

    def close(self) -> None:
        """End all workers, and wait until they have: none writes on when the pool is gone."""
        with self._lock:
            self._is_closed = True
            workers = list(self._workers.values())
        for worker in workers:
            if worker.stdin is not None:
                worker.stdin.close()
        for worker in workers:
            try:
                worker.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


def _watch(worker: "subprocess.Popen[bytes]") -> None:
    status = worker.wait()
    if status != 0:  # one whose stream the runner has closed ends with 0
        _say(f"{worker.pid} (status {status})")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve() -> None:
    """Serve on the loopback until standard input ends."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    pool = _WorkerPool()
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    _say(str(port))
    sys.stdin.buffer.read()
    server.stop(grace=None)
    pool.close()


def work(control: str, worker_id: str) -> None:
    """Be one worker, until the pool is gone."""
    threading.Thread(target=_end_with_pool, daemon=True).start()
    # No timed flush: it can cut an element in half (Beam <= 2.77).
    SdkHarness(control, worker_id=worker_id, data_buffer_time_limit_ms=0).run()
    _close()


def _close() -> None:
    """Stop what is under way, close the engines and write the last status."""
    # The run is over, and what is still under way is cancelled: its errors say nothing more.
    logging.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    # Now, and not as the interpreter ends: it takes the verifiers' threads away first, by which
    # searches that are still under way would count as failed. Where the module was not needed yet
    # there is nothing to close.
    close_hosts = getattr(sys.modules.get("stepsmith.transforms.beam.host"), "close_hosts", None)
    if close_hosts is not None:
        close_hosts()


def _end_with_pool() -> None:
    # Not through `sys.stdin`, whose lock this thread would still hold when the interpreter ends.
    while os.read(0, 4096):
        pass
    # The main thread may be about it, or waits for work that never ends by itself. Both may stop:
    # who comes second waits for the first.
    closing = threading.Thread(target=_close, daemon=True)
    closing.start()
    closing.join(_CLOSING_S)
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        work(*sys.argv[2:])
    else:
        serve()
