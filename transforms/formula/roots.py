"""Exact roots of rational numbers; nothing where they are irrational."""

import math
from fractions import Fraction

__all__ = ["rational_root", "whole_root"]


def rational_root(value: Fraction | int, degree: int) -> Fraction | None:
    """Return the exact root of a value that is not negative, or nothing."""
    if value < 0:
        return None
    above = whole_root(value.numerator, degree)
    below = whole_root(value.denominator, degree)
    return None if above is None or below is None else Fraction(above, below)


def whole_root(value: int, degree: int) -> int | None:
    """Return the exact root of a whole number that is not negative, or nothing."""
    if value in {0, 1}:
        return value
    if degree >= value.bit_length():
        return None
    if degree == 2:  # noqa: PLR2004
        root = math.isqrt(value)
        return root if root * root == value else None
    low, high = 1, 1 << (value.bit_length() // degree + 1)
    while low < high:  # the greatest whole number whose power is not above `value`
        middle = (low + high + 1) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle - 1
    return low if low**degree == value else None
