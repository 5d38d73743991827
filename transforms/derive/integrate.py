"""Integrate a smooth formula between two bounds, numerically, or not at all."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from stepsmith.transforms.derive.points import NoValueError, evaluate
from stepsmith.transforms.formula.tree import Formula

_PANELS: Final = (8, 13)
_N_NODES: Final = 10
_SAME: Final = 1e-9
_GROWS: Final = 0.01
_REAL: Final = 1e-12
_MAX_LENGTH: Final = 1e4


def integrate(formula: Formula, name: str, low: float, high: float) -> float:
    """Return the integral over the variable `name`.

    Raises `NoValueError` unless two meshes agree, as they do where the integrand is smooth.
    """
    if not abs(high - low) < _MAX_LENGTH:
        raise NoValueError
    few, many = (_composite(formula, name, low, high, panels) for panels in _PANELS)
    differs = abs(few[0] - many[0]) > _SAME * max(1.0, many[1])
    # At a pole both halves may cancel, as those of 1/x do: their magnitudes only grow.
    grows = abs(few[1] - many[1]) > _GROWS * many[1]
    if differs or grows:
        raise NoValueError
    return many[0]


def _composite(
    formula: Formula, name: str, low: float, high: float, panels: int
) -> tuple[float, float]:
    """Sum Gauss's rule over equal panels: the integral, and that of the magnitude."""
    half = (high - low) / panels / 2
    total = magnitude = 0.0
    for panel in range(panels):
        middle = low + (2 * panel + 1) * half
        for node, weight in _NODES:
            # Exact fractions, so that powers of rational points are computed as such.
            value = complex(evaluate(formula, {name: Fraction(middle + half * node)}))
            if abs(value.imag) > _REAL * max(1.0, abs(value)):
                raise NoValueError
            total += weight * value.real
            magnitude += weight * abs(value.real)
    return total * half, magnitude * abs(half)


def _legendre(degree: int) -> Sequence[tuple[float, float]]:
    """Return the nodes and weights of Gauss's rule on [-1, 1], by Newton's method."""
    rule: list[tuple[float, float]] = []
    for index in range(1, degree + 1):
        x = math.cos(math.pi * (index - 0.25) / (degree + 0.5))
        slope = 1.0
        for _ in range(8):
            value, before = x, 1.0
            for n in range(2, degree + 1):
                value, before = ((2 * n - 1) * x * value - (n - 1) * before) / n, value
            slope = degree * (x * value - before) / (x * x - 1)
            x -= value / slope
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return tuple(rule)


_NODES: Final = _legendre(_N_NODES)
