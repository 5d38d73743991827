"""Leave a core file behind: the memory of the process, on the machine's disk."""

import resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (OSError, ValueError):
    pass
tried("core", resource.getrlimit(resource.RLIMIT_CORE)[0] != 0)
finish()
os.abort()
