"""The line that says how many of many are done."""

import io
import types

import pytest

from stepsmith.pipelines import progress_line
from stepsmith.pipelines.progress_line import ProgressLine


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress_at(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *moments: float
) -> ProgressLine:
    clock = iter(moments)
    # Of that module alone: other threads of this process look at the time as well.
    seconds = types.SimpleNamespace(monotonic=lambda: next(clock))
    monkeypatch.setattr(progress_line, "time", seconds)
    return ProgressLine(lambda done, total, s: f"{done} of {total}, {s:.0f} s", stream)


def test_progress_rewrites_one_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Terminal()
    progress = progress_at(monkeypatch, stream, 0.0, 0.1, 2.0)
    progress(1, 400)  # too soon
    progress(20, 400)
    progress.end()
    assert stream.getvalue() == "\r20 of 400, 2 s\x1b[K\r\x1b[K"


def test_progress_elsewhere_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    progress = progress_at(monkeypatch, stream, 0.0, 2.0, 20.0)
    progress(1, 400)
    progress(200, 400)
    progress.end()
    assert stream.getvalue() == "200 of 400, 20 s\n"
