"""Whatever is killed, nothing of it stays; whatever a host says, no guard hangs."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.guard.line import Line
from tests.guard.processes import (
    Process,
    are_gone,
    becomes,
    below,
    children,
    family,
    youngest,
)
from tests.guard.surroundings import needs_root

SLEEP = "import time\nprint('here', flush=True)\ntime.sleep(300)"
LEVELS = ["unsafe", "self", "uid", "ns"]


def running(level: str) -> tuple[Line, set[Process]]:
    """Start a guard with two programs in it; return all processes below it."""
    line = Line(level)
    if line.ready["kind"] != "ready":
        line.close()
        pytest.skip(f"no level {level} here: {line.ready['missing']}")
    wanted = len(below(line.process.pid)) + (4 if level == "ns" else 2)
    line.start(SLEEP, SLEEP, wall_s=300.0)
    while len(found := family(line.process.pid)) < wanted:
        time.sleep(0.01)
    return line, found


@pytest.mark.parametrize("level", LEVELS)
def test_a_host_that_hangs_up_leaves_nothing_running(level: str) -> None:
    line, pids = running(level)
    assert line.close() == 0
    assert are_gone(pids)


@pytest.mark.parametrize("level", LEVELS)
def test_a_guard_that_is_killed_leaves_nothing_running(level: str) -> None:
    line, pids = running(level)
    line.process.kill()
    line.process.wait()
    assert are_gone(pids)
    line.close()


@pytest.mark.parametrize("level", ["self", "ns"])
def test_a_template_that_is_killed_ends_the_guard_without_a_result(level: str) -> None:
    line, pids = running(level)
    [template] = children(line.process.pid)
    if level == "ns":  # what it was before it had namespaces of its own stands by
        [template] = children(template)
    os.kill(template, signal.SIGKILL)
    with pytest.raises(EOFError):
        line.finish()
    assert line.close() == 1
    assert are_gone(pids)


@pytest.mark.parametrize("level", ["unsafe", "self", "uid"])
def test_a_template_that_is_killed_as_it_forks_leaves_nothing_running(level: str) -> None:
    for _ in range(5):
        line = Line(level)
        if line.ready["kind"] != "ready":
            line.close()
            pytest.skip(f"no level {level} here: {line.ready['missing']}")
        [template] = children(line.process.pid)
        line.start(SLEEP, SLEEP, wall_s=300.0)
        while not (found := family(template)):
            pass  # the first of them has not come to its walls yet
        os.kill(template, signal.SIGKILL)
        line.close()
        assert are_gone(found)


def test_a_program_that_is_killed_from_outside_is_told_as_that(walled_line: Line) -> None:
    template = youngest(walled_line.process.pid)
    walled_line.start("open(4, 'w').write('here')\n" + SLEEP, talks=True)
    assert walled_line.receive().payload == b"here"
    os.kill(youngest(template), signal.SIGKILL)
    [end], _ = walled_line.finish()
    assert (end.outcome, end.header["signal"]) == ("signaled", 9)


def test_what_a_program_leaves_behind_without_walls_is_ended_too() -> None:
    with Line("unsafe") as line:
        before = below(line.process.pid)
        source = (
            "import os, time\n"
            "for _ in range(3):\n"
            "    if os.fork() == 0:\n"
            "        os.setsid()\n"
            "        if os.fork(): os._exit(0)\n"
            "        time.sleep(300)\n"
            "print('over')"
        )
        assert line.run(source, processes=9).stdout == b"over\n"
        assert becomes(lambda: below(line.process.pid), before)


@pytest.mark.parametrize(
    "words",
    [
        {"kind": "run", "run": 1, "parties": "nonsense"},
        {"kind": "configure"},
        {"kind": "sing"},
        {"run": 1},
    ],
)
def test_nonsense_ends_a_guard(words: dict[str, object]) -> None:
    with Line("unsafe") as line:
        line.send(words)
        with pytest.raises(EOFError):
            line.receive()
        assert line.close() == 1


def test_a_run_during_a_run_ends_a_guard() -> None:
    with Line("unsafe") as line:
        line.start(SLEEP)
        line.start(SLEEP)
        with pytest.raises(EOFError):
            line.finish()
        assert line.close() == 1


@pytest.mark.parametrize("name", ["../up", "/abs", "", "..", "a\0b"])
def test_a_file_name_that_leads_elsewhere_ends_a_guard(name: str) -> None:
    with Line("unsafe") as line:
        line.start("pass", files=[(name, b"data")])
        with pytest.raises(EOFError):
            line.finish()


def test_folders_of_runs_are_removed(tmp_path: Path) -> None:
    del tmp_path
    with Line("self") as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"not here: {line.ready['missing']}")
        end = line.run("import os\nprint(os.getcwd(), os.listdir('.'))", files=[("a", b"")])
        folder, names = end.stdout.decode().split(maxsplit=1)
    assert names == "['a']\n"
    assert not Path(folder).exists()


@needs_root
def test_one_party_cannot_read_the_files_of_the_other() -> None:
    look = (
        "import glob, os, time\n"
        "mine = os.getcwd()\n"
        "time.sleep(0.3)\n"
        "found = [p for p in glob.glob('/tmp/*/data') if not p.startswith(mine)]\n"
        "print(mine, found)\n"
        "for name in found: print(open(name).read())\n"
        "time.sleep(0.3)"
    )
    for level in ("self", "uid", "ns"):
        with Line(level) as line:
            if line.ready["kind"] != "ready":
                continue
            line.start(look, look, files=[("data", b"expected")])
            ends, _ = line.finish()
            assert all(b"expected" not in end.stdout for end in ends)
            assert {end.outcome for end in ends} == {"exited"}
