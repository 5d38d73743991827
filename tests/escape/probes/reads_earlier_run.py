"""Search the own memory for what an earlier run was given, and for what it wrote."""

import gc

found = set()


def search(data):
    found.update(CANARY.findall(data))


for thing in gc.get_objects():
    try:
        search(repr(thing).encode() if type(thing) is dict else b"")
    except BaseException:
        pass


def regions():
    """Every writable mapping: from /proc where it can be read, else round what is known."""
    try:
        with open("/proc/self/maps") as lines:
            for line in lines:
                span, mode = line.split()[:2]
                if mode.startswith("rw"):
                    first, last = (int(end, 16) for end in span.split("-"))
                    yield first, last
            return
    except OSError:
        pass
    seen = set()
    known = [id(thing) for thing in gc.get_objects()] + [id(object()), id(found), ctypes.addressof(ctypes.create_string_buffer(1 << 20))]
    for start in known:
        seen.add(start >> 20)
    for megabyte in list(seen):
        seen.update(range(megabyte - 64, megabyte + 65))
    page = 4096
    reach = ctypes.create_string_buffer(1)
    for megabyte in sorted(seen):
        first = None
        for address in range(megabyte << 20, (megabyte + 1) << 20, page):
            # mincore says whether a page is mapped, without touching it.
            mapped = LIBC.mincore(ctypes.c_void_p(address), ctypes.c_size_t(page), reach) == 0
            if mapped and first is None:
                first = address
            if not mapped and first is not None:
                yield first, address
                first = None
        if first is not None:
            yield first, (megabyte + 1) << 20


reader, writer = os.pipe()
os.set_blocking(writer, False)
os.set_blocking(reader, False)
scanned = 0
for first, last in regions():
    for address in range(first, last, 32768):
        size = min(32768, last - address)
        # The kernel copies, and says so where it cannot: a guard page costs an error, not a crash.
        got = LIBC.write(writer, ctypes.c_void_p(address), ctypes.c_size_t(size))
        if got > 0:
            search(os.read(reader, got))
            scanned += got
for secret in sorted(found):
    print(secret.decode())
tried("memory", bool(found))
print(scanned)
if scanned < 1 << 20:
    raise SystemExit("the scan saw nothing")
finish()
