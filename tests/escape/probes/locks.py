"""Two parties lock one file that both can read: a wire of one bit, where the file is one."""

import fcntl

role = P["role"]
paths = [os.__file__, json.__file__, "/dev/null", "/dev/urandom", "/usr", "/etc/passwd"]
roads = []
for path in paths:
    try:
        descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        roads.append(path)
    except BaseException:
        pass
if not roads:
    time.sleep(3.0)  # holds them until the other has come, however late it starts
for path in paths:
    try:
        descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BaseException:
        pass
tried(f"locks on {roads}", bool(roads))
finish()
