import os
import subprocess
import sys
from pathlib import Path

import pytest

from stepsmith.sandboxes.owner import (
    DEADLINE,
    LIFETIME_S,
    OWNER,
    Owner,
    is_abandoned,
    labels,
    ourselves,
)

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")

NOW = 1_700_000_000.0


def owned_by(owner: Owner, deadline: float = NOW + 60) -> dict[str, str]:
    return {OWNER: str(owner), DEADLINE: str(int(deadline))}


def test_what_we_own_is_not_abandoned() -> None:
    assert not is_abandoned(labels(NOW), NOW)


def test_what_we_own_is_abandoned_at_its_deadline() -> None:
    found = labels(NOW)
    assert not is_abandoned(found, NOW + LIFETIME_S)
    assert is_abandoned(found, NOW + LIFETIME_S + 1)


def test_a_process_that_has_ended_owns_nothing() -> None:
    code = "from stepsmith.sandboxes.owner import ourselves; print(ourselves())"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    boot, namespace, pid, started = said.stdout.split()
    assert (boot, namespace) == (ourselves().boot, ourselves().namespace)
    assert is_abandoned(owned_by(Owner(boot, namespace, int(pid), started)), NOW)


def test_another_process_of_the_same_id_owns_nothing() -> None:
    us = ourselves()
    assert is_abandoned(owned_by(Owner(us.boot, us.namespace, us.pid, "1")), NOW)


@pytest.mark.parametrize("elsewhere", ["boot", "namespace"])
def test_an_owner_that_cannot_be_seen_lives_until_its_deadline(elsewhere: str) -> None:
    us = ourselves()
    boot = "another" if elsewhere == "boot" else us.boot
    namespace = "pid:[1]" if elsewhere == "namespace" else us.namespace
    owner = Owner(boot, namespace, us.pid, "1")
    assert not is_abandoned(owned_by(owner), NOW)
    assert is_abandoned(owned_by(owner, deadline=NOW - 1), NOW)


def test_where_there_is_no_proc_nothing_is_said_of_any_owner() -> None:
    assert not is_abandoned(owned_by(Owner("-", "-", 1, "-")), NOW)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {OWNER: "", DEADLINE: str(int(NOW) + 60)},
        {OWNER: "a b c d", DEADLINE: str(int(NOW) + 60)},
        {OWNER: "a b 1", DEADLINE: str(int(NOW) + 60)},
        {OWNER: "a b 1 2"},
        {OWNER: "a b 1 2", DEADLINE: "soon"},
    ],
)
def test_labels_that_name_no_owner_are_nobodys(found: dict[str, str]) -> None:
    assert is_abandoned(found, NOW)


def test_the_start_is_read_behind_a_name_with_brackets_and_spaces(tmp_path: Path) -> None:
    program = tmp_path / "a) b (c"
    program.symlink_to(sys.executable)
    code = "import sys; print(open('/proc/self/stat').read()); sys.stdin.read()"
    with subprocess.Popen(
        [program, "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        stat = running.stdout.readline()
        us = ourselves()
        started = stat.rpartition(")")[2].split()[19]
        assert "(a) b (c)" in stat
        assert not is_abandoned(owned_by(Owner(us.boot, us.namespace, running.pid, started)), NOW)
        running.communicate("")
    assert is_abandoned(owned_by(Owner(us.boot, us.namespace, running.pid, started)), NOW)


def test_a_process_that_is_dead_and_not_yet_reaped_owns_nothing() -> None:
    us = ourselves()
    code = "import sys; print(open('/proc/self/stat').read()); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        started = running.stdout.readline().rpartition(")")[2].split()[19]
        running.kill()
        os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{running.pid}/stat").exists()
        assert is_abandoned(owned_by(Owner(us.boot, us.namespace, running.pid, started)), NOW)


def test_we_know_our_own_process() -> None:
    assert ourselves().pid == os.getpid()
    assert ourselves().started.isdecimal()
