"""Defines another function."""


def resolve(xs):
    return sorted(xs)
