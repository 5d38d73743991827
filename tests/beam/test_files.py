"""Files through Beam, and by their scheme: the same few operations as on this machine."""

from pathlib import Path

import pytest

from stepsmith.transforms.beam.files import AnyFiles, BeamFiles, files_of
from stepsmith.transforms.files import Files, LocalFiles


@pytest.fixture(params=[BeamFiles, LocalFiles, AnyFiles])
def files(request: pytest.FixtureRequest) -> Files:
    return request.param()


def test_what_is_written_is_read_and_found(files: Files, tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        files.write(str(tmp_path / name), name.encode())
    found = files.match(str(tmp_path / "*.txt"))
    assert [Path(path).name for path in found] == ["a.txt", "b.txt"]
    with files.open_read(str(tmp_path / "a.txt")) as file:
        assert file.read() == b"a.txt"


def test_a_file_is_not_decompressed_by_its_name(files: Files, tmp_path: Path) -> None:
    files.write(str(tmp_path / "a.gz"), b"plain")
    with files.open_read(str(tmp_path / "a.gz")) as file:
        assert file.read() == b"plain"


def test_what_is_not_there_is_told_and_can_be_deleted(files: Files, tmp_path: Path) -> None:
    path = str(tmp_path / "missing")
    assert not files.exists(path)
    assert list(files.match(path)) == []
    files.delete(path)
    with pytest.raises(FileNotFoundError):
        files.open_read(path)


def test_a_path_with_a_scheme_goes_through_beam() -> None:
    assert isinstance(files_of("gs://bucket/file"), BeamFiles)
    assert isinstance(files_of("/tmp/file"), LocalFiles)  # noqa: S108 - not opened
    assert files_of("gs://bucket/file").local_path("gs://bucket/file") is None
