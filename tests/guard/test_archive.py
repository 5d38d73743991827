import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from stepsmith.sandboxes import archive
from stepsmith.sandboxes.guard.__main__ import ENVIRONMENT


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first = archive.guard_archive()
    data = first.read_bytes()
    first.unlink()
    assert archive.guard_archive() == first
    assert first.read_bytes() == data
    assert list((tmp_path / "stepsmith").iterdir()) == [first]


def test_an_archive_that_is_there_is_not_written_again() -> None:
    path = archive.guard_archive()
    written = path.stat().st_mtime_ns
    assert archive.guard_archive().stat().st_mtime_ns == written


def test_only_the_walls_the_guard_and_what_takes_files_are_in_it() -> None:
    names = zipfile.ZipFile(archive.guard_archive()).namelist()
    above = [name.rpartition("/")[2] for name in names if name.count("/") == 2]
    assert above == ["__init__.py", "artifacts.py", "beneath.py"]
    folders = {name.rpartition("/")[0] for name in names}
    assert folders == {
        "",
        "stepsmith",
        "stepsmith/sandboxes",
        "stepsmith/sandboxes/confine",
        "stepsmith/sandboxes/guard",
    }


def test_all_of_it_can_be_imported_with_the_standard_library_alone() -> None:
    path = archive.guard_archive()
    names = [
        name.removesuffix(".py").replace("/", ".")
        for name in zipfile.ZipFile(path).namelist()
        if "/" in name and not name.endswith("__init__.py")
    ]
    text = f"import sys; sys.path = [{str(path)!r}, *sys.path]; import {', '.join(names)}; print(1)"
    command = [sys.executable, "-I", "-S", "-c", text]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"1\n"


def test_without_a_home_it_lies_in_a_folder_of_its_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    path = archive.guard_archive()
    assert path.parent.parent == tmp_path
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("home", ["relative", "~nobody-at-all"])
def test_a_relative_home_is_none(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", home)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert archive.guard_archive().parent == tmp_path / f"stepsmith-{os.getuid()}"


def test_an_archive_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zipfile.ZipFile.writestr", full)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    with pytest.raises(OSError, match="No space left"):
        archive.guard_archive()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_of_somebody_elses_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("os.getuid", lambda: os.geteuid() + 1)
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        archive.guard_archive()


def test_a_host_that_gives_the_right_environment_need_not_wait_for_that() -> None:
    entry = archive.guard_archive()
    command = ["strace", "-f", "-e", "trace=execve", sys.executable, "-P", "-s", "-S", str(entry)]
    if shutil.which(command[0]) is None:
        pytest.skip("needs strace")
    given = ENVIRONMENT | {"TMPDIR": os.fspath(entry.parent)}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=True, env=given
    )
    assert done.stderr.count(b"execve(") == 1


def test_it_starts_over_in_a_clean_interpreter() -> None:
    path = archive.guard_archive()
    done = subprocess.run(
        [sys.executable, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
