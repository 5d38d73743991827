"""Bugs of Beam that we work around: when one of these fails, the workaround can go."""

import contextlib
import inspect
from collections.abc import Iterator

import grpc
import pytest
from apache_beam.portability.api import beam_fn_api_pb2
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.runners.worker.data_plane import TimeBasedBufferingClosableOutputStream

from stepsmith.schemas.errors import RunError
from stepsmith.transforms.beam.runner import _read_control, _read_or_abort


def test_the_local_runner_still_flushes_by_the_clock() -> None:
    assert "DATA_BUFFER_TIME_LIMIT_MS = 1000" in inspect.getsource(worker_handlers)


def test_a_flush_by_the_clock_can_still_cut_an_element_in_half() -> None:
    # The timer flushes whatever stands in the buffer, also the first half of an element that its
    # coder is just writing.
    flushed: list[bytes] = []
    stream = TimeBasedBufferingClosableOutputStream(
        close_callback=lambda _: None, flush_callback=flushed.append, time_flush_threshold_ms=60_000
    )
    stream.write(b"first half,")
    stream.flush()
    stream.write(b"second half")
    stream.close()
    assert flushed == [b"first half,"]


class Lost:
    """The answers of a worker whose process was killed."""

    def __iter__(self) -> Iterator[object]:
        raise grpc.RpcError


def connection_with_a_request() -> tuple[object, worker_handlers.ControlFuture]:
    connection = worker_handlers.ControlConnection()
    connection._input = Lost()
    return connection, connection.push(beam_fn_api_pb2.InstructionRequest())


def test_beam_still_lets_a_lost_workers_requests_wait_for_ever() -> None:
    connection, waiting = connection_with_a_request()
    with contextlib.suppress(grpc.RpcError):
        _read_control(connection)
    assert waiting._exception is None


def test_ours_fails_them_with_what_to_do() -> None:
    connection, waiting = connection_with_a_request()
    _read_or_abort(connection)
    with pytest.raises(RunError, match="a worker process was lost; run the same command again"):
        waiting.get(timeout=1)
