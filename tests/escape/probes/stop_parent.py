"""Stop the parent, which would then keep no deadline."""

import signal

try:
    os.kill(os.getppid(), signal.SIGSTOP)
except OSError:
    pass
tried("stop", False)
finish()
