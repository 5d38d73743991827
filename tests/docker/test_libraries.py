import shutil
import sys
from pathlib import Path

import pytest

from stepsmith.sandboxes.docker.libraries import Linked, is_linked, linked, read_ldd
from stepsmith.schemas.errors import UserError

SAID = """\
/opt/a/bin/python3:
\tlinux-vdso.so.1 (0x00007ffc)
\tlibpython3.11.so.1.0 => /opt/a/lib/libpython3.11.so.1.0 (0x00007fa1)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fa2)
\t/lib64/ld-linux-x86-64.so.2 (0x00007fa3)
/opt/a/lib/_tkinter.so:
\tlibtk8.6.so => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fb2)
/opt/a/lib/plain.so:
\tstatically linked
"""


def test_what_ldd_says_is_read_and_what_is_not_found_left_out() -> None:
    assert read_ldd(SAID) == Linked(
        loaders=(Path("/lib64/ld-linux-x86-64.so.2"),),
        libraries={
            "libpython3.11.so.1.0": Path("/opt/a/lib/libpython3.11.so.1.0"),
            "libc.so.6": Path("/lib/x86_64-linux-gnu/libc.so.6"),
        },
    )


def test_musl_names_its_loader_and_its_library_in_one() -> None:
    said = "\t/lib/ld-musl-x86_64.so.1 (0x7f01)\n"
    said += "\tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f01)\n"
    found = read_ldd(said)
    assert found.loaders == (Path("/lib/ld-musl-x86_64.so.1"),)
    assert found.folder() == "lib"


def test_a_file_linked_to_nothing_needs_nothing() -> None:
    assert read_ldd("\tnot a dynamic executable\n") == Linked()
    assert Linked().folder() == "lib"


def test_libraries_lie_where_the_loader_looks_by_itself() -> None:
    assert read_ldd(SAID).folder() == "lib/x86_64-linux-gnu"


@pytest.mark.skipif(shutil.which("ldd") is None, reason="there is no ldd")
def test_our_own_interpreter_needs_files_that_are_there() -> None:
    found = linked([Path(sys.executable).resolve()])
    assert found.loaders
    assert [path for path in (*found.loaders, *found.libraries.values()) if not path.exists()] == []


@pytest.mark.skipif(shutil.which("ldd") is None, reason="there is no ldd")
def test_settings_of_the_loader_that_we_run_under_choose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [name, library], *_ = linked([Path(sys.executable).resolve()]).libraries.items()
    shutil.copyfile(library, tmp_path / name)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert linked([Path(sys.executable).resolve()]).libraries[name] == library


def test_without_ldd_the_error_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="there is no ldd"):
        linked([Path(sys.executable)])


def test_an_elf_object_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    script = tmp_path / "script.so"
    script.write_bytes(b"#!/bin/sh\n")
    assert is_linked(Path(sys.executable))
    assert not is_linked(script)
