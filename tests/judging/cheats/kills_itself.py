"""Dies of a signal."""

import os
import signal


def solve(xs):
    os.kill(os.getpid(), signal.SIGKILL)
