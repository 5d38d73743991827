"""Returns a view of memory that is changed after it was looked at."""

shared = bytearray(8)


def solve(xs):
    return memoryview(shared)
