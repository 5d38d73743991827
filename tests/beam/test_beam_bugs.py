"""Bugs of Beam that we work around: when one of these fails, the workaround can go."""

import inspect

from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.runners.worker.data_plane import TimeBasedBufferingClosableOutputStream


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
