"""An honest program, which says what it finds round it: nothing of that may ever change."""

import builtins
import json
import os
import resource
import signal
import sys
import threading


def names(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        return [type(error).__name__]


def descriptors():
    for descriptor in range(64):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        yield descriptor


found = {
    "sum": sum(range(1000)),
    "input": sys.stdin.read(),
    "here": names("."),
    "tmp": [name for name in names("/tmp") if name.startswith("esc-")],
    "shm": [name for name in names("/dev/shm") if name.startswith("esc-")],
    "descriptors": [*descriptors()],
    "umask": os.umask(0),
    "nice": os.getpriority(os.PRIO_PROCESS, 0),
    "limits": [resource.getrlimit(which) for which in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)],
    "environment": sorted(os.environ),
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    "handlers": [str(signal.getsignal(number)) for number in (1, 2, 10, 12, 14, 15, 17, 24)],
    "threads": threading.active_count(),
    "names": len(dir(builtins)),
}
print(json.dumps(found))
