"""What the self-test has a sandbox run: programs that try what must fail."""

READ = """
for path in {paths!r}:
    try:
        print(open(path, "rb").read(4096))
    except OSError:
        pass
"""
WRITE = """
import os
for folder in {folders!r}:
    try:
        open(os.path.join(folder, {name!r}), "w").close()
    except OSError:
        pass
"""
CONNECT = """
import socket
for family, address in {addresses!r}:
    try:
        with socket.socket(family) as one:
            one.settimeout(1)
            one.connect(address)
    except (OSError, ValueError):
        pass
"""
FORK = """
import os
try:
    child = os.fork()
except OSError:
    raise SystemExit(0)
if child == 0:
    os.write(1, b"forked")
    os._exit(0)
os.waitpid(child, 0)
"""
MEMORY_FILE = """
import os
try:
    os.memfd_create("x")
    print("made")
except OSError:
    pass
"""
OWNER = """
import os
for pid in {pids!r} + [os.getppid()]:
    for name in ("mem", "environ", "maps", "fd"):
        path = "/proc/%s/%s" % (pid, name)
        try:
            if name == "fd":
                found = [os.readlink(os.path.join(path, one)) for one in os.listdir(path)]
            else:
                with open(path, "rb") as file:
                    found = name == "mem" or file.read(1)
            if found:
                print(pid, name)
        except OSError:
            pass
"""
KILL = """
import os, signal
for pid in ({pid}, os.getppid()):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
"""
LEAVE = """
import builtins, os
builtins.left = True
for folder in (".", *{folders!r}):
    try:
        open(os.path.join(folder, {name!r}), "w").close()
    except OSError:
        pass
"""
FIND = """
import builtins, os
if hasattr(builtins, "left"):
    print("a variable")
for folder in (".", *{folders!r}):
    if os.path.exists(os.path.join(folder, {name!r})):
        print("a file in", folder)
"""
# Numbers on x86_64 and aarch64, and arguments that do nothing where the call is let through.
CALLS: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "ptrace": (101, 117, (16, -1, 0, 0)),
    "mount": (165, 40, (0, 0, 0, 0, 0)),
    "unshare": (272, 97, (0x10000000,)),
    "setns": (308, 268, (-1, 0)),
    "pivot_root": (155, 41, (0, 0)),
    "keyctl": (250, 219, (0, -3, 0)),
    "add_key": (248, 217, (0, 0, 0, 0, 0)),
    "bpf": (321, 280, (0, 0, 0)),
    "perf_event_open": (298, 241, (0, 0, -1, -1, 0)),
    "userfaultfd": (323, 282, (1,)),
    "io_uring_setup": (425, 425, (1, 0)),
    "process_vm_readv": (310, 270, (0, 0, 0, 0, 0, 0)),
    "open_by_handle_at": (304, 265, (-1, 0, 0)),
    "kexec_load": (246, 104, (0, 0, 0, 0)),
    "init_module": (175, 105, (0, 0, 0)),
    "seccomp": (317, 277, (2, 0, 0)),
}
SYSCALLS = """
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
column = {{"x86_64": 0, "aarch64": 1}}[platform.machine()]
for name, (*numbers, arguments) in {calls!r}.items():
    ctypes.set_errno(0)
    libc.syscall(numbers[column], *map(ctypes.c_long, arguments))
    if ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EACCES):
        print(name)
"""
