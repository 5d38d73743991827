"""Numbers on the command line, refused where no such number can be meant: bad usage, status 2."""

import argparse
import math
from collections.abc import Callable
from typing import TypeVar

__all__ = ["amount", "count", "natural", "positive", "share"]

N = TypeVar("N", int, float)


def count(written: str) -> int:
    """Read how many there are, of what there must be one at least."""
    return _at_least(1, int, written)


def natural(written: str) -> int:
    """Read how many there are, if any."""
    return _at_least(0, int, written)


def amount(written: str) -> float:
    """Read a number that is not negative."""
    return _at_least(0, float, written)


def positive(written: str) -> float:
    """Read a number above 0."""
    number = amount(written)
    if not number:
        msg = f"{written} is not more than 0"
        raise argparse.ArgumentTypeError(msg)
    return number


def share(written: str) -> float:
    """Read a number from 0 to 1."""
    number = amount(written)
    if number > 1:
        msg = f"{written} is more than 1"
        raise argparse.ArgumentTypeError(msg)
    return number


def _at_least(least: int, read: Callable[[str], N], written: str) -> N:
    try:
        number = read(written)
    except ValueError:
        number = None
    if number is None or not math.isfinite(number):
        msg = f"{written!r} is no {'whole ' if read is int else ''}number"
        raise argparse.ArgumentTypeError(msg)
    if number < least:
        msg = f"{written} is less than {least}"
        raise argparse.ArgumentTypeError(msg)
    return number
