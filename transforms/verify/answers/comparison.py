"""What a comparison of two answers says, and what many say of a whole."""

from collections.abc import Iterable
from typing import Literal

__all__ = ["Comparison", "best", "worst"]

Comparison = Literal["same", "different", "rounded", "converted", "unknown"]

# What a whole is, by the worst of its parts, and what an element is, by the best of its partners.
_WORST: tuple[Comparison, ...] = ("different", "unknown", "converted", "rounded", "same")
_BEST: tuple[Comparison, ...] = ("same", "unknown", "rounded", "converted", "different")


def worst(parts: Iterable[Comparison]) -> Comparison:
    """Return what a whole is, by its parts; the same where it has none."""
    found = set(parts)
    for each in _WORST:
        if each in found:
            return each
    return "same"


def best(parts: Iterable[Comparison]) -> Comparison:
    """Return what an element is, by its partners; different where it has none."""
    found = set(parts)
    for each in _BEST:
        if each in found:
            return each
    return "different"
