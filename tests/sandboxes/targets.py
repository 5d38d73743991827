"""What the pool's tests call in its processes."""

import ctypes
import os
import signal
import sys
import time

_COUNT = iter(range(10**9))


def echo(payload: bytes) -> bytes:
    return payload


def square(payload: bytes) -> bytes:
    return str(int(payload) ** 2).encode()


def slow_square(payload: bytes) -> bytes:
    time.sleep(0.01)
    return square(payload)


def pid(_: bytes) -> bytes:
    return str(os.getpid()).encode()


def count(_: bytes) -> bytes:
    return str(next(_COUNT)).encode()


def hang(_: bytes) -> bytes:
    while True:
        time.sleep(3600)


def hang_holding_the_lock(_: bytes) -> bytes:
    return str(9 ** (9**9)).encode()


def hang_on(payload: bytes) -> bytes:
    return hang(payload) if payload == b"hang" else payload


def fail(payload: bytes) -> bytes:
    raise ValueError(payload.decode())


def allocate(payload: bytes) -> bytes:
    return bytes(int(payload))[:1]


def crash(_: bytes) -> bytes:
    ctypes.string_at(0)
    return b""


def die_once(payload: bytes) -> bytes:
    """Die, unless the file named by the payload shows that this was done before."""
    try:
        with open(payload, "x"):  # noqa: PTH123 -- a path in bytes
            os.kill(os.getpid(), signal.SIGKILL)
    except FileExistsError:
        return b"alive"
    return b""


def scribble(_: bytes) -> bytes:
    print("not a frame", flush=True)
    os.write(1, b"nor this")
    return sys.stdin.buffer.read() + b"done"


def answer_text(_: bytes) -> str:
    return "text"


def leave(_: bytes) -> bytes:
    os._exit(3)


def leave_politely(_: bytes) -> bytes:
    sys.exit(3)


def ignore_signals(_: bytes) -> bytes:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    return hang(b"")
