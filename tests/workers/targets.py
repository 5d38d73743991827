"""What the pool's tests call in its processes."""

import ctypes
import os
import signal
import stat
import sys
import threading
import time
from pathlib import Path

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


def wait_at(payload: bytes) -> bytes:
    """Wait until there is the file that the payload names."""
    while not os.path.exists(payload):  # noqa: PTH110 -- a path in bytes
        time.sleep(0.01)
    return payload


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


def flood_memory(_: bytes) -> bytes:
    hoard: list[bytearray] = []
    while True:
        hoard.append(bytearray(b"x" * 2**22))


def sinks() -> list[int]:
    """Return the descriptors of this worker's pipes."""
    return [number for number in range(3, 64) if _is_a_pipe(number)]


def _is_a_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def close_pipes(_: bytes) -> bytes:
    for descriptor in sinks():
        os.close(descriptor)
    return hang(b"")


def send_garbage(payload: bytes) -> bytes:
    for descriptor in sinks():
        try:
            os.write(descriptor, payload)
        except OSError:
            continue  # the end that is read from
    return b"after the garbage"


def send_slowly(_: bytes) -> bytes:
    """Announce a long reply, and send it a byte at a time."""
    send_garbage(b"\xff\xff\0\0")
    while True:
        send_garbage(b"\0")
        time.sleep(0.001)


def stop(_: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGSTOP)
    return b""


def disarm(_: bytes) -> bytes:
    signal.signal(signal.SIGVTALRM, signal.SIG_IGN)
    return hang(b"")


def die_late(_: bytes) -> bytes:
    time.sleep(0.4)
    os._exit(3)


def kill_itself(payload: bytes) -> bytes:
    os.kill(os.getpid(), int(payload))
    return hang(b"")


def start_a_child(payload: bytes) -> bytes:
    """Leave a process behind that writes its id, and never ends by itself; hang as well."""
    child = os.fork()
    if child == 0:
        hang(b"")
    with open(payload, "w") as file:  # noqa: PTH123 -- a path in bytes
        file.write(str(child))
    return hang(b"")


def sleep(payload: bytes) -> bytes:
    time.sleep(float(payload))
    return payload


def open_descriptors(_: bytes) -> bytes:
    return str(len(list(Path("/proc/self/fd").iterdir()))).encode()


def append(payload: bytes) -> bytes:
    """Answer, and have a thread say more a moment later."""
    threading.Timer(0.02, send_garbage, [payload]).start()
    return b"my own answer"
