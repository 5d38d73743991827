"""What the keeper and the template say to each other: records of fixed size.

After a fork every page of memory that the template or its fork writes to is copied, and that is
most of what a run costs. To read JSON touches a hundred pages, to unpack a record two: what the
template need not know, the fork reads for itself.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

MAX_PACKET_BYTES: Final = 2**10
MAX_DESCRIPTORS: Final = 32

STARTED: Final = b"S\n"
"""What the last trusted step writes before a program's first."""

_FORK, _KILL, _KILL_LATE = b"F", b"K", b"L"
_TO_FORK = struct.Struct("=BBd?")
_GONE = struct.Struct("=BidQQ?d")
_UNKNOWN_S = -1.0


class ToFork(NamedTuple):
    """A program to fork: its party, how many of the descriptors are its own, its CPU time.

    `is_plain`: see `Party.is_plain`.
    """

    party: int
    n_descriptors: int
    cpu_s: float
    is_plain: bool


class ToKill(NamedTuple):
    """Parties to kill; `is_late`: their time is over, and it is asked how they spent it."""

    parties: Sequence[int]
    is_late: bool


class Gone(NamedTuple):
    """The end of a fork, as the template saw it; `base` of `rss` is the template's own memory."""

    party: int
    status: int
    cpu_s: float
    rss: int
    base: int
    over_cpu: bool
    waited_s: float | None


def write_forks(forks: Sequence[ToFork]) -> bytes:
    """Write an order to fork programs; their descriptors go with it."""
    return _FORK + b"".join(_TO_FORK.pack(*fork) for fork in forks)


def write_kill(order: ToKill) -> bytes:
    """Write an order to kill programs."""
    return (_KILL_LATE if order.is_late else _KILL) + bytes(order.parties)


def read_kill(packet: bytes) -> ToKill | None:
    """Read what `write_kill` wrote; None for another order."""
    kind = packet[:1]
    return ToKill(packet[1:], kind == _KILL_LATE) if kind in (_KILL, _KILL_LATE) else None


def read_forks(packet: bytes) -> Iterator[tuple[int, int, float, bool]]:
    """Read what `write_forks` wrote: the fields of each `ToFork`."""
    return _TO_FORK.iter_unpack(packet[1:])


def write_gone(gone: Gone) -> bytes:
    """Write the end of a fork."""
    waited_s = _UNKNOWN_S if gone.waited_s is None else gone.waited_s
    return _GONE.pack(*gone[:-1], waited_s)


def read_gone(packet: bytes) -> Gone:
    """Read what `write_gone` wrote."""
    gone = Gone._make(_GONE.unpack(packet))
    return gone._replace(waited_s=None) if gone.waited_s == _UNKNOWN_S else gone


def write_report(status: int, cpu_s: float, rss: int, why: str, detail: str) -> bytes:
    """Write what process 1 of a program's namespaces saw of its end."""
    return f"X{status} {cpu_s} {rss} {why or '-'} {detail}\n".encode()


def read_report(data: bytes) -> dict[str, Any]:
    """Read what the last trusted steps wrote; without a start there is an error to tell.

    A line is `S` for a program that starts, `E` and a reason for steps that failed, `X` and
    numbers for an end.
    """
    report: dict[str, Any] = {
        "error": "" if data.startswith(STARTED) else "it vanished at its start"
    }
    for line in data.splitlines():
        if line.startswith(b"E"):
            report["error"] = line[1:].decode("utf-8", "replace")
        elif line.startswith(b"X"):
            status, cpu_s, rss, why, detail = line[1:].decode().split(" ", 4)
            report |= {"status": int(status), "cpu_s": float(cpu_s), "rss": int(rss)}
            report |= {"over_cpu": why == "cpu", "detail": detail}
    return report
