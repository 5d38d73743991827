"""What a fork reads of its program is what the keeper wrote, and its memory is the template's."""

import ctypes
import dataclasses
import mmap
import os
import re
from pathlib import Path
from typing import Any

import pytest

from stepsmith.sandboxes.confine import linux
from stepsmith.sandboxes.guard import child
from stepsmith.sandboxes.guard.orders import Limits, Party, Start
from stepsmith.sandboxes.guard.side import sealed
from tests.guard.line import Line
from tests.guard.processes import youngest

LIMITS = Limits(
    wall_s=1.5,
    cpu_s=0.25,
    memory_bytes=2**40,
    output_bytes=3,
    answer_bytes=4,
    disk_bytes=5,
    processes=6,
)
PARTY = Party(
    seed=2**63 + 1,
    talks=True,
    limits=LIMITS,
    source=b"print('\xff\x00')",
    stdin=b"not for the file",
    collect=True,
    files=(("a", b""), ("ö", b"\x00\x01")),
    stages=(("cc", "main.c"), ("./built",)),
    address_space=False,
)
STATUS, OUT, ERROR, OUTLET = 30, 31, 32, 33


def read(data: bytes, *streams: int, folder: str | None = None) -> Start:
    spec = sealed(data, seal=False)
    try:
        return child.read_order((spec, STATUS, *streams), folder)
    finally:
        os.close(spec)


@pytest.mark.parametrize(
    ("changes", "is_plain"),
    [
        ({}, True),
        ({"limits": LIMITS}, False),
        ({"stages": PARTY.stages}, False),
        ({"collect": True}, False),
    ],
)
def test_one_process_of_python_that_nothing_is_taken_from_is_plain(
    changes: dict[str, Any], *, is_plain: bool
) -> None:
    one = {"limits": LIMITS._replace(processes=1), "stages": (), "collect": False}
    assert dataclasses.replace(PARTY, **(one | changes)).is_plain == is_plain


def test_all_that_a_fork_needs_arrives() -> None:
    data = child.write_order(1, PARTY, "/place", is_alone=False)
    assert read(data, OUT, ERROR, OUTLET) == Start(
        party=1,
        seed=2**63 + 1,
        limits=LIMITS,
        folder="/place",
        source=b"print('\xff\x00')",
        status=STATUS,
        streams=(OUT, ERROR),
        outlet=OUTLET,
        files=(("a", b""), ("ö", b"\x00\x01")),
        stages=(("cc", "main.c"), ("./built",)),
        address_space=False,
        is_alone=False,
    )
    assert b"not for the file" not in data


@pytest.mark.parametrize(
    ("told", "known", "expected"),
    [
        (None, None, None),
        ("/told", None, "/told"),
        (None, "/known", "/known"),
        ("/told", "/k", "/k"),
    ],
)
def test_the_folder_that_a_fork_knows_itself_goes_first(
    told: str | None, known: str | None, expected: str | None
) -> None:
    data = child.write_order(0, PARTY, told, is_alone=True)
    assert read(data, OUT, OUTLET, folder=known).folder == expected


def test_without_files_to_hand_over_all_descriptors_are_the_programs() -> None:
    party = Party(seed=0, talks=False, limits=LIMITS, source=b"", stdin=b"")
    start = read(child.write_order(0, party, None, is_alone=True), OUT, ERROR)
    assert (start.streams, start.outlet, start.is_alone) == ((OUT, ERROR), -1, True)
    assert (start.files, start.stages, start.address_space) == ((), (), True)


ENOUGH_KIB = 12 * 1024
WARM = "import sys\nsys.warm = bytearray(b'w') * (16 * 2**20)"


def huge_kib(pid: int | str) -> int:
    return int(
        re.findall(r"AnonHugePages:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())[0]
    )


def given_kib() -> int:
    """Return how many huge pages the kernel has for as much memory of this process's own."""
    before = huge_kib("self")
    with mmap.mmap(-1, 16 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.write(bytes(len(memory)))
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        linux.merge_pages(f"{start:x}-{start + len(memory):x} rw-p 0 00:00 0")
        return huge_kib("self") - before


@pytest.mark.parametrize("level", ["unsafe", "self", "uid", "ns"])
def test_what_a_template_has_warm_lies_in_huge_pages_and_is_no_programs_memory(level: str) -> None:
    with Line(level, warm=[WARM]) as line:
        if line.ready["kind"] != "ready":
            pytest.skip(f"no level {level} here: {line.ready['missing']}")
        end = line.run(
            "import sys\nsys.warm[5 * 2**20] = 1\n"
            "print(len(sys.warm), sys.warm.count(b'w'))\nexit(1)",
            memory_bytes=24 * 2**20,
        )
        assert (end.outcome, end.stdout, end.stderr) == ("exited", b"16777216 16777215\n", b"")
        again = line.run("import sys\nprint(sys.warm.count(b'w'))", memory_bytes=24 * 2**20)
        assert (again.outcome, again.stdout) == ("exited", b"16777216\n")
        try:
            found = huge_kib(youngest(line.process.pid))
        except PermissionError:
            pytest.skip("a template shows nothing of its memory to this user")
        if found < ENOUGH_KIB and given_kib() < ENOUGH_KIB:
            pytest.skip("the kernel has not so many huge pages to give")
        assert found >= ENOUGH_KIB
