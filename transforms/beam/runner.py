"""The local runner, chosen by us, and the options that would lose data, refused."""

import contextlib
import difflib
import logging
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from typing import IO, Any, cast

from apache_beam.options.pipeline_options import (
    DirectOptions,
    PipelineOptions,
    StandardOptions,
)
from apache_beam.runners.portability.fn_api_runner import fn_runner, worker_handlers
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.runners.runner import PipelineRunner
from apache_beam.transforms.environments import ExternalEnvironment

from stepsmith.schemas.errors import UsageError, UserError
from stepsmith.transforms.beam.losses import end_waiting, watched_requests

LOCAL = frozenset({None, "DirectRunner", "FnApiRunner"})
_REFUSED = {
    "DaskRunner": "it drops what a bundle emits at its end, and reports DONE",
    "PrismRunner": "it needs a binary that is downloaded at run time",
}


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


def refuse_unknown(arguments: Sequence[str], *, ours: Sequence[str]) -> None:
    """Raise `UsageError` for what is no option of Beam's, with the nearest; `ours` are our own.

    Beam only warns, and a run would begin without what was asked for.
    """
    parsers: list[Any] = []
    PipelineOptions([]).get_all_options(add_extra_args_fn=parsers.append)
    [parser] = parsers
    _, unknown = parser.parse_known_args(list(arguments))
    if not unknown:
        return
    given = unknown[0].partition("=")[0]
    known = (name for action in parser._actions for name in action.option_strings)  # noqa: SLF001 -- argparse tells them nowhere else
    near = [
        *difflib.get_close_matches(given, ours, n=1),
        *difflib.get_close_matches(given, known, n=2, cutoff=0.75),
    ]
    msg = f"unknown argument {given!r}: neither an option of this command nor one of Beam's"
    if near:
        msg += f"; did you mean {' or '.join(near)}?"
    raise UsageError(msg)


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
    # It would tell the pool's workers to find us by this machine's name, which may lead elsewhere.
    _EXTERNAL_HANDLER.host_from_worker = worker_handlers.GrpcWorkerHandler.host_from_worker
    if workers == 1:
        yield FnApiRunner()
        return
    # It asks for a running mode that we refuse; the pool's workers do run side by side.
    logging.getLogger(fn_runner.__name__).setLevel(logging.ERROR)
    with watched_requests(), _worker_pool() as endpoint:
        options.view_as(DirectOptions).direct_num_workers = workers
        yield FnApiRunner(default_environment=_EXTERNAL(endpoint))


# A decorator hides its signature from type checkers.
_EXTERNAL: Any = ExternalEnvironment
_EXTERNAL_HANDLER: Any = worker_handlers.ExternalWorkerHandler


@contextlib.contextmanager
def _worker_pool() -> Generator[str, None, None]:
    pool = subprocess.Popen(
        [sys.executable, "-m", "stepsmith.transforms.beam.worker_pool"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A Ctrl-C is for us, who then end the pool; in its own hands it would raise anywhere.
        process_group=0,
    )
    said = cast("IO[str]", pool.stdout)
    listener = threading.Thread(target=_hear_losses, args=(said,), daemon=True)
    try:
        # However long it takes: the line comes, or the pool's output ends with the pool.
        port = said.readline().strip()
        if not port:
            msg = f"the pool of workers did not start: it ended with status {pool.wait()}"
            raise UserError(msg)
        listener.start()
        yield f"127.0.0.1:{port}"
    finally:
        # The pool ends with its standard input, also when this process is killed.
        if pool.stdin is not None:
            pool.stdin.close()
        pool.wait()
        if listener.is_alive():
            listener.join()
        said.close()


def _hear_losses(reports: IO[str]) -> None:
    for worker in reports:
        end_waiting(f"worker process {worker.strip()}")
    end_waiting("the pool of worker processes")
