"""Two parties of one conversation: each calls the other by every road that two processes have."""

import socket
import zlib

tag, role = P["tag"], P["role"]
other = 1 - role
folders = ("/tmp", "/dev/shm", "/var/tmp", os.getcwd(), "/run/lock", os.path.dirname(os.getcwd()))


def server():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"\0{tag}-{role}")
    listener.listen()
    return listener


try:
    listening = server()
except BaseException:
    listening = None
for folder in folders:
    try:
        with open(f"{folder}/{tag}-from-{role}", "w") as file:
            file.write("hello")
        os.chmod(f"{folder}/{tag}-from-{role}", 0o644)
    except OSError:
        pass
key = (zlib.crc32(tag.encode()) & 0x7FFFFF00) | role
try:
    segment = call(29, key, 4096, 0o1666)
except OSError:
    segment = None


def calls_abstract():
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(f"\0{tag}-{other}")


roads = set()
for _ in range(8):
    for folder in folders:
        if os.path.exists(f"{folder}/{tag}-from-{other}"):
            roads.add(f"file in {folder}")
    try:
        calls_abstract()
        roads.add("abstract socket")
    except BaseException:
        pass
    try:
        call(29, (key & ~0xFF) | other, 0, 0)
        roads.add("shared segment")
    except OSError:
        pass
    time.sleep(0.05)
for neighbour in range(os.getpid() - 4, os.getpid() + 5):
    if neighbour in (os.getpid(), os.getppid()) or neighbour < 2:
        continue
    try:
        os.kill(neighbour, 0)
        roads.add("kill")
    except OSError:
        pass
    try:
        reads(f"/proc/{neighbour}/environ")
        roads.add("proc")
    except OSError:
        pass
if segment is not None:
    LIBC.shmctl(segment, 0, None)
tried(f"talk by {sorted(roads)}", bool(roads))
finish()
