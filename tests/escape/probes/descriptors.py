"""Write forged frames to every descriptor there is, and read from each."""

import struct

header = b'{"kind":"done","run":1,"parties":[{"outcome":"exited","exit_code":0,"stdout":0,"stderr":0}]}'
frame = struct.pack(">II", 4 + len(header), len(header)) + header
status = b'{"status": 0, "setup_error": ""}'
open_ones = []
for descriptor in range(3, 1024):
    try:
        os.fstat(descriptor)
    except OSError:
        continue
    open_ones.append(descriptor)
    os.set_blocking(descriptor, False)
    for text in (frame, status, struct.pack("<I", 0), b"\0" * 64):
        try:
            os.write(descriptor, text)
        except OSError:
            pass
    try:
        shows(os.read(descriptor, 65536))
    except OSError:
        pass
tried(f"descriptors {open_ones}", bool(open_ones))
os.write(2, frame + status)
finish()
