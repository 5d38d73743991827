"""Answers with a set whose elements all collide."""


def solve(xs):
    prime = 2**61 - 1
    return [{prime * k for k in range(1, 3_000)}]
