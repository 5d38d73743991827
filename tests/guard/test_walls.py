"""What a program tries against its walls, and that it fails, at each level that has walls."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from tests.guard.line import Line, own_uid
from tests.guard.processes import becomes, below, children, youngest
from tests.guard.surroundings import needs_root

TRIES = (
    "import os, socket, sys\n"
    "def tried(act):\n"
    "    try: act()\n"
    "    except OSError as error: return type(error).__name__\n"
    "    return 'done'\n"
)
REFUSALS = {b"PermissionError", b"FileNotFoundError", b"NotADirectoryError", b"OSError"}


def tries(line: Line, body: str, **limits: float) -> list[bytes]:
    """Run tries and return how each went; the guard must serve the next program as well."""
    end = line.run(TRIES + body, **limits)
    assert line.run("print('alive')").stdout == b"alive\n"
    return end.stdout.split()


def test_a_file_outside_is_not_read(walled_line: Line, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("for nobody")
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        if folder.stat().st_uid == os.geteuid():  # the others are everybody's
            folder.chmod(folder.stat().st_mode | 0o055)
    names = [str(canary), "/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/1/cmdline"]
    body = f"for name in {names!r}: print(tried(lambda: open(name)))"
    assert set(tries(walled_line, body)) <= REFUSALS


def test_what_a_program_needs_is_read(walled_line: Line) -> None:
    body = (
        "import csv, decimal, sqlite3, zoneinfo\n"
        "print(tried(lambda: open(csv.__file__).read()), tried(lambda: os.urandom(3)))\n"
        "for name in ('/dev/null', '/dev/zero', '/dev/urandom'):\n"
        "    print(tried(lambda: open(name, 'rb').read(1)))\n"
        "print(tried(lambda: open('/dev/null', 'w').write('x')))\n"
    )
    assert tries(walled_line, body) == [b"done"] * 6


def test_nothing_outside_is_written_or_changed(walled_line: Line, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    body = (
        f"folder = {str(tmp_path)!r}\n"
        "for act in (lambda: open(folder + '/new', 'w'), lambda: os.mkdir(folder + '/new'),\n"
        "            lambda: os.chmod(folder, 0o700), lambda: os.utime(folder),\n"
        "            lambda: os.symlink('a', folder + '/new'), lambda: os.rmdir(folder),\n"
        "            lambda: open('/usr/new', 'w'), lambda: os.chmod('/usr', 0o777),\n"
        "            lambda: os.truncate('/usr/bin/env', 0), lambda: open('/new', 'w')):\n"
        "    print(tried(act))\n"
    )
    assert set(tries(walled_line, body)) <= REFUSALS
    assert list(tmp_path.iterdir()) == []
    assert tmp_path.stat().st_mode & 0o777 == 0o777


def test_no_socket_is_made(walled_line: Line, tmp_path: Path) -> None:
    path = str(tmp_path / "listener")
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(path)
        unix.listen()
        body = (
            f"port, path = {tcp.getsockname()[1]}, {path!r}\n"
            "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):\n"
            "    print(tried(lambda: socket.socket(family)))\n"
            "print(tried(lambda: socket.create_connection(('127.0.0.1', port))))\n"
        )
        assert set(tries(walled_line, body)) == {b"PermissionError"}


def test_no_process_is_made(walled_line: Line) -> None:
    body = (
        "import subprocess\n"
        "print(tried(os.fork))\n"
        "print(tried(lambda: subprocess.run(['true'])))\n"
        "print(tried(lambda: os.execv('/bin/true', ['true'])))\n"
        "print(tried(lambda: os.posix_spawn('/bin/true', ['true'], {})))\n"
    )
    assert set(tries(walled_line, body)) == {b"PermissionError"}


def test_the_guard_is_not_stopped_killed_or_looked_into(walled_line: Line) -> None:
    guard = walled_line.process.pid
    pids = [guard, *below(guard)]
    body = (
        "import ctypes, signal\n"
        f"for pid in (os.getppid(), {', '.join(map(str, pids))}):\n"
        "    for number in (signal.SIGSTOP, signal.SIGKILL, 0):\n"
        "        if pid > 1: print(tried(lambda: os.kill(pid, number)))\n"
        "    for name in ('mem', 'environ', 'maps', 'fd', 'cwd'):\n"
        "        print(tried(lambda: os.readlink(f'/proc/{pid}/{name}')))\n"
        "        print(tried(lambda: open(f'/proc/{pid}/{name}')))\n"
        "libc = ctypes.CDLL(None)\n"
        "print('done' if libc.ptrace(16, os.getppid(), 0, 0) == 0 else 'OSError')\n"
        "print(tried(lambda: os.kill(-1, 0)) if os.getppid() > 1 else 'OSError')\n"
    )
    outcomes = set(tries(walled_line, body))
    assert outcomes <= REFUSALS | {b"ProcessLookupError"}


def test_a_program_that_kills_all_it_can_kills_itself_alone(walled_line: Line) -> None:
    end = walled_line.run("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert (end.outcome, end.header["signal"]) == ("signaled", 9)
    assert walled_line.run("print(1)").stdout == b"1\n"


def test_a_descriptor_that_is_not_a_programs_own_is_closed(walled_line: Line) -> None:
    body = (
        "for number in range(3, 300):\n"
        "    if tried(lambda: os.fstat(number)) == 'done': print(number)\n"
        "print('end')\n"
    )
    assert tries(walled_line, body) == [b"end"]


def test_threads_are_bounded_and_their_number_hurts_nobody(walled_line: Line) -> None:
    body = (
        "import _thread, time\n"
        "_thread.stack_size(65536)\n"
        "started = 0\n"
        "try:\n"
        "    while started < 3000:\n"
        "        _thread.start_new_thread(time.sleep, (9,))\n"
        "        started += 1\n"
        "except (RuntimeError, MemoryError): pass\n"
        "print(started, flush=True)\n"
        "os._exit(0)\n"
    )
    [started] = tries(walled_line, body)
    assert int(started) > 30


def test_no_capability_is_left(walled_line: Line) -> None:
    body = (
        "import ctypes\n"
        "header = (ctypes.c_uint32 * 2)(0x20080522, 0)\n"
        "sets = (ctypes.c_uint32 * 6)()\n"
        "number = 125 if os.uname().machine == 'x86_64' else 90\n"
        "print(tried(lambda: os.setuid(0)), tried(lambda: os.chroot('/')))\n"
        "print(tried(lambda: os.setgroups([0])), tried(lambda: os.nice(-5)))\n"
    )
    assert set(tries(walled_line, body)) == {b"PermissionError"}


def test_memory_outside_the_limit_is_not_had(walled_line: Line) -> None:
    body = (
        "import mmap\n"
        "print(tried(lambda: os.memfd_create('x')))\n"
        "print(tried(lambda: mmap.mmap(-1, 2**40)))\n"
    )
    assert set(tries(walled_line, body)) <= {b"PermissionError", b"OSError"}


@needs_root
def test_users_are_of_the_slot_and_the_party() -> None:
    with Line("uid", uid=61_940) as line:
        line.start(*["import os; print(os.getresuid(), os.getresgid(), os.getgroups())"] * 2)
        ends, _ = line.finish()
    for uid, end in zip((61_940, 61_941), ends, strict=True):
        assert end.stdout.decode() == f"{(uid,) * 3} {(uid,) * 3} []\n"


@needs_root
def test_root_is_nobody_in_the_namespaces_and_the_slots_user_outside(ns_line: Line) -> None:
    source = "import os; print(os.getuid(), flush=True); os.write(4, b'here'); os.read(3, 1)"
    ns_line.start(source, talks=True)
    assert ns_line.receive().payload == b"here"
    program = below(ns_line.process.pid)[-1]
    assert Path(f"/proc/{program}").stat().st_uid == own_uid()
    ns_line.say(last=True)
    [end], _ = ns_line.finish()
    assert end.stdout == b"65534\n"


def test_a_program_with_namespaces_writes_to_its_own_memory_up_to_a_limit(ns_line: Line) -> None:
    body = (
        "import tempfile\n"
        "print(os.getcwd(), tempfile.gettempdir(), os.listdir('.'))\n"
        "for name in ('/box/a', '/tmp/b', '/dev/shm/c', 'd'):\n"
        "    print(tried(lambda: open(name, 'w')))\n"
        "def fill():\n"
        "    for number in range(100):\n"
        "        with open(f'/tmp/{number}', 'wb') as file: file.write(bytes(200_000))\n"
        "print(tried(fill), len(os.listdir('/tmp')) < 10)\n"
    )
    words = tries(ns_line, body, disk_bytes=2**20)
    assert words == [b"/sandbox/run/box", b"/tmp", b"[]", *[b"done"] * 4, b"OSError", b"True"]


def test_what_may_be_read_may_lie_where_programs_write(ns_line: Line) -> None:
    del ns_line  # it can be had here, or the test is skipped
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "data").write_text("read")
        body = (
            f"print(open({folder + '/data'!r}).read())\n"
            f"print(tried(lambda: open({folder + '/data'!r}, 'w')))\n"
            "print(tried(lambda: open('/tmp/b', 'w')))\n"
            "import tempfile\n"
            "print(tempfile.gettempdir())\n"
        )
        with Line("ns", readable=[folder]) as line:
            assert line.ready["kind"] == "ready"
            told = [why for why in line.ready["missing"] if "not to be written to" in why]
            read, changed, written, place = tries(line, body)
        assert len(told) == 1
        assert (Path(folder) / "data").read_text() == "read"
    assert read == b"read"
    assert {changed, written} <= REFUSALS
    assert place == b"/sandbox/run/box"


def test_what_one_run_wrote_the_next_does_not_see(ns_line: Line) -> None:
    ns_line.run("for name in ('/box/a', '/tmp/b', '/dev/shm/c'): open(name, 'w').write('x')")
    body = "print([os.listdir(name) for name in ('/box', '/tmp', '/dev/shm')])"
    assert tries(ns_line, body) == [b"[[],", b"[],", b"[]]"]


def test_a_program_sees_no_processes_but_its_own(ns_line: Line) -> None:
    source = (
        "import os; print(os.getpid(), os.getppid(), os.path.exists('/proc/self'), os.uname()[1])"
    )
    assert ns_line.run(source).stdout == b"2 1 False sandbox\n"


def test_a_program_is_in_the_session_of_its_trusted_parent(ns_line: Line) -> None:
    source = "import os; print(os.getsid(0), os.getpgid(0), os.getpgid(1))"
    for processes in (1, 2):
        assert ns_line.run(source, processes=processes).stdout == b"1 1 1\n"


@needs_root
def test_the_trusted_parent_of_one_process_never_holds_its_text(ns_line: Line) -> None:
    template = youngest(ns_line.process.pid)
    mark = os.urandom(8).hex()
    ns_line.start(f"import time\nopen(4, 'w').write('here')\ntime.sleep(9)  # {mark}", talks=True)
    assert ns_line.receive().payload == b"here"
    [parent] = children(template)
    [program] = children(parent)
    assert (mark.encode() in memory(parent), mark.encode() in memory(program)) == (False, True)
    ns_line.send({"kind": "stop", "run": ns_line.n_runs, "ending": "protocol_violation"})
    ns_line.finish()


def memory(pid: int) -> bytes:
    """Return all that a process could read or write of its own."""
    found = bytearray()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            addresses, rights, *_ = line.split()
            if rights.startswith("rw"):
                start, end = (int(address, 16) for address in addresses.split("-"))
                file.seek(start)
                found += file.read(end - start)
    return bytes(found)


def test_the_trusted_parent_cannot_be_killed_from_within(ns_line: Line) -> None:
    source = (
        "import os, signal\n"
        "for number in range(1, 65):\n"
        "    try: os.kill(1, number)\n"
        "    except OSError: pass\n"
        "try: os.kill(-1, signal.SIGKILL)\n"
        "except ProcessLookupError: pass\n"
        "print('alive', flush=True)\n"
        "os._exit(7)"
    )
    end = ns_line.run(source)
    assert (end.outcome, end.header["exit_code"], end.stdout) == ("exited", 7, b"alive\n")


def test_processes_may_be_had_with_namespaces_and_end_with_the_run(ns_line: Line) -> None:
    source = (
        "import os, subprocess, sys, time\n"
        "print(subprocess.run(['echo', 'hello'], capture_output=True).stdout)\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0: time.sleep(60)\n"
        "    os._exit(0)\n"
        "os._exit(4)\n"
    )
    before = len(below(ns_line.process.pid))
    end = ns_line.run(source, processes=8)
    assert (end.outcome, end.header["exit_code"]) == ("exited", 4)
    assert ns_line.run("print(1)").stdout == b"1\n"
    assert becomes(lambda: len(below(ns_line.process.pid)), before)


def test_there_are_no_more_processes_than_asked_for(ns_line: Line) -> None:
    source = (
        "import os, time\n"
        "n = 1\n"
        "try:\n"
        "    while n < 50:\n"
        "        if os.fork() == 0: time.sleep(60)\n"
        "        n += 1\n"
        "except OSError: pass\n"
        "print(n)\n"
    )
    assert ns_line.run(source, processes=5).stdout == b"5\n"


@pytest.mark.parametrize("given", [{"processes": 2}, {"stages": [["true"]]}])
def test_processes_without_namespaces_are_an_error_of_the_sandbox(given: dict[str, int]) -> None:
    with Line("self") as line:
        end = line.run("", **given)
        assert end.outcome == "sandbox_error"
        assert "need" in end.header["detail"]
        assert line.run("print(1)").stdout == b"1\n"
