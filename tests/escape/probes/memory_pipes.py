"""Hold memory in the kernel: full pipes, and pipes in flight over a socket; 400 MiB at most."""

import array
import fcntl
import socket

held = 0


def full_pipe():
    global held
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(writer, 1031, 1 << 20)
    except OSError:
        pass
    os.set_blocking(writer, False)
    try:
        while True:
            held += os.write(writer, b"x" * 65536)
    except BlockingIOError:
        pass
    return reader, writer


sockets = []
try:
    while held < 400 << 20:
        left, right = socket.socketpair()
        sockets.append((left, right))
        for _ in range(50):
            ends = full_pipe()
            try:
                left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", ends))])
            finally:
                os.close(ends[1])
                os.close(ends[0])
            if held >= 400 << 20:
                break
except OSError:
    pass
kept = []
try:
    while held < 400 << 20:
        kept.append(full_pipe())
except OSError:
    pass
tried("more memory than allowed in pipes", held > P["memory_bytes"])
finish()
