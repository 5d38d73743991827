import os
import subprocess
import sys
from pathlib import Path

import pytest

from stepsmith.sandboxes.confine.namespaces import outermost


def test_what_lies_beneath_another_path_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "ab").mkdir()
    paths = [str(tmp_path / name) for name in ("a/b", "a", "ab", "a/")]
    assert outermost(paths) == [str(tmp_path / "a"), str(tmp_path / "ab")]


def test_what_a_link_points_to_comes_with_it(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to("target")
    expected = [str(tmp_path / "link"), str(tmp_path / "target")]
    assert outermost([str(tmp_path / "link")]) == expected


def in_a_new_root(readable: list[Path], body: str) -> list[str]:
    """Run Python text in namespaces of its own with a root made of the paths."""
    text = (
        "import os, sys\n"
        "from stepsmith.sandboxes.confine import linux, namespaces\n"
        "def tried(act):\n"
        "    try: act(); return 'done'\n"
        "    except OSError as error: return type(error).__name__\n"
        "proc = os.open('/proc', os.O_RDONLY)\n"
        "ids = os.geteuid(), os.getegid()\n"
        "flags = linux.CLONE_NEWUSER | linux.CLONE_NEWNS\n"
        "try: linux.unshare(flags)\n"
        "except OSError as error: print('none', error); sys.exit()\n"
        "namespaces.map_ids(proc, namespaces.NOBODY, *ids)\n"
        "os.close(proc)\n"
        f"readable = {[*map(str, readable)]!r}\n"
        "devices = ['/dev/null', '/dev/zero', '/dev/no']\n"
        "links = [('/short', '/work/run')]\n"
        "namespaces.change_root(readable, devices, ['/work/run'], links)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text + body], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if done.stdout.startswith("none"):
        pytest.skip(f"no namespaces here: {done.stdout}")
    return done.stdout.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "readable" / "below").mkdir(parents=True)
    (tmp_path / "readable" / "file").write_text("text")
    (tmp_path / "hidden").write_text("hidden")
    (tmp_path / "link").symlink_to("readable")
    (tmp_path / "large").write_bytes(bytes(2**19))
    return tmp_path


def test_the_root_has_what_was_named_and_nothing_else(folder: Path) -> None:
    readable = [folder / "readable", folder / "link", folder / "large"]
    top = readable[0].parts[1]
    body = (
        f"folder = {str(folder)!r}\n"
        "print(sorted(os.listdir('/')), sorted(os.listdir('/dev')), sorted(os.listdir(folder)))\n"
        "print(open(folder + '/link/file').read(), os.path.getsize(folder + '/large'))\n"
        "print(os.readlink('/short'), os.listdir('/short'))\n"
        "print(os.getuid(), os.getgid())\n"
    )
    assert in_a_new_root(readable, body) == [
        f"{sorted(['dev', 'short', top, 'work'])} ['null', 'zero'] ['large', 'link', 'readable']",
        f"text {2**19}",
        "/work/run []",
        "65534 65534",
    ]


def test_nothing_in_it_can_be_written_to(folder: Path) -> None:
    body = (
        f"folder = {str(folder)!r}\n"
        "for name in ('/new', '/work/new', '/dev/new', folder + '/new', folder + '/readable/new',\n"
        "             folder + '/readable/file', folder + '/large'):\n"
        "    print(tried(lambda: open(name, 'w')))\n"
        "print(tried(lambda: open('/dev/null', 'w')), open('/dev/zero', 'rb').read(1))\n"
    )
    *refused, devices = in_a_new_root([folder / "readable", folder / "large"], body)
    assert set(refused) == {"OSError"}
    assert devices == "done b'\\x00'"
    assert (folder / "readable" / "file").read_text() == "text"


def test_the_old_root_cannot_be_reached(folder: Path) -> None:
    body = (
        "print(os.getcwd())\n"
        "for _ in range(9): os.chdir('..')\n"
        f"print(os.path.exists({str(folder / 'hidden')!r}), os.path.exists('/etc'))\n"
    )
    assert in_a_new_root([folder / "readable"], body) == ["/", "False False"]
    assert os.path.exists(folder / "hidden")  # noqa: PTH110 -- a name
