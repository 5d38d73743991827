"""Local files: whole or not at all, sorted, and without traces."""

import os
import pickle
from pathlib import Path

import pytest

from stepsmith.transforms.files import Files, LocalFiles


@pytest.fixture
def files() -> Files:
    return LocalFiles()


def test_what_is_written_is_read_back(files: Files, tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / "er" / "x.bin")
    files.write(path, b"\x00\xff")
    with files.open_read(path) as file:
        assert file.read() == b"\x00\xff"
    assert files.exists(path)


def test_a_write_replaces_the_whole_file_and_leaves_nothing_beside_it(
    files: Files, tmp_path: Path
) -> None:
    path = str(tmp_path / "x")
    files.write(path, b"long content")
    files.write(path, b"short")
    assert Path(path).read_bytes() == b"short"
    assert os.listdir(tmp_path) == ["x"]  # noqa: PTH208 - names


def test_a_write_that_fails_leaves_the_old_file_and_no_temporary_one(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "x")
    files.write(path, b"old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        files.write(path, b"new")
    assert Path(path).read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]  # noqa: PTH208


def test_a_written_file_can_be_read_by_others(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "x"
    files.write(str(path), b"")
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_pattern_matches_in_sorted_order(files: Files, tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.bin", "sub/d.txt"):
        files.write(str(tmp_path / name), b"")
    assert files.match(str(tmp_path / "*.txt")) == [
        str(tmp_path / "a.txt"),
        str(tmp_path / "b.txt"),
    ]
    assert files.match(str(tmp_path / "**" / "d.txt")) == [str(tmp_path / "sub" / "d.txt")]
    assert files.match(str(tmp_path / "*.none")) == []


def test_a_name_with_brackets_matches_itself(files: Files, tmp_path: Path) -> None:
    path = str(tmp_path / "x[1].txt")
    files.write(path, b"")
    assert files.match(path) == [path]


def test_a_missing_file_is_said_to_be_missing(files: Files, tmp_path: Path) -> None:
    path = str(tmp_path / "absent")
    assert not files.exists(path)
    assert files.match(path) == []
    with pytest.raises(FileNotFoundError):
        files.open_read(path)


def test_deleting_is_done_once_or_more(files: Files, tmp_path: Path) -> None:
    path = str(tmp_path / "x")
    files.write(path, b"")
    files.delete(path)
    files.delete(path)
    assert not files.exists(path)


def test_a_local_path_is_itself_and_the_file_system_pickles(files: Files) -> None:
    assert files.local_path("a/b") == "a/b"
    assert isinstance(pickle.loads(pickle.dumps(files)), LocalFiles)
