"""System calls get what they are given, and memory in use gets huge pages."""

import errno
import os
import subprocess
import sys

import pytest

from stepsmith.sandboxes.confine import linux

HUGE_BYTES = 2**21


def printed(text: str) -> list[str]:
    """Run Python text in a process of its own; return the words that it printed."""
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_call_returns_what_the_kernel_does() -> None:
    assert linux.call("getpid") == os.getpid()
    assert linux.call("getpgid", 0) == os.getpgid(0)


def test_a_call_that_fails_is_named_with_its_reason() -> None:
    with pytest.raises(OSError, match=r"^\[Errno 9\] dup: ") as caught:
        linux.call("dup", -1)
    assert caught.value.errno == errno.EBADF


def test_bytes_are_handed_over_by_their_address_and_nothing_as_none() -> None:
    read_end, write_end = os.pipe()
    try:
        assert linux.call("write", write_end, b"a\0bc", 3) == 3
        assert os.read(read_end, 9) == b"a\0b"
    finally:
        os.close(read_end)
        os.close(write_end)
    with pytest.raises(OSError, match="chdir") as caught:
        linux.call("chdir", None)
    assert caught.value.errno == errno.EFAULT


def test_a_number_keeps_all_its_bits() -> None:
    far = 2**40 + 5
    with os.fdopen(os.memfd_create("far"), "wb") as sized:
        assert linux.call("lseek", sized.fileno(), far, os.SEEK_SET) == far
        assert linux.call("lseek", sized.fileno(), -5, os.SEEK_CUR) == far - 5


def test_a_call_that_this_machine_has_not_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stepsmith.sandboxes.confine.linux._NUMBERS", {"getpid": None})
    with pytest.raises(OSError, match="getpid: not known on ") as caught:
        linux.call("getpid")
    assert caught.value.errno == errno.ENOSYS


MEMORY = f"""
import mmap, re
from stepsmith.sandboxes.confine import linux
size = 4 * {HUGE_BYTES}
used = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for at in range(0, size, 4096):
    used[at : at + 2] = (at // 4096).to_bytes(2, "little")
shared = mmap.mmap(-1, size)
shared[:] = bytes([7]) * size
def read(name):
    with open(f"/proc/self/{{name}}") as file:
        return file.read()
def huge(kind):
    return sum(map(int, re.findall(kind + r":\\s+(\\d+) kB", read("smaps_rollup"))))
before = huge("AnonHugePages")
linux.merge_pages(read("maps"))
print(huge("AnonHugePages") - before)
print(all(used[at : at + 2] == (at // 4096).to_bytes(2, "little") for at in range(0, size, 4096)))
print(shared[:] == bytes([7]) * size, huge("ShmemPmdMapped"))
"""


def test_memory_in_use_gets_huge_pages_and_keeps_what_is_in_it() -> None:
    gained, is_kept, shared_is_kept, shared_huge = printed(MEMORY)
    assert (is_kept, shared_is_kept, shared_huge) == ("True", "True", "0")
    # One of four is lost where the memory begins beside a boundary.
    if int(gained) * 1024 < 3 * HUGE_BYTES:
        pytest.skip(f"the kernel has too few huge pages to give: {gained} KiB")


def test_lines_of_a_map_that_are_no_memory_of_ours_are_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[object, ...]] = []

    def refuse(*call: object) -> int:
        asked.append(call)
        raise OSError(errno.EINVAL, "no")

    monkeypatch.setattr(linux, "call", refuse)
    linux.merge_pages(
        "1000-3000 rw-p 00000000 00:00 0 \n"
        "3000-5000 r--p 00000000 00:00 0 \n"
        "5000-6000 rw-s 00000000 00:01 7    /dev/zero (deleted)\n"
        "6000-8000 rw-p 00001000 fe:00 26    /usr/lib/a library.so\n"
        "8000-9000 rw-p 00000000 00:00 0    [heap]\n"
    )
    assert asked == [("madvise", 0x1000, 0x2000, 25), ("madvise", 0x8000, 0x1000, 25)]
