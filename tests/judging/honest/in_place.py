"""Sorts its argument in place and returns it."""


def solve(xs):
    xs.sort()
    return xs
