"""What is asked of a worker that is gone fails, and with Beam alone it waits."""

import contextlib
from collections.abc import Iterator

import grpc
import pytest
from apache_beam.portability.api import beam_fn_api_pb2
from apache_beam.runners.portability.fn_api_runner import worker_handlers

from stepsmith.schemas.errors import RunError
from stepsmith.transforms.beam import losses
from stepsmith.transforms.beam.losses import end_waiting, watched_requests

LOST = "was lost; run the same command again to go on where it was"


class Broken:
    """The answers of a worker whose process was killed."""

    def __iter__(self) -> Iterator[object]:
        raise grpc.RpcError


@pytest.fixture
def watched() -> Iterator[None]:
    with watched_requests():
        yield


def connection() -> worker_handlers.ControlConnection:
    made = worker_handlers.ControlConnection()
    made._input = Broken()
    return made


def ask(asked: worker_handlers.ControlConnection) -> worker_handlers.ControlFuture:
    return asked.push(beam_fn_api_pb2.InstructionRequest())


def test_beam_still_lets_a_lost_workers_requests_wait_for_ever() -> None:
    asked = connection()
    waiting = ask(asked)
    with contextlib.suppress(grpc.RpcError):
        losses._read(asked)
    assert waiting._exception is None
    waiting.abort(ValueError())
    assert not losses._is_done(waiting)  # so that who waits for its data goes on waiting


@pytest.mark.usefixtures("watched")
def test_a_broken_stream_fails_what_waits_with_what_to_do() -> None:
    asked = connection()
    waiting = ask(asked)
    asked._read()
    assert waiting.is_done()
    with pytest.raises(RunError, match=f"a worker process {LOST}"):
        waiting.get(timeout=1)


@pytest.mark.usefixtures("watched")
def test_a_loss_fails_what_was_asked_of_the_others_too_before_it_and_after() -> None:
    before = ask(connection())
    end_waiting("worker process 7 (status -9)")
    after = ask(connection())
    for request in (before, after):
        with pytest.raises(RunError, match=f"worker process 7 .* {LOST}"):
            request.get(timeout=1)


def test_the_next_run_begins_without_the_losses_of_the_last() -> None:
    with watched_requests():
        end_waiting("a worker")
    for context in (contextlib.nullcontext(), watched_requests()):
        with context:
            assert not ask(connection()).is_done()
