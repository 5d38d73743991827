"""Prints without end."""


def solve(xs):
    while True:
        print("PASS" * 1000)
