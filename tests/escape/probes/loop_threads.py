"""Compute for ever in four threads that hold no lock of the interpreter."""

import hashlib
import threading

data = b"x" * (4 << 20)


def burn():
    while True:
        hashlib.sha256(data).digest()


for _ in range(4):
    threading.Thread(target=burn).start()
