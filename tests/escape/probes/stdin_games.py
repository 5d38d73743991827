"""Use the standard descriptors for what they are not meant for."""

import fcntl

attempt("write by reopening", lambda: os.write(os.open("/dev/stdin", os.O_RDWR), b"forged"))
attempt("write by reopening in /proc", lambda: os.write(os.open("/proc/self/fd/0", os.O_RDWR), b"forged"))
attempt("empty the input", os.ftruncate, 0, 0)
attempt("write to the input", os.write, 0, b"forged")
attempt("type on the terminal", fcntl.ioctl, 0, 0x5412, b"x")
attempt("take a terminal", fcntl.ioctl, 0, 0x540E, 1)
for descriptor in (0, 1, 2):
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
    except OSError:
        pass
for descriptor in (0, 1, 2):
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, 0)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
got = 0
while piece := os.read(0, 65536):
    got += len(piece)
tried(f"input of {got} bytes", got != P["stdin_bytes"])
finish()
