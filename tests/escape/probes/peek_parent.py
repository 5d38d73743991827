"""Look into the parent and the owner: ptrace, /proc, their memory, their descriptors."""

import resource

PEOPLE = {"parent": os.getppid(), "owner": P["owner"], "victim": P["victim"], "pid 1": 1}
buffer = ctypes.create_string_buffer(4096)


def vector(first, size):
    return address(first.to_bytes(8, "little") + size.to_bytes(8, "little"))


for who, process in PEOPLE.items():
    for name in ("environ", "maps", "mem", "cmdline", "stack", "auxv", "io", "syscall", "mountinfo"):
        attempt(f"{who} {name}", reads, f"/proc/{process}/{name}")
    for name in ("fd", "map_files", "task", "cwd", "root"):
        attempt(f"{who} {name}", os.listdir, f"/proc/{process}/{name}")
    attempt(f"{who} canary by root", reads, f"/proc/{process}/root{P['file']}")
    attempt(f"{who} clear_refs", lambda: os.write(os.open(f"/proc/{process}/mem", os.O_RDWR), b""))
    attempt(f"{who} process_vm_readv", lambda: call(310, process, vector(ctypes.addressof(buffer), 64), 1, vector(id(0), 64), 1, 0))
    attempt(f"{who} pidfd", lambda: call(438, os.pidfd_open(process), 0, 0))
    attempt(f"{who} kcmp", call, 312, process, os.getpid(), 0, 0, 0)
    attempt(f"{who} prlimit", resource.prlimit, process, resource.RLIMIT_NOFILE)
    attempt(f"{who} ptrace seize", lambda: call(101, 0x4206, process, 0, 0))
finish()
