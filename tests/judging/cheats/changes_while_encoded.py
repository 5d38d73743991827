"""Changes the answer from a thread while it is written."""

import threading

answer = []


def change():
    while True:
        answer[:] = [1, 2, 3]
        answer[:] = []


threading.Thread(target=change, daemon=True).start()


def solve(xs):
    return {"answer": answer}
