"""Decoding: any thread may be the first to decode a type."""

import subprocess
import sys

THREADS = """
import dataclasses, sys, threading
from stepsmith.schemas.records import Problem

sys.setswitchinterval(1e-6)
problem = Problem(id="p", prompt="", payload='{"inner": {"x": 1}, "more": [{"x": 2}]}')
n_threads, n_types = 8, 300
barrier = threading.Barrier(n_threads)

def new_type(name):
    inner = dataclasses.make_dataclass(f"Inner{name}", [("x", int)])
    fields = [("inner", inner), ("more", list[inner])]
    return dataclasses.make_dataclass(f"Outer{name}", fields)

types = [new_type(index) for index in range(n_types)]

def decode():
    for kind in types:
        barrier.wait()
        assert problem.read_payload(kind).more[0].x == 2

threads = [threading.Thread(target=decode) for _ in range(n_threads)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("all decoded")
"""


def test_threads_that_are_the_first_to_decode_a_type_at_once_do_not_crash() -> None:
    done = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "all decoded\n"), done.stderr
