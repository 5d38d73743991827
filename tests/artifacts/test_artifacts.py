"""Whatever a program leaves behind, no collector and no stager is led out of its folder."""

import ast
import errno
import inspect
import os
import platform
import resource
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from stepsmith.sandboxes import artifacts, beneath
from stepsmith.sandboxes.artifacts import (
    Bounds,
    Collected,
    Refused,
    collect,
    collect_all,
    stage,
)
from stepsmith.sandboxes.beneath import Opener, best_opener, open_beneath, open_by_component

SECRET = b"not for programs"
HONEST = (Collected(name="a", data=b"first"), Collected(name="z", data=b"last"))
OPENERS = {"openat2": open_beneath, "by component": open_by_component}


@pytest.fixture(params=OPENERS)
def opener(request: pytest.FixtureRequest) -> Opener:
    if request.param == "openat2" and best_opener() is not open_beneath:
        pytest.skip("no openat2 here: the kernel is too old or a filter refuses it")
    return OPENERS[request.param]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A program's folder with two honest files, beside a folder with a secret."""
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "a").write_bytes(b"first")
    (folder / "z").write_bytes(b"last")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(SECRET)
    return folder


@pytest.fixture
def folder(box: Path) -> Iterator[int]:
    descriptor = os.open(box, os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def mount_of_processes() -> int:
    if not Path("/proc/self/root").is_symlink():
        pytest.skip("no /proc here")
    return os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)


def test_what_an_honest_program_left_is_collected_in_the_order_of_names(
    box: Path, folder: int, opener: Opener
) -> None:
    (box / "below").mkdir()
    (box / "below" / "ö b").write_bytes(bytes(range(256)))
    (box / "empty").touch()
    found = collect_all(folder, opener=opener)
    assert found.collected == (
        HONEST[0],
        Collected(name="below/ö b", data=bytes(range(256))),
        Collected(name="empty", data=b""),
        HONEST[1],
    )
    assert found.refused == ()


def test_named_files_are_collected_in_the_order_asked(
    box: Path, folder: int, opener: Opener
) -> None:
    (box / "below").mkdir()
    (box / "below" / "b").write_bytes(b"b")
    found = collect(folder, ("z", "below/b", "none"), opener=opener)
    assert found.collected == (HONEST[1], Collected(name="below/b", data=b"b"))
    assert found.refused == (Refused(name="none", why="missing", detail=os.strerror(errno.ENOENT)),)


def fill(entry: Path, names: Iterable[str]) -> None:
    for name in names:
        (entry / name).parent.mkdir(parents=True, exist_ok=True)
        (entry / name).write_bytes(b"deep")


PLANTS: dict[str, Callable[[Path, Path], object]] = {
    "link to a file": lambda entry, outside: entry.symlink_to(outside / "secret"),
    "link to a folder": lambda entry, outside: entry.symlink_to(outside),
    "link that goes up": lambda entry, _: entry.symlink_to("../outside/secret"),
    "link to an honest file": lambda entry, _: entry.symlink_to("a"),
    "link to nothing": lambda entry, outside: entry.symlink_to(outside / "none"),
    "magic link": lambda entry, _: entry.symlink_to("/proc/self/root/etc/passwd"),
    "hard link": lambda entry, outside: entry.hardlink_to(outside / "secret"),
    "pipe": lambda entry, _: os.mkfifo(entry),
    "sparse giant": lambda entry, _: (entry.touch(), os.truncate(entry, 2**40)),
    "too large by one byte": lambda entry, _: entry.write_bytes(b"x" * 1001),
    "deep folders": lambda entry, _: fill(entry, ["1/2/3/f"]),
    "many files": lambda entry, _: fill(entry, map(str, range(20))),
}


def plant(box: Path, attack: str) -> None:
    """Leave one hostile entry, named `m`, between the honest ones."""
    PLANTS[attack](box / "m", box.parent / "outside")


LINK = os.strerror(errno.ELOOP)
ATTACKS = {
    "link to a file": Refused(name="m", why="link", detail=LINK),
    "link to a folder": Refused(name="m", why="link", detail=LINK),
    "link that goes up": Refused(name="m", why="link", detail=LINK),
    "link to an honest file": Refused(name="m", why="link", detail=LINK),
    "link to nothing": Refused(name="m", why="link", detail=LINK),
    "magic link": Refused(name="m", why="link", detail=LINK),
    "hard link": Refused(name="m", why="hard_link", detail="2 names"),
    "pipe": Refused(name="m", why="special", detail="a pipe"),
    "sparse giant": Refused(name="m", why="too_large", detail="over 1000 bytes"),
    "too large by one byte": Refused(name="m", why="too_large", detail="over 1000 bytes"),
    "deep folders": Refused(name="m/1/2", why="too_deep", detail="over 2 folders"),
    "many files": Refused(name="m", why="too_many", detail="over 8 entries"),
}
SMALL = Bounds(entries=8, file_bytes=1000, total_bytes=1500, depth=2)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_entry_is_refused_with_its_reason_and_the_others_are_collected(
    box: Path, folder: int, opener: Opener, attack: str
) -> None:
    plant(box, attack)
    found = collect_all(folder, SMALL, opener=opener)
    assert found.collected == HONEST
    assert found.refused == (ATTACKS[attack],)


