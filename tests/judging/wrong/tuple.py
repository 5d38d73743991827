"""Returns a tuple for a list."""


def solve(xs):
    return tuple(sorted(xs))
