"""Leave something for the next run to find; this program runs twice."""

import builtins
import zlib

MARK = P["tag"]
found = []
folders = (os.getcwd(), "/tmp", "/dev/shm", "/var/tmp", "/run/lock", "/box", "/dev/mqueue")
found += [folder for folder in folders if os.path.exists(f"{folder}/{MARK}-state")]
for folder in folders:
    try:
        with open(f"{folder}/{MARK}-state", "w") as file:
            file.write("left")
    except OSError:
        pass
if hasattr(builtins, "left_behind") or hasattr(json, "left_behind"):
    found.append("modules")
builtins.left_behind = json.left_behind = True
key = zlib.crc32(MARK.encode()) & 0x7FFFFFFF
try:
    if call(29, key, 0, 0) >= 0:
        found.append("shared segment")
except OSError:
    pass
try:
    call(29, key, 4096, 0o1666)
except OSError:
    pass
try:
    call(250, 10, -4, address(b"user"), address(MARK.encode()), 0)
    found.append("keyring")
except OSError:
    pass
try:
    call(248, address(b"user"), address(MARK.encode()), address(b"user"), 4, -4)
except OSError:
    pass
if found:  # without walls it would stay for ever
    for undo in (
        lambda: LIBC.shmctl(call(29, key, 0, 0), 0, None),
        lambda: call(250, 9, call(250, 10, -4, address(b"user"), address(MARK.encode()), 0), -4),
    ):
        try:
            undo()
        except OSError:
            pass
os.umask(0o777)
tried(f"state: {found}", bool(found))
finish()