@pytest.mark.parametrize(
    ("attack", "name", "why"),
    [
        ("link to a file", "m", "link"),
        ("link to a folder", "m/secret", "link"),
        ("magic link", "m", "link"),
        ("hard link", "m", "hard_link"),
        ("pipe", "m", "special"),
        ("sparse giant", "m", "too_large"),
        ("many files", "m", "special"),
        ("deep folders", "m/1/2/3/f", "too_deep"),
        ("deep folders", "m/f/f", "missing"),
        ("deep folders", "a/f", "missing"),
        ("deep folders", "../outside/secret", "name"),
        ("deep folders", "m/../../outside/secret", "name"),
        ("deep folders", "/etc/passwd", "name"),
        ("deep folders", "m//f", "name"),
        ("deep folders", "", "name"),
    ],
)
def test_a_hostile_entry_that_is_asked_for_by_name_is_refused(
    box: Path, folder: int, opener: Opener, attack: str, name: str, why: str
) -> None:
    plant(box, attack)
    found = collect(folder, ("a", name, "z"), SMALL, opener=opener)
    assert found.collected == HONEST
    assert [(one.name, one.why) for one in found.refused] == [(name, why)]


def test_a_socket_is_no_file(box: Path, folder: int, opener: Opener) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{folder}/m")  # its own path would be too long
        found = collect_all(folder, opener=opener)
    assert found.collected == HONEST
    assert found.refused == (Refused(name="m", why="special", detail="a socket"),)


def test_a_device_is_no_file_and_is_not_opened(box: Path, folder: int, opener: Opener) -> None:
    try:
        os.mknod(box / "m", stat.S_IFCHR | 0o666, os.makedev(1, 8))
    except PermissionError:
        pytest.skip("only root makes devices")
    found = collect_all(folder, opener=opener)
    assert found.collected == HONEST
    assert found.refused == (Refused(name="m", why="special", detail="a device"),)


def test_the_links_of_proc_lead_nowhere(opener: Opener) -> None:
    proc = mount_of_processes()
    try:
        found = collect(
            proc, ("self/root/etc/passwd", f"{os.getpid()}/root/etc/passwd"), opener=opener
        )
    finally:
        os.close(proc)
    assert found.collected == ()
    assert [one.why for one in found.refused] == ["link", "link"]


def test_another_mount_is_outside(opener: Opener) -> None:
    mount_of_processes()
    root = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = collect(root, ("proc/version",), opener=opener)
    finally:
        os.close(root)
    assert found.collected == ()
    assert [one.why for one in found.refused] == ["outside"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"m\nforged", "m\\nforged"),
        (b"m\x1b[2J", "m\\x1b[2J"),
        (b"m\xff", "m\\udcff"),
        ("m\u202e".encode(), "m\\u202e"),
    ],
)
def test_a_name_that_is_no_plain_text_is_refused_and_shown_escaped(
    box: Path, folder: int, opener: Opener, name: bytes, shown: str
) -> None:
    Path(os.fsdecode(os.fsencode(box) + b"/" + name)).write_bytes(b"x")
    found = collect_all(folder, opener=opener)
    assert found.collected == HONEST
    assert [(one.name, one.why) for one in found.refused] == [(shown, "name")]


@pytest.mark.parametrize("name", ["a\0b", "a\nb", "\udcff", "n" * 256, ".", ".."])
def test_a_name_asked_for_that_no_file_should_have_is_refused(
    folder: int, opener: Opener, name: str
) -> None:
    found = collect(folder, (name, "a"), opener=opener)
    assert found.collected == HONEST[:1]
    assert [one.why for one in found.refused] == ["name"]


def test_a_folder_that_cannot_be_listed_is_refused(box: Path, folder: int, opener: Opener) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (box / "m").mkdir(mode=0)
    found = collect_all(folder, opener=opener)
    (box / "m").chmod(0o700)
    assert found.collected == HONEST
    assert [(one.name, one.why) for one in found.refused] == [("m", "unreadable")]


def test_the_bytes_of_all_files_are_capped_and_smaller_ones_still_fit(
    box: Path, folder: int, opener: Opener
) -> None:
    (box / "b").write_bytes(b"b" * 900)
    (box / "c").write_bytes(b"c" * 900)
    found = collect_all(folder, SMALL, opener=opener)
    assert [file.name for file in found.collected] == ["a", "b", "z"]
    assert found.refused == (
        Refused(name="c", why="too_large", detail="over the 595 bytes that were left for all"),
    )


