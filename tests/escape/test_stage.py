"""The stage notices what is done to it: a judge that sees nothing would let everything hold."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.escape.stage import ENVIRONMENT, Stage, descendants, living, marked_files, sweep

pytestmark = pytest.mark.alone

NAME = "import ctypes; ctypes.CDLL(None).prctl(15, b'{}'); print(1, flush=True); input()"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def test_an_untouched_stage_has_nothing_to_say(stage: Stage) -> None:
    assert [*stage.harm()] == []


def test_it_leaves_nothing_behind() -> None:
    with Stage() as stage:
        folder, victim = stage.folder, stage.victim.pid
        assert os.environ[ENVIRONMENT] == stage.secrets["environment"]
    assert not folder.exists()
    assert not Path(f"/proc/{victim}").exists()
    assert ENVIRONMENT not in os.environ


def test_no_secret_is_told_to_a_probe(stage: Stage) -> None:
    told = repr(stage.parameters())
    assert not [secret for secret in stage.secrets.values() if secret in told]


@pytest.mark.parametrize("number", [signal.SIGURG, signal.SIGTERM, signal.SIGIO])
def test_a_signal_to_the_victim_is_seen(stage: Stage, number: int) -> None:
    os.kill(stage.victim.pid, number)
    assert [*stage.harm()] == ["a process of the owner got a signal"]
    assert [*stage.harm()] == []


def test_a_victim_that_was_stopped_is_seen(stage: Stage) -> None:
    os.kill(stage.victim.pid, signal.SIGSTOP)
    _until(lambda: [*stage.victim.harm()] == ["a process of the owner was stopped"])


def test_a_victim_that_was_killed_is_seen_and_replaced(stage: Stage) -> None:
    killed = stage.victim.pid
    os.kill(killed, signal.SIGKILL)
    _until(lambda: [*stage.harm()] == ["a process of the owner was killed"])
    assert stage.victim.pid != killed
    assert [*stage.harm()] == []


def test_every_listener_that_is_reached_is_seen_though_the_caller_hung_up(stage: Stage) -> None:
    listeners = stage.listeners
    with socket.socket() as caller:
        caller.connect(("127.0.0.1", listeners.port))
    for address in (listeners.file, f"\0{listeners.abstract}"):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.sendto(b"x", ("127.0.0.1", listeners.port))
    assert sorted(stage.harm()) == [
        "reached TCP on loopback",
        "reached UDP on loopback",
        "reached a socket file",
        "reached an abstract socket",
    ]
    assert [*stage.harm()] == []


def _mode(file: Path) -> None:
    file.chmod(0o666)


def _folder_mode(file: Path) -> None:
    file.parent.chmod(0o777)


def _text(file: Path) -> None:
    file.write_text("forged")


def _times(file: Path) -> None:
    os.utime(file, (1, 1))


def _link(file: Path) -> None:
    file.with_name("link").hardlink_to(file)


@pytest.mark.parametrize("change", [_mode, _folder_mode, _text, _times, _link, Path.unlink])
def test_any_change_of_the_canary_is_seen(stage: Stage, change: Callable[[Path], object]) -> None:
    change(stage.file)
    assert [*stage.harm()] == ["the owner's file was changed"]
    assert [*stage.harm()] == []
    assert stage.file.read_text() == stage.secrets["file"]


def test_processes_are_found_by_the_name_that_they_took() -> None:
    tag = f"esc-{os.getpid()}"
    with _named(tag) as process:
        assert living(tag) == [process.pid]
        assert process.pid in descendants()
        sweep(tag, Path("/nonexistent"))
        assert process.wait() == -signal.SIGKILL
        assert living(tag) == []


def test_files_are_found_by_their_mark_and_swept(tmp_path: Path) -> None:
    (tmp_path / "esc-mark-1").touch()
    (tmp_path / "esc-mark.folder").mkdir()
    (tmp_path / "esc-mark.link").symlink_to("/nonexistent")
    (tmp_path / "other").touch()
    assert len(marked_files("esc-mark", tmp_path)) == 3
    sweep("esc-mark", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_the_name_that_the_battery_looks_for_is_one_that_a_process_can_take() -> None:
    name = ctypes.create_string_buffer(16)
    libc = ctypes.CDLL(None)
    assert libc.prctl(16, name, 0, 0, 0) == 0
    assert len(name.value) <= 15


def _named(tag: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", "-c", NAME.format(tag)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"1\n"
    return process


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
