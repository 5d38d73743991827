"""Hold memory in System V segments that are filled and let go of; 512 MiB at most."""

mark()
size = 16 << 20
segments = []
LIBC.shmat.restype = ctypes.c_void_p
LIBC.shmdt.argtypes = [ctypes.c_void_p]
try:
    for _ in range(32):
        segment = LIBC.shmget(0, ctypes.c_size_t(size), 0o1600)
        if segment < 0:
            break
        segments.append(segment)
        address = LIBC.shmat(segment, None, 0)
        if address in (None, 2**64 - 1):
            break
        ctypes.memset(address, 1, size)
        LIBC.shmdt(address)
    tried("shared segments", len(segments) * size > P["memory_bytes"])
finally:
    for segment in segments:
        LIBC.shmctl(segment, 0, None)
finish()
