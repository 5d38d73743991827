import subprocess
import sys

import pytest

from stepsmith.sandboxes.confine import rlimits


def limited(bounds: str, body: str) -> str:
    """Run Python text in a process with the bounds; return the last line that it printed."""
    text = (
        "import os, resource\nfrom stepsmith.sandboxes.confine import rlimits\n"
        f"rlimits.apply(rlimits.Bounds({bounds}))\n{body}"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    return (done.stdout.strip() or f"{done.returncode} {done.stderr}").rpartition("\n")[2]


COMMON = "cpu_s=1.5, file_bytes=1000"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CPU", (3, 4)),
        ("CORE", (0, 0)),
        ("MEMLOCK", (0, 0)),
        ("FSIZE", (1000, 1000)),
        ("NOFILE", (rlimits.MAX_DESCRIPTORS,) * 2),
        ("STACK", (rlimits.STACK_BYTES,) * 2),
    ],
)
def test_each_limit_is_set_for_good(name: str, expected: tuple[int, int]) -> None:
    printed = limited(COMMON, f"print(resource.getrlimit(resource.RLIMIT_{name}))")
    assert printed == str(expected)


def test_what_is_not_asked_for_stays_as_it_is() -> None:
    body = "print(*(resource.getrlimit(getattr(resource, 'RLIMIT_' + n)) for n in NAMES))"
    names = "NAMES = ('AS', 'DATA', 'NPROC')\n"
    plain = f"import resource\n{names}{body}"
    before = subprocess.run(
        [sys.executable, "-c", plain], capture_output=True, text=True, check=True
    )
    assert limited(COMMON, names + body) == before.stdout.strip()


def test_memory_and_tasks_are_bounded_where_asked() -> None:
    body = "print(*(resource.getrlimit(getattr(resource, 'RLIMIT_' + n))[1] for n in NAMES))"
    bounds = f"{COMMON}, address_bytes=2**30, data_bytes=2**29, tasks=50"
    printed = limited(bounds, f"NAMES = ('AS', 'DATA', 'NPROC')\n{body}")
    assert printed == f"{2**30} {2**29} 50"


def test_a_lower_limit_is_kept() -> None:
    body = (
        "rlimits.apply(rlimits.Bounds(cpu_s=100.0, file_bytes=5000))\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_FSIZE))"
    )
    assert limited(COMMON, body) == "(4, 4) (1000, 1000)"


def test_nobody_to_watch_is_no_way_to_run_on() -> None:
    body = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    assert limited("cpu_s=0.0, file_bytes=0", body) == "-9 "


def test_mapped_and_resident_memory_are_read_in_bytes() -> None:
    page = rlimits._PAGE_BYTES
    assert rlimits.mapped_bytes(b"100 20 5 1 0 30 0\n") == (100 * page, 20 * page)
