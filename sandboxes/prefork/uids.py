"""Users for the programs of this process alone: no two sandboxes of one machine share any."""

import os
import socket
import threading
from contextlib import suppress

from stepsmith.sandboxes.errors import SandboxError

FIRST = 61_000
PARTIES = 2
_LAST = 65_000


class Uids:
    """A pair of user ids for each slot, reserved for as long as this lives.

    A reservation is a socket bound to an abstract name: the kernel frees it with the process,
    however that ends, and no file is left behind.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, tuple[int, socket.socket]] = {}

    def first_of(self, slot: int) -> int:
        """Return the first of the slot's user ids; raises `SandboxError` when none is free."""
        with self._lock:
            if slot not in self._held:
                self._held[slot] = _reserve()
            return self._held[slot][0]

    def close(self) -> None:
        """Give all back."""
        with self._lock:
            while self._held:
                self._held.popitem()[1][1].close()


def _reserve() -> tuple[int, socket.socket]:
    pairs = (_LAST - FIRST) // PARTIES
    start = os.getpid() % pairs  # so that many processes do not all search the same way
    for step in range(pairs):
        uid = FIRST + (start + step) % pairs * PARTIES
        try:
            mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        except OSError as error:
            msg = f"no guard can be started: {error}"
            raise SandboxError(msg) from None
        with suppress(OSError):
            mark.bind(f"\0stepsmith-uid-{uid}")
            return uid, mark
        mark.close()
    msg = f"every user id from {FIRST} to {_LAST} belongs to another sandbox of this machine"
    raise SandboxError(msg)
