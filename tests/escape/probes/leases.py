"""Hold a lease on a file that others want to open, and have its folder watched."""

import fcntl

for path in (P["file"], os.__file__, json.__file__):
    attempt(f"lease on {path}", lambda: fcntl.fcntl(os.open(path, os.O_RDONLY), 1024, fcntl.F_RDLCK))
for folder in (os.path.dirname(P["file"]), os.path.dirname(os.__file__), "/tmp"):
    attempt(f"watch {folder}", lambda: fcntl.fcntl(os.open(folder, os.O_RDONLY), 1026, 0x8000003F))
finish()
