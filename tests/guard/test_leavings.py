"""What a program leaves in its folder comes out, and nothing else that it could lead us to."""

import os
import signal
from pathlib import Path

import pytest

from stepsmith.sandboxes.guard.frames import Unpacker
from stepsmith.sandboxes.guard.leavings import is_whole
from tests.guard.line import End, Line
from tests.guard.processes import children, youngest

MIB = 2**20
Found = tuple[dict[str, bytes], dict[str, str]]


def left(end: End) -> Found:
    """Return the contents of what was taken, and why the rest was not."""
    [(header, payload)] = Unpacker().feed(end.files)
    files: dict[str, bytes] = {}
    for name, length in header["files"]:
        files[name], payload = payload[:length], payload[length:]
    assert payload == b""
    return files, {name: why for name, why, _ in header["refused"]}


def leave(line: Line, source: str, **given: object) -> Found:
    end = line.run("import os\n" + source, collect=True, **given)
    assert (end.outcome, end.header["exit_code"], end.stderr) == ("exited", 0, b"")
    return left(end)


def test_files_come_out_with_those_in_folders_and_those_that_were_given(ns_line: Line) -> None:
    source = (
        "open('plot.bin', 'wb').write(bytes(range(256)))\n"
        "os.makedirs('below/deeper')\nopen('below/deeper/ö', 'w').write('text')\n"
        "open('given', 'a').write(' and more')"
    )
    files, refused = leave(ns_line, source, files=[("given", b"input"), ("kept", b"")])
    assert files == {
        "below/deeper/ö": b"text",
        "given": b"input and more",
        "kept": b"",
        "plot.bin": bytes(range(256)),
    }
    assert refused == {}


def test_nothing_comes_out_unasked(ns_line: Line) -> None:
    assert ns_line.run("open('left', 'w').write('here')").files == b""


def test_of_an_empty_folder_there_is_a_record_all_the_same(ns_line: Line) -> None:
    assert leave(ns_line, "") == ({}, {})


def test_links_lead_nowhere(ns_line: Line) -> None:
    source = (
        "open('real', 'w').write('mine')\n"
        "os.symlink('real', 'soft')\nos.symlink('/usr', 'folder')\n"
        "os.symlink('/etc/passwd', 'out')\n"
        "os.symlink('/proc/self/mem', 'memory')\nos.symlink('loop', 'loop')\n"
        "open('twice', 'w').write('2')\nos.link('twice', 'again')"
    )
    files, refused = leave(ns_line, source)
    assert files == {"real": b"mine"}
    soft = dict.fromkeys(("folder", "loop", "memory", "out", "soft"), "link")
    assert refused == soft | {"again": "hard_link", "twice": "hard_link"}


def test_pipes_and_devices_cannot_even_be_made(ns_line: Line) -> None:
    source = (
        "import stat\nopen('plain', 'w').write('1')\n"
        "for kind in (stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFBLK, stat.S_IFCHR):\n"
        "    try: os.mknod('special', kind | 0o600, os.makedev(1, 3))\n"
        "    except PermissionError: continue\n"
        "    raise SystemExit(9)"
    )
    assert leave(ns_line, source) == ({"plain": b"1"}, {})


def test_a_folder_put_in_the_place_of_its_own_is_not_looked_at(ns_line: Line) -> None:
    source = (
        "open('honest', 'w').write('1')\nhome = os.getcwd()\n"
        "try: os.rename(home, home + '.old'); os.symlink('/usr', home)\n"
        "except OSError: pass"
    )
    files, refused = leave(ns_line, source)
    assert (files, refused) == ({"honest": b"1"}, {})


def test_more_than_the_disk_holds_does_not_come_out_of_holes(ns_line: Line) -> None:
    source = (
        f"os.truncate(os.open('small', os.O_CREAT | os.O_RDWR), {MIB // 2})\n"
        "for name in 'bc': os.truncate(os.open(name, os.O_CREAT | os.O_RDWR), "
        f"{MIB})\n"
        f"try: os.truncate('b', {2**40})\n"
        "except OSError: pass\nelse: raise SystemExit(9)"
    )
    files, refused = leave(ns_line, "import signal\n" + source, disk_bytes=MIB)
    assert {name: len(data) for name, data in files.items()} == {"b": MIB}
    assert refused == {"c": "too_large", "small": "too_large"}


def test_a_disk_full_of_data_comes_out_whole(ns_line: Line) -> None:
    source = f"open('data', 'wb').write(os.urandom(16) * {MIB})"
    files, refused = leave(ns_line, source, disk_bytes=17 * MIB, wall_s=60.0)
    assert {name: len(data) for name, data in files.items()} == {"data": 16 * MIB}
    assert refused == {}


def test_thousands_of_files_are_refused_as_one(ns_line: Line) -> None:
    source = (
        "open('f', 'w').close()\nos.mkdir('d')\nfor n in range(3000): open(f'd/{n}', 'w').close()"
    )
    assert leave(ns_line, source) == ({"f": b""}, {"d": "too_many"})


