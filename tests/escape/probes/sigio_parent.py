"""Let the kernel send the signal: ask for SIGKILL to the parent when a pipe can be read."""

import fcntl

parent = os.getppid()
for owner in (parent, P["victim"], P["owner"]):
    reader, writer = os.pipe()

    def arm():
        fcntl.fcntl(reader, fcntl.F_SETOWN, owner)
        fcntl.fcntl(reader, 10, 23 if owner != parent else 9)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")

    try:
        arm()
    except OSError:
        pass
time.sleep(0.05)
tried("signal by the kernel", False)
finish()
