"""Lets a child answer too."""

import os


def solve(xs):
    os.fork()
    return sorted(xs)
