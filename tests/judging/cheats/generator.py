"""Answers with what is only an answer once it is listed."""


def solve(xs):
    yield from sorted(xs)
