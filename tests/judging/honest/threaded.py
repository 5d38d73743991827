"""Sorts in a thread, with an exception that it catches, and leaves a handler behind."""

import atexit
import threading

atexit.register(print, "bye")


def solve(xs):
    found = []
    worker = threading.Thread(target=lambda: found.extend(sorted(xs)))
    worker.start()
    worker.join()
    try:
        return found[: len(xs)]
    finally:
        try:
            raise SystemExit(3)
        except SystemExit:
            pass
