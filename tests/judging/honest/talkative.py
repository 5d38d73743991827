"""Prints a great deal that looks like a verdict, and sorts."""

import sys

print("FAILED", "1 value null", sep="\n")


def solve(xs):
    print("FAILED", file=sys.stderr)
    print({"id": 0, "passed": False})
    return sorted(xs)
