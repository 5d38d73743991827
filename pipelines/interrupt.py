"""Ctrl-C: the first one stops a run cleanly, the second one ends it at once."""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Generator
from types import FrameType

STATUS = 130
"""What shells report of a command that was interrupted."""


@contextlib.contextmanager
def interruptible(describe: Callable[[], str]) -> Generator[None, None, None]:
    """Let an interrupt leave this block as `KeyboardInterrupt`, with what `describe` then says.

    Beam wraps what is raised in its stages, so that it would come out as another error. A second
    interrupt, while the first one's cleaning up still goes on, ends the process without it: what
    it has started ends with it. Off the main thread, and where interrupts are ignored or handled
    already, nothing changes.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python's names
        nonlocal interrupted
        if interrupted:
            os._exit(STATUS)
        interrupted = True
        # What fails from now on fails because of this, and Beam would log every one of them.
        logging.disable()
        # Not through `print`: its buffer may be locked by the very code that is interrupted.
        os.write(2, b"\nstepsmith: stopping; Ctrl-C again ends at once\n")
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except BaseException:  # whatever it was made into on its way here
        if interrupted:
            raise KeyboardInterrupt(describe()) from None
        raise
    finally:
        logging.disable(logging.NOTSET)
        signal.signal(signal.SIGINT, signal.default_int_handler)
