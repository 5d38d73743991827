"""Sorts the wrong way."""


def solve(xs):
    return sorted(xs, reverse=True)
