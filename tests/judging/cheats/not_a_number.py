"""Answers with nan, which is not even itself."""


def solve(xs):
    return [float("nan") for _ in xs]