def test_a_folder_of_too_many_entries_gives_none_of_them(
    box: Path, folder: int, opener: Opener
) -> None:
    for number in range(8):
        (box / str(number)).touch()
    found = collect_all(folder, SMALL, opener=opener)
    assert found.collected == ()
    assert found.refused == (Refused(name=".", why="too_many", detail="over 8 entries"),)


def test_more_names_than_allowed_are_refused_one_by_one(folder: int, opener: Opener) -> None:
    found = collect(folder, ("a", "z", "a"), Bounds(entries=2), opener=opener)
    assert found.collected == HONEST
    assert found.refused == (Refused(name="a", why="too_many", detail="over 2 files"),)


@pytest.mark.parametrize(
    ("put", "why"),
    [
        (lambda entry: entry.symlink_to("../outside/secret"), "link"),
        (lambda entry: entry.write_bytes(b"other"), "changed"),
        (os.mkfifo, "special"),
        (lambda _: None, "missing"),
    ],
    ids=["link", "file", "pipe", "nothing"],
)
def test_what_comes_into_the_place_of_a_file_after_it_was_looked_at_is_refused(
    box: Path, folder: int, opener: Opener, put: Callable[[Path], object], why: str
) -> None:
    def swapping(at: int, path: str, flags: int) -> int:
        descriptor = opener(at, path, flags)
        if path == "a" and flags & os.O_PATH:
            (box / "a").rename(box.parent / "kept")  # so that its number is not used again
            put(box / "a")
        return descriptor

    found = collect(folder, ("a", "z"), opener=swapping)
    assert found.collected == HONEST[1:]
    assert [(one.name, one.why) for one in found.refused] == [("a", why)]


def test_a_file_that_is_removed_while_it_is_looked_at_is_refused(
    box: Path, folder: int, opener: Opener
) -> None:
    def removing(at: int, path: str, flags: int) -> int:
        descriptor = opener(at, path, flags)
        (box / path).unlink()
        return descriptor

    found = collect(folder, ("a",), opener=removing)
    assert found.refused == (Refused(name="a", why="changed", detail="it was removed"),)


