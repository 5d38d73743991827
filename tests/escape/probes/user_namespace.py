"""Become root of a new world: a user namespace, by unshare, clone and clone3."""

NEWUSER = 0x10000000


def by_clone(number, *arguments):
    child = call(number, *arguments)
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


attempt("unshare", call, 272, NEWUSER)
for name, flag in {"mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "pid": 0x20000000, "net": 0x40000000, "time": 0x80}.items():
    attempt(f"unshare {name}", call, 272, NEWUSER | flag)
attempt("clone", by_clone, 56, NEWUSER | 17, 0, 0, 0, 0)
attempt("clone of a thread", by_clone, 56, NEWUSER | 0x10000 | 0x800 | 0x100, 0, 0, 0, 0)
arguments = (ctypes.c_uint64 * 8)(NEWUSER, 0, 0, 0, 17, 0, 0, 0)
attempt("clone3", by_clone, 435, ctypes.addressof(arguments), 64)
attempt("setns", lambda: call(308, os.open("/proc/self/ns/user", os.O_RDONLY), 0) + 1)
attempt("map", lambda: os.write(os.open("/proc/self/uid_map", os.O_WRONLY), b"0 0 1"))
finish()
