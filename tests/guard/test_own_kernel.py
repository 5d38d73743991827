"""On a kernel of the guard's own some of Linux is not there; a filter plays such a kernel here.

The folders that are closed are not this machine's: each guard has mounts of its own.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stepsmith.sandboxes.confine.linux import MACHINE
from stepsmith.sandboxes.guard.walls import OPEN_TO_ALL
from tests.guard.line import Line
from tests.guard.surroundings import needs_root

pytestmark = needs_root

FOLDERS = [folder for folder in OPEN_TO_ALL if Path(folder).is_dir()]
OWN_MOUNTS = "".join(f"mount -t tmpfs -o mode=1777 none {folder} && " for folder in FOLDERS)
WITHOUT_CALLS = (
    "import os, sys\n"
    f"sys.path[:0] = {[path for path in sys.path if path]!r}\n"
    "from stepsmith.sandboxes.confine import bpf, linux, seccomp\n"
    "from stepsmith.sandboxes.confine.numbers import NUMBERS\n"
    "missing = (434, NUMBERS['landlock_create_ruleset'][linux.MACHINE])\n"
    "refuse = dict.fromkeys(missing, bpf.ERRNO | 38)\n"
    "filter = bpf.assemble(seccomp.ARCHITECTURES[linux.MACHINE], refuse, bpf.ALLOW)\n"
    "linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)\n"
    "seccomp.load(filter.program)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)
"""Number 434 is `pidfd_open`, on every machine."""

COMMAND = (
    *("unshare", "--mount", "sh", "-c", f'{OWN_MOUNTS} exec "$@"', "sh"),
    *(sys.executable, "-c", WITHOUT_CALLS),
)


def on_kernel(*, own: bool, level: str = "uid") -> Line:
    if shutil.which("unshare") is None or MACHINE not in {"x86_64", "aarch64"}:
        pytest.skip("needs unshare, and a machine that filters are known for")
    probe = [*COMMAND[:6], "true"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no mounts of its own here")
    return Line(level, command=COMMAND, own_kernel=own)


def test_without_landlock_users_of_their_own_are_enough_there_and_what_is_missing_is_said() -> None:
    with on_kernel(own=True) as line:
        assert line.ready["kind"] == "ready", line.ready
        assert "landlock: absent, needed is 3" in line.ready["missing"]
        assert any(why.startswith("/proc: ") for why in line.ready["missing"])
        assert {"a user of its own", "shared folders closed"} <= set(line.ready["layers"])


def test_on_a_kernel_that_others_share_they_are_not() -> None:
    with on_kernel(own=False) as line:
        assert line.ready["kind"] == "refused"
        assert line.ready["missing"] == ["uid: landlock: absent, needed is 3"]


def test_without_a_user_of_its_own_nothing_would_be_left() -> None:
    with on_kernel(own=True, level="self") as line:
        assert line.ready["missing"] == ["self: landlock: absent, needed is 3"]


def test_ends_are_told_without_descriptors_of_processes() -> None:
    with on_kernel(own=True) as line:
        assert line.run("print(1)").stdout == b"1\n"
        assert line.run("raise SystemExit(3)").header["exit_code"] == 3
        assert line.run("import os\nos.kill(os.getpid(), 9)").header["signal"] == 9
        assert line.run("while True: pass", cpu_s=0.3).outcome == "timeout_cpu"
        assert line.run("import time\ntime.sleep(60)", wall_s=3.0).outcome == "timeout_wall"
        line.start("print('a')", "print('b')")
        ends, _ = line.finish()
        assert [end.stdout for end in ends] == [b"a\n", b"b\n"]


def test_nothing_can_be_written_and_files_that_are_given_can_be_read() -> None:
    source = (
        "import os\n"
        f"for folder in ('.', *{FOLDERS!r}):\n"
        "    try: open(os.path.join(folder, 'left'), 'w'); print('wrote', folder)\n"
        "    except OSError: pass\n"
        "print(open('given').read())"
    )
    with on_kernel(own=True) as line:
        end = line.run(source, files=[("given", b"here")])
        assert (end.outcome, end.stdout) == ("exited", b"here\n")


def test_one_party_cannot_read_the_input_of_the_other_by_its_name_in_proc() -> None:
    source = (
        "import glob, os, time\n"
        "own = os.getpid()\n"
        "time.sleep(0.3)\n"
        "for name in glob.glob('/proc/[0-9]*/fd/0'):\n"
        "    if name == f'/proc/{own}/fd/0': continue\n"
        "    try: print(open(name).read())\n"
        "    except OSError: pass\n"
        "time.sleep(0.3)"
    )
    with on_kernel(own=True) as line:
        line.start(source, source, stdin=b"expected value")
        ends, _ = line.finish()
        assert [(end.outcome, end.stdout) for end in ends] == [("exited", b"")] * 2
