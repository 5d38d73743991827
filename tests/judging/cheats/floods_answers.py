"""Answers without end."""

import os


def solve(xs):
    while True:
        os.write(4, b"x" * 4096)
