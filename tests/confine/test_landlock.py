import subprocess
import sys
from pathlib import Path

import pytest

from tests.guard.surroundings import needs_landlock

pytestmark = needs_landlock


def confined(readable: list[Path], writable: list[Path], body: str) -> list[str]:
    """Run Python text behind landlock in a process of its own; return the lines it printed."""
    text = (
        "import os, socket, sys\n"
        "from stepsmith.sandboxes.confine import landlock, linux\n"
        "def tried(act):\n"
        "    try: act(); print('done')\n"
        "    except OSError as error: print(type(error).__name__)\n"
        f"rules = landlock.ruleset({[*map(str, readable)]}, {[*map(str, writable)]})\n"
        "linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)\n"
        "landlock.restrict(rules)\n"
    )
    command = [sys.executable, "-c", text + body]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_only_what_lies_beneath_the_paths_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "file").write_text("text")
    (tmp_path / "closed").write_text("text")
    (tmp_path / "open" / "link").symlink_to(tmp_path / "closed")
    body = (
        f"os.chdir({str(tmp_path)!r})\n"
        "for name in ('open/file', 'closed', 'open/link', 'open/../closed', '/proc/self/maps'):\n"
        "    tried(lambda: open(name).close())\n"
        "tried(lambda: os.listdir('open'))\n"
        "tried(lambda: os.listdir('.'))\n"
    )
    denied = "PermissionError"
    expected = ["done", denied, denied, denied, denied, "done", denied]
    assert confined([tmp_path / "open"], [], body) == expected


def test_what_may_be_read_may_not_be_changed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    body = (
        f"os.chdir({str(tmp_path)!r})\n"
        "for act in (lambda: open('file', 'a'), lambda: open('new', 'w'), lambda: os.mkdir('d'),\n"
        "            lambda: os.truncate('file', 0), lambda: os.remove('file'),\n"
        "            lambda: os.rename('file', 'other'), lambda: os.symlink('a', 'b'),\n"
        "            lambda: os.open('file', os.O_RDONLY | os.O_TRUNC)):\n"
        "    tried(act)\n"
    )
    assert set(confined([tmp_path], [], body)) == {"PermissionError"}
    assert (tmp_path / "file").read_text() == "text"


def test_a_writable_folder_is_writable_and_a_file_alone_can_be(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    body = (
        f"os.chdir({str(tmp_path)!r})\n"
        "tried(lambda: open('folder/new', 'w').close())\n"
        "tried(lambda: open('file', 'w').close())\n"
        "tried(lambda: open('beside', 'w').close())\n"
    )
    writable = [tmp_path / "folder", tmp_path / "file"]
    assert confined([], writable, body) == ["done", "done", "PermissionError"]


def test_paths_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    body = f"tried(lambda: open({str(tmp_path / 'no')!r}))"
    assert confined([tmp_path / "no"], [tmp_path / "none"], body) == ["FileNotFoundError"]


def test_no_tcp_connection_is_made(tmp_path: Path) -> None:
    body = (
        "for act in (lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "            lambda: socket.create_server(('127.0.0.1', 0))):\n"
        "    tried(act)\n"
    )
    assert confined([tmp_path], [], body) == ["PermissionError"] * 2


@pytest.mark.parametrize("version", [0, 1, 2])
def test_what_a_version_lacks_is_not_asked_of_it(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stepsmith.sandboxes.confine import landlock

    asked: list[bytes] = []

    def record(name: str, *arguments: object) -> int:
        assert name == "landlock_create_ruleset"
        assert isinstance(arguments[0], bytes)
        asked.append(arguments[0])
        return -1

    monkeypatch.setattr(landlock, "abi", lambda: version)
    monkeypatch.setattr(landlock, "call", record)
    landlock.ruleset([], [])
    rights = int.from_bytes(asked[0], "little")
    assert (len(asked[0]), rights) == (8, {0: 0, 1: 0x1FFF, 2: 0x3FFF}[version])
