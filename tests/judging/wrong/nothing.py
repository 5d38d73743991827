"""Returns nothing."""


def solve(xs):
    xs.sort()