def test_a_file_that_grows_while_it_is_read_is_refused(
    box: Path, folder: int, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = os.read

    def growing(descriptor: int, most: int) -> bytes:
        data = read(descriptor, most)
        with (box / "a").open("ab") as file:
            file.write(b"x" * 700)
        return data

    monkeypatch.setattr(os, "read", growing)
    found = collect(folder, ("a",), SMALL, opener=opener)
    assert found.collected == ()
    assert found.refused == (Refused(name="a", why="too_large", detail="over 1000 bytes"),)


def test_no_swap_at_any_moment_leads_to_the_secret(box: Path, folder: int, opener: Opener) -> None:
    """A program that still runs exchanges a folder and a file for links, again and again."""
    outside = box.parent / "outside"
    (box / "d").mkdir()
    (box / "d" / "secret").write_bytes(b"harmless")
    (box / "link").symlink_to(outside)
    (box / "file").symlink_to(outside / "secret")
    done = threading.Event()

    def exchange() -> None:
        while not done.is_set():
            for left, right in (("d", "link"), ("a", "file")):
                (box / left).rename(box / "t")
                (box / right).rename(box / left)
                (box / "t").rename(box / right)

    thread = threading.Thread(target=exchange)
    thread.start()
    seen: set[bytes] = set()
    try:
        for _ in range(150):
            named = collect(folder, ("d/secret", "link/secret", "a", "file"), opener=opener)
            walked = collect_all(folder, opener=opener)
            seen |= {file.data for file in (*named.collected, *walked.collected)}
    finally:
        done.set()
        thread.join()
    assert seen <= {b"harmless", b"first", b"last"}


def test_no_descriptor_stays_open(box: Path, folder: int, opener: Opener) -> None:
    best_opener()
    for attack in ("link to a folder", "pipe", "sparse giant", "deep folders"):
        plant(box, attack)
        before = sorted(Path("/proc/self/fd").iterdir())
        collect_all(folder, SMALL, opener=opener)
        collect(folder, ("m", "m/1", "m/1/2/3/f", "a"), SMALL, opener=opener)
        stage(folder, (("a", b""), ("..", b"")))
        assert sorted(Path("/proc/self/fd").iterdir()) == before
        (box / "m").rename(box.parent / f"done {attack}")


def test_an_error_that_is_no_entrys_fault_rises(folder: int) -> None:
    def broken(at: int, path: str, flags: int) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
        collect(folder, ("a",), opener=broken)


def test_staged_files_lie_in_the_folder_and_may_be_read_whatever_the_umask(
    box: Path, folder: int
) -> None:
    before = os.umask(0o077)
    try:
        refused = stage(folder, (("in.txt", b"x\n"), ("b", b"")))
    finally:
        os.umask(before)
    assert refused == ()
    assert (box / "in.txt").read_bytes() == b"x\n"
    assert (box / "b").read_bytes() == b""
    assert stat.S_IMODE((box / "in.txt").stat().st_mode) == 0o644


@pytest.mark.parametrize("there", ["file", "link to a file", "link to nothing", "pipe", "folder"])
def test_what_lies_in_the_folder_already_is_never_written_to(
    box: Path, folder: int, there: str
) -> None:
    if there == "file":
        (box / "m").write_bytes(b"kept")
    elif there == "folder":
        (box / "m").mkdir()
    else:
        plant(box, there)
    refused = stage(folder, (("m", b"written"), ("n", b"n")))
    assert [(one.name, one.why) for one in refused] == [("m", "exists")]
    assert (box / "n").read_bytes() == b"n"
    assert sorted(path.name for path in (box.parent / "outside").iterdir()) == ["secret"]
    assert (box.parent / "outside" / "secret").read_bytes() == SECRET
    if there == "file":
        assert (box / "m").read_bytes() == b"kept"


@pytest.mark.parametrize(
    "name", ["../m", "/m", "below/m", "..", ".", "", "m\n", "m\0", "\udcff", "n" * 256]
)
def test_a_file_is_staged_under_a_plain_name_only(box: Path, folder: int, name: str) -> None:
    (box / "below").mkdir()
    before = sorted(box.parent.rglob("*"))
    refused = stage(folder, ((name, b"x"),))
    assert [one.why for one in refused] == ["name"]
    assert sorted(box.parent.rglob("*")) == before


def test_what_is_staged_is_capped_as_what_is_collected(folder: int, box: Path) -> None:
    files = (
        ("1", b"x" * 1001),
        ("2", b"x" * 1000),
        ("3", b"x" * 501),
        ("4", b"x" * 500),
        ("2", b""),
    )
    refused = stage(folder, files, SMALL)
    assert [(one.name, one.why) for one in refused] == [
        ("1", "too_large"),
        ("3", "too_large"),
        ("2", "exists"),
    ]
    assert sorted(path.name for path in box.iterdir()) == ["2", "4", "a", "z"]
    assert stage(folder, files, Bounds(entries=0))[3].why == "too_many"


def test_a_disk_that_is_full_raises_and_is_no_fault_of_the_files(folder: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))  # the nearest to it without a mount
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            stage(folder, (("m", bytes(2**20 + 1)),))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


_FILTERED = """
import os, sys
from stepsmith.sandboxes import artifacts, beneath
from stepsmith.sandboxes.confine import linux, seccomp
linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
allowed = seccomp.build(processes=True, own_files=True, own_pids=True)
seccomp.load(allowed.for_process(os.getpid()))
found = artifacts.collect_all(os.open(sys.argv[1], os.O_RDONLY))
print(beneath.best_opener().__name__, [(one.name, one.data) for one in found.collected])
print([(one.name, one.why) for one in found.refused])
"""


def test_where_a_filter_refuses_openat2_the_other_way_is_taken(box: Path) -> None:
    """Old engines answer EPERM to a call that they do not know, as our own walls do."""
    if platform.machine() not in ("x86_64", "aarch64"):
        pytest.skip("our filter knows other machines")
    plant(box, "link to a file")
    done = subprocess.run(
        [sys.executable, "-c", _FILTERED, box], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "open_by_component [('a', b'first'), ('z', b'last')]",
        "[('m', 'link')]",
    ]


def test_the_two_ways_to_open_agree(box: Path, folder: int) -> None:
    if best_opener() is not open_beneath:
        pytest.skip("no openat2 here")
    plant(box, "deep folders")
    (box / "l").symlink_to("m")
    for path in ("a", "m", "m/1", "m/1/2/3/f", "none", "a/b", "l", "l/1", "m/none/f"):
        found: list[object] = []
        for one in (open_beneath, open_by_component):
            try:
                descriptor = one(folder, path, os.O_RDONLY)
            except OSError as error:
                found.append(error.errno)
            else:
                found.append(os.fstat(descriptor).st_ino)
                os.close(descriptor)
        assert found[0] == found[1], path


def test_it_runs_where_nothing_of_ours_is_installed() -> None:
    allowed = {*sys.stdlib_module_names, "stepsmith.sandboxes.beneath"}
    for module in (artifacts, beneath):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= allowed
            if isinstance(node, ast.ImportFrom):
                name = node.module or ""
                assert name in allowed or name.partition(".")[0] in allowed
