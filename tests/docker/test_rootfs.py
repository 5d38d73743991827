"""What is in a root file system, and what of this machine is not."""

import io
import platform
import shutil
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from stepsmith.sandboxes.docker.rootfs import MissingPackageError, archive, contents, versions

pytestmark = pytest.mark.skipif(shutil.which("ldd") is None, reason="there is no ldd")

LIBRARY = f"opt/python/{sys.platlibdir}/python{'.'.join(platform.python_version_tuple()[:2])}"


@pytest.fixture(scope="module")
def tar() -> bytes:
    return b"".join(archive(contents(b"the guard", ())))


@pytest.fixture(scope="module")
def entries(tar: bytes) -> Mapping[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as read:
        return {entry.name: entry for entry in read.getmembers()}


def read(tar: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        found = opened.extractfile(name)
        assert found is not None
        return found.read()


@pytest.mark.slow
def test_built_twice_it_is_the_same_byte_for_byte(tar: bytes) -> None:
    again = b"".join(archive(contents(b"the guard", ())))
    assert again == tar


def test_it_has_the_interpreter_and_a_library_compiled(
    entries: Mapping[str, tarfile.TarInfo],
) -> None:
    compiled = f"{LIBRARY}/__pycache__/json"
    assert "opt/python/bin/python3" in entries
    assert f"{LIBRARY}/os.py" in entries
    assert f"{LIBRARY}/json/__init__.py" in entries
    assert [name for name in entries if name.startswith(compiled)] == []
    assert f"{LIBRARY}/json/__pycache__/__init__.{sys.implementation.cache_tag}.pyc" in entries


def test_compiled_modules_are_not_compared_with_their_source(tar: bytes) -> None:
    name = f"{LIBRARY}/__pycache__/os.{sys.implementation.cache_tag}.pyc"
    flags = int.from_bytes(read(tar, name)[4:8], "little")
    assert flags == 0b01  # by hash, and the hash not looked at


def test_there_is_nothing_to_run_but_python(entries: Mapping[str, tarfile.TarInfo]) -> None:
    runnable = [
        name
        for name, entry in entries.items()
        if entry.isfile() and entry.mode & 0o111 and ".so" not in Path(name).name
    ]
    assert runnable == ["opt/python/bin/python3"]


def test_it_has_no_tests_no_windows_and_no_packages(
    entries: Mapping[str, tarfile.TarInfo],
) -> None:
    unwanted = {"test", "tests", "tkinter", "idlelib", "ensurepip", "site-packages", "pip"}
    assert [name for name in entries if not unwanted.isdisjoint(name.split("/"))] == []


def test_all_can_be_read_and_nothing_written_but_scratch(
    entries: Mapping[str, tarfile.TarInfo],
) -> None:
    modes = {name: entry.mode for name, entry in entries.items()}
    assert [name for name, mode in modes.items() if mode & 0o022] == ["tmp"]
    assert [name for name, mode in modes.items() if mode & 0o444 != 0o444] == []
    assert [name for name, mode in modes.items() if mode & 0o6000] == []


def test_it_says_nothing_of_who_built_it_or_when(
    tar: bytes, entries: Mapping[str, tarfile.TarInfo]
) -> None:
    owners = {(one.uid, one.gid, one.uname, one.gname, one.mtime) for one in entries.values()}
    assert owners == {(0, 0, "", "", 0)}
    assert not any(one.issym() or one.islnk() or one.isdev() for one in entries.values())
    assert read(tar, "etc/passwd").decode().splitlines() == [
        "root:x:0:0:root:/:/sbin/nologin",
        "nobody:x:65534:65534:nobody:/:/sbin/nologin",
    ]


def test_folders_for_what_the_kernel_mounts_are_there(
    entries: Mapping[str, tarfile.TarInfo],
) -> None:
    assert [entries[name].isdir() for name in ("box", "dev", "proc", "sys", "tmp")] == [True] * 5


def test_the_guard_is_in_it(tar: bytes) -> None:
    assert read(tar, "opt/stepsmith/guard.pyz") == b"the guard"


def test_packages_bring_their_own_libraries_beside_them() -> None:
    files = contents(b"", ("numpy",))
    numpy = [name for name in files if name.startswith("opt/stepsmith/packages/numpy/")]
    assert "opt/stepsmith/packages/numpy/__init__.py" in numpy
    assert [name for name in files if "openblas" in name and name.startswith("lib")] == []
    assert [name for name in files if ".." in name.split("/") or name.startswith("/")] == []


def test_versions_are_named_in_one_order() -> None:
    assert versions(("sympy", "mpmath")) == versions(("mpmath", "sympy"))
    assert [one.partition("==")[0] for one in versions(("sympy", "mpmath"))] == ["mpmath", "sympy"]


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(MissingPackageError, match="no-such-package is not installed here"):
        contents(b"", ("no-such-package",))
