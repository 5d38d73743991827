"""A deadline that a worker process cannot outlive, whatever it and its owner are doing."""

import ctypes
import signal
import sys

OUT_OF_TIME = signal.SIGVTALRM
"""What ends a late worker. Nothing handles it: the kernel ends the process, also within C code."""

_CLOCK_MONOTONIC = 1
_SIGEV_SIGNAL = 0
_NS = 10**9
_LONGEST_S = 10**8


class _Event(ctypes.Structure):
    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("unused", ctypes.c_char * 48),
    )


class _Setting(ctypes.Structure):
    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


class Deadline:
    """A timer of this process in the kernel: when it runs out, the process ends at once.

    Its owner also times every call, and kills. But the owner may be stopped, starved, or deep in
    a long call of its own, and a hostile call goes on for as long. Linux only; elsewhere it does
    nothing, and the owner's clock is the only one. A timer does not survive a fork.
    """

    def __init__(self) -> None:
        self._timer: ctypes.c_void_p | None = None
        if sys.platform != "linux":
            return
        self._libc = ctypes.CDLL(None, use_errno=True)
        timer = ctypes.c_void_p()
        event = _Event(None, OUT_OF_TIME, _SIGEV_SIGNAL, b"")
        if self._libc.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)) == 0:
            self._timer = timer

    def start(self, seconds: float) -> None:
        """End this process after so long, unless `stop` comes first."""
        self._set(max(1, int(min(seconds, _LONGEST_S) * _NS)))

    def stop(self) -> None:
        """Let the process live."""
        self._set(0)

    def _set(self, nanoseconds: int) -> None:
        if self._timer is not None:
            setting = _Setting(0, 0, *divmod(nanoseconds, _NS))
            self._libc.timer_settime(self._timer, 0, ctypes.byref(setting), None)
