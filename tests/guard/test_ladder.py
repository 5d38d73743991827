"""Which level a guard reaches, found by trying, and what it says of the others."""

import os
import platform

import pytest

from stepsmith.sandboxes.confine import landlock
from tests.guard.line import Line
from tests.guard.surroundings import (
    ORDINARY,
    SYSTEM_PYTHON,
    needs_landlock,
    needs_root,
    needs_system_python,
    restricted,
)

AS_ORDINARY = ("setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups")
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all,+setuid,+setgid,+kill")


def test_a_guard_says_what_it_is_and_where(any_line: Line) -> None:
    ready = any_line.ready
    assert (ready["kind"], ready["missing"] == []) == ("ready", ready["level"] != "unsafe") or any(
        "permissions" in missing for missing in ready["missing"]
    )
    assert ready["kernel"] == platform.release()
    assert ready["landlock_abi"] == landlock.abi()
    assert ready["python"] == platform.python_version()
    assert "resource limits" in ready["layers"]


def test_without_walls_a_guard_says_so() -> None:
    with Line("unsafe") as line:
        assert line.ready["layers"] == ["resource limits"]
        assert line.ready["missing"] == ["walls: none were asked for"]


def test_the_layers_of_a_level_are_named(walled_line: Line) -> None:
    layers = walled_line.ready["layers"]
    assert {"seccomp allow-list", "capabilities dropped"} <= set(layers)
    assert ("nothing writable" in layers) == (walled_line.ready["level"] != "ns")
    assert any("namespaces" in layer for layer in layers) == (walled_line.ready["level"] == "ns")
    assert ("a user of its own" in layers) == (walled_line.ready["level"] == "uid")


def test_the_best_is_the_first_that_works() -> None:
    reached = []
    for level in ("ns", "uid", "self"):
        with Line(level) as line:
            reached += [level] if line.ready["kind"] == "ready" else []
    with Line("best") as line:
        if reached:
            assert line.ready["level"] == reached[0]
        else:
            assert line.ready["kind"] == "refused"


@needs_landlock
@needs_root
def test_root_that_gets_no_namespaces_has_users() -> None:
    with Line("best", command=restricted()) as line:
        assert line.ready["level"] == "uid"
        assert line.ready["missing"][0] == "ns: PermissionError: [Errno 1] unshare: " + os.strerror(
            1
        )
        assert line.run("print(6 * 7)").stdout == b"42\n"


@needs_landlock
@needs_root
@needs_system_python
def test_a_user_that_gets_no_namespaces_has_itself(shared_archive: str) -> None:
    command = (*restricted(), "/usr/bin/setpriv", *AS_ORDINARY[1:])
    with Line("best", command=command, interpreter=SYSTEM_PYTHON, archive=shared_archive) as line:
        assert line.ready["level"] == "self"
        assert [missing.partition(":")[0] for missing in line.ready["missing"]] == ["ns", "uid"]
        end = line.run("import os; print(os.getuid())\nopen('/tmp/no-such-file', 'w')")
        assert end.stdout == f"{ORDINARY}\n".encode()
        assert b"PermissionError" in end.stderr


@needs_root
@needs_system_python
@pytest.mark.parametrize("command", [AS_ORDINARY, WITHOUT_RIGHTS])
def test_namespaces_need_no_rights_where_the_kernel_gives_them_to_all(
    command: tuple[str, ...], shared_archive: str
) -> None:
    with Line("ns", command=command, interpreter=SYSTEM_PYTHON, archive=shared_archive) as line:
        if line.ready["kind"] == "refused":
            pytest.skip(f"not here: {line.ready['missing']}")
        end = line.run("import os, decimal; print(os.getuid(), os.getpid())")
        assert end.stdout == b"65534 2\n"


@needs_root
@needs_system_python
def test_a_level_that_cannot_be_had_is_refused_with_its_reason(shared_archive: str) -> None:
    with Line(
        "uid", command=AS_ORDINARY, interpreter=SYSTEM_PYTHON, archive=shared_archive
    ) as line:
        assert line.ready["kind"] == "refused"
        assert line.ready["missing"] == ["uid: a user of its own: only root can give one"]
        assert line.close() == 1


def test_a_level_that_there_is_not_ends_the_stream() -> None:
    with pytest.raises(EOFError):
        Line("moat")


def test_paths_can_be_imported_from_and_read_no_more(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("packages")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    (folder / "theirs.py").write_text("VALUE = 5\n")
    with Line("best", paths=[str(folder)]) as line:
        source = f"import theirs\nprint(theirs.VALUE)\nopen({str(folder / 'new')!r}, 'w')"
        end = line.run(source)
    assert end.stdout == b"5\n"
    assert b"Error" in end.stderr
    assert not (folder / "new").exists()
