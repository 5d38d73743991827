"""Sorts, by what Python has."""


def solve(xs):
    return sorted(xs)
