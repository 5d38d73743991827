"""Groups that count, made and removed on this machine, and read from others' descriptions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes.confine import cgroup
from stepsmith.sandboxes.confine.cgroup import CgroupError, Group
from tests.guard.line import Line
from tests.guard.processes import group_names

MIB = 2**20


@pytest.fixture
def group() -> Iterator[Group]:
    try:
        made = cgroup.create(int.from_bytes(os.urandom(3), "little"))
    except CgroupError as error:
        pytest.skip(f"no group can be made here: {error}")
    yield made
    made.remove()


def inside(group: Group, text: str) -> subprocess.CompletedProcess[str]:
    """Run Python text in a process that goes into the group first."""
    doors = group.doors()
    enter = f"import os\nfor door in {doors}: os.write(door, b'0')\n"
    try:
        return subprocess.run(
            [sys.executable, "-S", "-c", enter + text],
            capture_output=True,
            text=True,
            check=False,
            pass_fds=doors,
        )
    finally:
        for door in doors:
            os.close(door)


def test_memory_over_the_limit_kills_and_is_counted(group: Group) -> None:
    group.limit(64 * MIB, 10)
    assert inside(group, "x = b'x' * (16 * 2**20)\nprint('enough')").stdout == "enough\n"
    assert group.n_oom_kills() == 0
    assert inside(group, "x = b'x' * (200 * 2**20)\nprint('too much')").returncode == -9
    assert group.n_oom_kills() == 1


def test_limits_may_rise_and_fall(group: Group) -> None:
    for size in (64, 128, 32, 300):
        group.limit(size * MIB, 10)
    assert inside(group, "x = b'x' * (150 * 2**20)\nprint('enough')").stdout == "enough\n"


def test_tasks_over_the_limit_do_not_start(group: Group) -> None:
    group.limit(256 * MIB, 4)
    text = (
        "import time\nn = 1\n"
        "try:\n"
        "    while n < 20:\n"
        "        if os.fork() == 0: time.sleep(5); os._exit(0)\n"
        "        n += 1\n"
        "except OSError: pass\n"
        "print(n, flush=True)\nos.killpg(0, 15) if os.getpgid(0) == os.getpid() else None\n"
    )
    assert inside(group, "os.setsid()\n" + text).stdout == "4\n"


def test_a_group_is_gone_once_removed(group: Group) -> None:
    folders = set(group._folders.values())
    assert all(folder.is_dir() for folder in folders)
    group.remove()
    assert not any(folder.exists() for folder in folders)


def test_groups_of_the_dead_are_removed_and_those_of_the_living_are_not(group: Group) -> None:
    living = next(iter(group._folders.values()))
    dead = living.with_name("stepsmith-4194304-1-00000000-0")
    foreign = living.with_name("stepsmith-of-somebody")
    for folder in (dead, foreign):
        folder.mkdir()
    try:
        cgroup.remove_stale()  # or another guard of this machine, which starts just now
        assert (living.exists(), dead.exists(), foreign.exists()) == (True, False, True)
    finally:
        foreign.rmdir()


def test_a_group_with_a_process_that_is_dying_yet_is_waited_for(group: Group) -> None:
    """The last of it ends while the group is being removed, as slowly as a machine may be."""
    folders = set(group._folders.values())
    doors = group.doors()
    enter = f"import os, time\nfor door in {doors}: os.write(door, b'0')\nprint(1, flush=True)\n"
    with subprocess.Popen(
        [sys.executable, "-S", "-c", enter + "time.sleep(0.5)"],
        stdout=subprocess.PIPE,
        pass_fds=doors,
    ) as dying:
        for door in doors:
            os.close(door)
        assert dying.stdout is not None
        assert dying.stdout.readline() == b"1\n"
        group.remove()
        assert not any(folder.exists() for folder in folders)


def test_the_groups_that_were_removed_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroup, "_parents", lambda: iter([tmp_path]))
    busy = tmp_path / "stepsmith-4194304-1-00000000-0"
    (busy / "still here").mkdir(parents=True)
    (tmp_path / "stepsmith-4194304-2-00000000-0").mkdir()
    assert cgroup.remove_stale() == 1
    assert list(tmp_path.iterdir()) == [busy]


def test_a_pid_that_another_process_has_by_now_is_a_dead_maker() -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    start = Path("/proc/self/stat").read_text().rpartition(") ")[2].split()[19]
    assert not cgroup._is_stale(f"stepsmith-{os.getpid()}-{start}-{boot}-0")
    assert cgroup._is_stale(f"stepsmith-{os.getpid()}-{int(start) + 1}-{boot}-0")
    assert cgroup._is_stale(f"stepsmith-{os.getpid()}-{start}-{'0' * 8}-0")
    assert not cgroup._is_stale("stepsmith-x")


def unified(tmp_path: Path) -> Group:
    """Make a group of version 2 out of plain files: what is written can be read back."""
    folder = tmp_path / "stepsmith-1-1-00000000-0"
    folder.mkdir()
    (folder / "memory.events").write_text("low 0\nhigh 0\nmax 7\noom 1\noom_kill 3\n")
    return Group({"memory": folder, "pids": folder}, unified=True)


def test_version_2_has_one_folder_and_other_names(tmp_path: Path) -> None:
    group = unified(tmp_path)
    group.limit(64 * MIB, 5)
    folder = tmp_path / "stepsmith-1-1-00000000-0"
    assert (folder / "memory.max").read_text() == str(64 * MIB)
    assert (folder / "pids.max").read_text() == "5"
    assert group.n_oom_kills() == 3
    (folder / "cgroup.procs").touch()
    [door] = group.doors()
    os.close(door)


def test_controllers_are_delegated_once(tmp_path: Path) -> None:
    control = tmp_path / "cgroup.subtree_control"
    control.write_text("cpu memory")
    cgroup._delegate(tmp_path)
    assert control.read_text() == "+pids"
    control.write_text("memory pids")
    cgroup._delegate(tmp_path)
    assert control.read_text() == "memory pids"


@pytest.mark.parametrize("level", ["self", "uid", "ns"])
def test_a_run_that_the_kernel_killed_for_memory_is_a_fact(level: str, group: Group) -> None:
    del group  # skips where no group can be made
    with Line(level, cgroup=True) as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"no level {level} here: {line.ready['missing']}")
        assert "memory and processes counted by the kernel" in line.ready["layers"]
        fill = "kept = []\nwhile True: kept.append(b'x' * 10**6)"
        assert line.run(fill, memory_bytes=100 * MIB).outcome == "oom"
        assert line.run("print(1)").stdout == b"1\n"
        own = line.run("import os; os.kill(os.getpid(), 9)", memory_bytes=100 * MIB)
        assert (own.outcome, own.header["signal"]) == ("signaled", 9)
        line.start(fill, "import time; time.sleep(0.3); print('untouched')", memory_bytes=80 * MIB)
        ends, _ = line.finish()
        # One count for both: whose it was is not known, but each keeps to its own share.
        assert [end.outcome for end in ends] == ["oom_suspected", "exited"]
        name = f"stepsmith-{line.process.pid}-"
        assert any(one.startswith(name) for one in group_names())
    assert not any(one.startswith(name) for one in group_names())


def test_many_processes_share_one_budget(group: Group) -> None:
    del group
    source = (
        "import os\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        kept = b'x' * (60 * 2**20)\n"
        "        os.read(0, 1)\n"
        "        os._exit(0)\n"
        "codes = sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(6))\n"
        "print(-9 in codes)"
    )
    with Line("ns", cgroup=True) as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"not here: {line.ready['missing']}")
        end = line.run(source, processes=8, memory_bytes=100 * MIB, wall_s=20.0)
    assert end.outcome == "oom" or end.stdout == b"True\n"
