"""Answers with a number of a million digits, which is slow to write and to compare."""


def solve(xs):
    return [1 << 4_000_000] + list(xs)
