"""Recurse without end, in Python."""

sys.setrecursionlimit(10**9)
tried("recursion", False)
finish()


def deeper(depth):
    return deeper(depth + 1) + 1


deeper(0)
