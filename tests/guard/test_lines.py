"""A test that breaks the guard that it was lent breaks no other test."""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.guard.conftest import Lines
from tests.guard.line import Line
from tests.guard.processes import Process, are_gone, below, children, family, youngest

HERE_AND_STAY = "import time\nopen(4, 'w').write('here')\ntime.sleep(300)"
SMALL_RANGE = (
    "unshare",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "sh",
    "-c",
    # Of these the first three hundred are kept for those who start the machine.
    'echo 340 > /proc/sys/kernel/pid_max && exec "$@"',
    "sh",
)


@pytest.fixture
def own_lines() -> Iterator[Lines]:
    with closing(Lines()) as lines:
        yield lines


def lend(lines: Lines) -> tuple[Line, Iterator[Line]]:
    lending = lines.lent("unsafe")
    return next(lending), lending


def test_a_guard_that_is_fit_is_lent_again(own_lines: Lines) -> None:
    first, lending = lend(own_lines)
    assert first.run("print(1)").stdout == b"1\n"
    assert [*lending] == []
    assert lend(own_lines)[0] is first


def test_a_guard_that_a_test_has_killed_is_replaced(own_lines: Lines) -> None:
    first, lending = lend(own_lines)
    os.kill(youngest(first.process.pid), signal.SIGKILL)
    with pytest.raises(EOFError):
        first.run("print(1)")
    assert [*lending] == []
    assert lend(own_lines)[0].run("print(1)").stdout == b"1\n"


def test_a_guard_that_a_test_has_left_in_the_middle_of_a_run_is_replaced(own_lines: Lines) -> None:
    first, lending = lend(own_lines)
    first.start(HERE_AND_STAY, talks=True, wall_s=300.0)
    assert first.receive().payload == b"here"
    left = family(first.process.pid)
    assert [*lending] == []
    assert are_gone(left)
    assert lend(own_lines)[0].run("print(1)").stdout == b"1\n"


def has_small_ranges() -> bool:
    """Tell whether a process namespace can have a range of ids of its own.

    On a kernel before 6.14 that file is the whole machine's, which must not be touched.
    """
    version = [int(number) for number in re.findall(r"\d+", platform.release())]
    if version < [6, 14] or shutil.which("unshare") is None:
        return False
    return subprocess.run([*SMALL_RANGE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("level", ["unsafe", "self", "uid", "ns"])
def test_ids_that_go_round_and_round_do_no_harm(level: str) -> None:
    if not has_small_ranges():
        pytest.skip("needs the right to give a process namespace its own range of ids")
    with Line(level, command=SMALL_RANGE) as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"no level {level} here: {line.ready['missing']}")
        for number in range(100):
            source = f"import os\nprint({number})\nif {number} % 10 == 9: os.kill(os.getpid(), 9)"
            end = line.run(source)
            expected = ("signaled", b"") if number % 10 == 9 else ("exited", f"{number}\n".encode())
            assert (end.outcome, end.stdout) == expected


def test_a_process_is_told_from_another_that_has_its_id_now() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as sleeper:
        [process] = [one for one in family(os.getpid()) if one.pid == sleeper.pid]
        assert not are_gone({process}, within_s=0.1)
        assert are_gone({Process(process.pid, process.started + 1)})
        assert sleeper.pid in children(os.getpid())
        assert sleeper.pid in below(os.getpid())
        sleeper.kill()
        assert are_gone({process})
