"""The local runner, chosen by us, and the options that would lose data, refused."""

import contextlib
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from typing import Any

import grpc
from apache_beam.options.pipeline_options import (
    DirectOptions,
    PipelineOptions,
    StandardOptions,
)
from apache_beam.runners.portability.fn_api_runner import fn_runner, worker_handlers
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.runners.runner import PipelineRunner
from apache_beam.transforms.environments import ExternalEnvironment

from stepsmith.schemas.errors import RunError, UserError

LOCAL = frozenset({None, "DirectRunner", "FnApiRunner"})
_REFUSED = {
    "DaskRunner": "it drops what a bundle emits at its end, and reports DONE",
    "PrismRunner": "it needs a binary that is downloaded at run time",
}
_POOL_START_S = 60.0


def refuse_unsafe(options: PipelineOptions) -> None:
    """Raise `UserError` for a runner or mode that loses data or hangs, with the reason."""
    runner = options.view_as(StandardOptions).runner
    name = (runner or "").rpartition(".")[2]
    if name in _REFUSED:
        msg = f"--runner={runner} is refused: {_REFUSED[name]}; use the local runner or Dataflow"
        raise UserError(msg)
    mode = options.view_as(DirectOptions).direct_running_mode
    if mode == "multi_threading" and worker_handlers.DATA_BUFFER_TIME_LIMIT_MS:
        msg = (
            "--direct_running_mode=multi_threading is refused: its timed flush is not atomic in "
            "Beam 2.77 and loses elements silently; use --workers N"
        )
        raise UserError(msg)
    if mode == "multi_processing":
        msg = (
            "--direct_running_mode=multi_processing is refused: it hangs for ever when a worker "
            "dies; use --workers N"
        )
        raise UserError(msg)


def is_local(options: PipelineOptions) -> bool:
    """Say whether the pipeline runs on this machine under a runner that we choose."""
    return options.view_as(StandardOptions).runner in LOCAL


@contextlib.contextmanager
def local_runner(
    options: PipelineOptions, *, workers: int = 1
) -> Generator[PipelineRunner, None, None]:
    """Give the in-memory runner, or with `workers` > 1 one whose work goes to a pool of processes.

    The pool fails the run within seconds when one of its workers dies. Since 2.68 `DirectRunner`
    first tries to download another runner, without a time-out: so we name ours.
    """
    # Beam <= 2.77: a flush by the clock can cut an element in half.
    worker_handlers.DATA_BUFFER_TIME_LIMIT_MS = 0
    if workers == 1:
        yield FnApiRunner()
        return
    # It asks for a running mode that we refuse; the pool's workers do run side by side.
    logging.getLogger(fn_runner.__name__).setLevel(logging.ERROR)
    _CONTROL._read = _read_or_abort  # noqa: SLF001
    with _worker_pool() as endpoint:
        options.view_as(DirectOptions).direct_num_workers = workers
        yield FnApiRunner(default_environment=_EXTERNAL(endpoint))


# A decorator hides its signature from type checkers.
_EXTERNAL: Any = ExternalEnvironment
# Beam's class as a plain object: a method that Beam does not offer to others is mended below.
_CONTROL: Any = worker_handlers.ControlConnection
_read_control: Callable[[Any], None] = _CONTROL._read  # noqa: SLF001


def _read_or_abort(connection: Any) -> None:
    """Read a worker's answers; when it is lost, fail what waits for it.

    Beam <= 2.77 lets the reading thread die and the runner wait for the answer for ever.
    """
    try:
        _read_control(connection)
    except grpc.RpcError:
        msg = "a worker process was lost; run the same command again to go on where it was"
        connection.abort(RunError(msg))


@contextlib.contextmanager
def _worker_pool() -> Generator[str, None, None]:
    port = _free_port()
    pool = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "stepsmith.transforms.beam.worker_pool", str(port)],
        stdin=subprocess.PIPE,
    )
    try:
        _wait_for(port, pool)
        yield f"127.0.0.1:{port}"
    finally:
        # The pool ends with its standard input, also when this process is killed.
        pool.communicate()


def _wait_for(port: int, pool: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _POOL_START_S
    while time.monotonic() < deadline and pool.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    msg = f"the pool of workers did not start on port {port}"
    raise UserError(msg)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
