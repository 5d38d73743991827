"""Hold memory in a memfd, which no limit of the address space counts; 1 GiB at most."""

mark()
held = 0
try:
    descriptor = os.memfd_create("held")
    while held < 1 << 30:
        held += os.write(descriptor, b"x" * (8 << 20))
        if held % (8 << 20):
            break
except BaseException:
    pass
tried("memfd", held > P["memory_bytes"])
many = 0
try:
    for _ in range(40):
        descriptor = os.memfd_create("many")
        for _ in range(2):
            many += os.write(descriptor, b"x" * (8 << 20))
except BaseException:
    pass
tried("many memfds", many > P["memory_bytes"])
finish()
