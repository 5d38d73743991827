"""Allocate and touch memory until refused, 1.5 GiB at most, in one process."""

held = []
try:
    while len(held) < 96:
        held.append(b"x" * (16 << 20))
except MemoryError:
    pass
tried("more memory than allowed", (len(held) << 24) > P["memory_bytes"] + (64 << 20))
held.clear()
finish()
