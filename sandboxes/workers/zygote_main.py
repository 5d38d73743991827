"""The parent of a pool's workers: it imports what they need once, and forks them in milliseconds.

It has one thread and never sees a payload, so a fork copies nothing that hangs or is hostile. Run
as `python -m stepsmith.sandboxes.workers.zygote_main OWNER_PID CONTROL`; the pool does so.
"""

import gc
import os
import signal
import socket
import sys
import time
from contextlib import suppress

from stepsmith.sandboxes.workers.frames import (
    ENCODER,
    ORDERS,
    End,
    Ended,
    Order,
    Report,
    Spawn,
    Spawned,
)
from stepsmith.sandboxes.workers.worker_main import Target, die_with, limit, load, serve, silence

_MAX_ORDER_BYTES = 2**20
_FLAGS_FIELD, _ENDING = 6, 4  # of /proc/PID/stat behind the name, and the kernel's PF_EXITING


def main() -> None:
    """Follow the orders from the control socket until it closes; the workers end with us."""
    die_with(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, who then ends us
    control = socket.socket(fileno=int(sys.argv[2]))
    targets: dict[str, Target] = {}
    while True:
        data, pipes, _, _ = socket.recv_fds(control, _MAX_ORDER_BYTES, 2)
        if not data:
            os._exit(0)
        order = ORDERS.decode(data)
        control.send(ENCODER.encode(_follow(order, pipes, targets, control)))


def _follow(
    order: Order, pipes: list[int], targets: dict[str, Target], control: socket.socket
) -> Report:
    if isinstance(order, Spawn):
        return _spawn(order, pipes, targets, control)
    return _end(order)


def _spawn(
    order: Spawn, pipes: list[int], targets: dict[str, Target], control: socket.socket
) -> Spawned:
    sys.path[:] = order.path
    for name in order.warm:
        if name not in targets:
            load(name, targets)  # if it fails, it fails again in the worker, and is told there
    gc.freeze()  # a collection in a worker would touch, and so copy, every page it shares with us
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        control.close()
        _work(zygote, order, pipes, targets)
    for pipe in pipes:
        os.close(pipe)
    return Spawned(pid, tuple(targets))


def _work(zygote: int, order: Spawn, pipes: list[int], targets: dict[str, Target]) -> None:
    """Be a worker; never returns."""
    status = 1
    try:
        os.setpgid(0, 0)  # a kill takes along whatever the target has started
        die_with(zygote)
        silence(2)
        limit(order.memory_bytes)
        source, sink = os.fdopen(pipes[0], "rb"), os.fdopen(pipes[1], "wb")
        serve(targets, source, sink)
        status = 0
    finally:
        os._exit(status)  # whatever threads and exit hooks the targets left behind


def _end(order: End) -> Ended:
    """Kill a worker and its group, and reap it. Its pid stays its own until then."""
    until = time.monotonic() + order.patience_s
    while not (alone := _has_ended(order.pid)):
        # Its pipe closes a moment before it has ended, and a busy machine has long moments.
        if time.monotonic() >= until and not (order.patience_s and is_ending(order.pid)):
            break
        time.sleep(0.0005)
    with suppress(OSError):  # its group, until it has made one, is ours
        os.killpg(order.pid, signal.SIGKILL)
    with suppress(OSError):
        os.kill(order.pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(order.pid, 0)[1])
    return Ended(status, forced=not alone)


def is_ending(pid: int) -> bool:
    """Tell whether the kernel is taking a process apart; false where it does not tell."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 -- no pathlib in a zygote
            flags = int(file.read().rpartition(b") ")[2].split()[_FLAGS_FIELD])
    except OSError:
        return False
    return bool(flags & _ENDING)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


if __name__ == "__main__":
    main()