def test_folders_without_end_are_followed_to_a_depth(ns_line: Line) -> None:
    source = "for _ in range(500): os.mkdir('d'); os.chdir('d')"
    assert leave(ns_line, source) == ({}, {"d/d/d/d/d": "too_deep"})


def test_names_that_are_no_text_are_refused_in_text(ns_line: Line) -> None:
    source = (
        "for name in (b'\\xff\\xfe', b'line\\nbreak', b'\\x1b[2J', b'-rf'): open(name, 'w').close()"
    )
    files, refused = leave(ns_line, source)
    assert files == {"-rf": b""}
    assert refused == dict.fromkeys(("\\x1b[2J", "line\\nbreak", "\\udcff\\udcfe"), "name")


def test_what_nobody_may_read_comes_out_all_the_same_or_is_refused(ns_line: Line) -> None:
    files, refused = leave(ns_line, "open('shut', 'w').write('1')\nos.chmod('shut', 0)")
    assert (files, refused) in [({"shut": b"1"}, {}), ({}, {"shut": "unreadable"})]


def test_children_that_live_on_are_dead_before_anything_is_taken(ns_line: Line) -> None:
    source = (
        "import time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    n = 0\n"
        "    while True:\n"
        "        n += 1\n"
        "        open('a', 'w').write('x' * n); os.rename('a', 'b')\n"
        "while not os.path.exists('b'): time.sleep(0.01)"
    )
    files, refused = leave(ns_line, source, processes=3)
    assert "b" in files
    assert set(files["b"]) <= set(b"x")
    assert set(files) | set(refused) <= {"a", "b"}


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("raise SystemExit(3)", "exited"),
        ("os.kill(os.getpid(), 9)", "signaled"),
        ("while True: pass", "timeout_cpu"),
    ],
)
def test_a_program_that_fails_leaves_its_files_too(
    ns_line: Line, source: str, outcome: str
) -> None:
    text = "import os\nopen('left', 'w').write('here')\n" + source
    end = ns_line.run(text, collect=True, cpu_s=1.0)
    assert (end.outcome, left(end)) == (outcome, ({"left": b"here"}, {}))


@pytest.mark.parametrize(
    ("source", "outcome"),
    [("import time\ntime.sleep(60)", "timeout_wall"), ("print('x' * 2**22)", "output_limit")],
)
def test_a_program_that_is_stopped_from_outside_leaves_none(
    ns_line: Line, source: str, outcome: str
) -> None:
    text = "open('left', 'w').write('here')\n" + source
    end = ns_line.run(text, collect=True, wall_s=3.0)
    assert (end.outcome, end.files) == (outcome, b"")


def test_no_program_holds_the_pipe_that_files_go_by(ns_line: Line) -> None:
    forge = (
        "import os\n"
        "for number in range(3, 300):\n"
        "    try: os.write(number, b'\\0' * 64)\n"
        "    except OSError: continue\n"
        "    print(number)"
    )
    end = ns_line.run(forge, collect=True)
    assert (end.stdout, left(end)) == (b"", ({}, {}))


def test_a_keeper_of_files_that_is_killed_is_no_end_of_the_program(ns_line: Line) -> None:
    template = youngest(ns_line.process.pid)
    ns_line.start("import time\nopen(4, 'w').write('1')\ntime.sleep(60)", collect=True, talks=True)
    assert ns_line.receive().payload == b"1"
    [first] = children(template)
    os.kill(first, signal.SIGKILL)
    [end], _ = ns_line.finish()
    assert end.outcome != "exited"
    assert end.files == b""


def test_both_parties_leave_their_own(ns_line: Line) -> None:
    ns_line.start("open('one', 'w').write('1')", "open('two', 'w').write('2')", collect=True)
    ends, _ = ns_line.finish()
    assert [left(end) for end in ends] == [({"one": b"1"}, {}), ({"two": b"2"}, {})]


def test_a_build_that_fails_leaves_what_it_made(ns_line: Line) -> None:
    stages = [["/bin/sh", "-c", "echo made > object; exit 2"], ["./program"]]
    end = ns_line.run("", stages=stages, processes=8, collect=True)
    assert (end.outcome, end.header["exit_code"]) == ("exited", 2)
    assert left(end) == ({"object": b"made\n"}, {})


@pytest.mark.parametrize("level", ["self", "uid"])
def test_where_nothing_can_be_written_to_collect_is_refused(level: str) -> None:
    with Line(level) as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"no level {level} here: {line.ready['missing']}")
        end = line.run("print(1)", collect=True)
        assert end.outcome == "sandbox_error"
        assert end.header["detail"].endswith(f"needs the level ns, not {level}")
        assert line.run("print(1)").stdout == b"1\n"


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\x10\0\0\0\x02{}"])
def test_half_of_what_was_handed_over_is_nothing(data: bytes) -> None:
    assert not is_whole(data)


def test_collecting_leaves_no_descriptor(ns_line: Line) -> None:
    def n_open() -> int:
        return len([*Path(f"/proc/{ns_line.process.pid}/fd").iterdir()])

    ns_line.run("open('a', 'w').close()", collect=True)
    before = n_open()
    for _ in range(10):
        ns_line.run("open('a', 'w').close()", collect=True)
    assert n_open() == before
