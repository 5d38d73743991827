"""Points on the curve or the surface that an equation in several variables describes."""

import cmath
import random
import zlib
from collections.abc import Iterator, Sequence
from fractions import Fraction

from stepsmith.transforms.derive.expression import Equation
from stepsmith.transforms.derive.points import (
    PLAIN,
    NoValueError,
    Point,
    Setting,
    Value,
    differ,
    evaluate,
)
from stepsmith.transforms.formula.roots import rational_root

MIN_POINTS = 3
_N_POINTS = 4
_PROBES = (0, 1, 2, 3)  # a cubic through them shows itself by its third difference


def both_sides(equation: Equation, point: Point, setting: Setting = PLAIN) -> tuple[Value, Value]:
    """Evaluate both sides; raises `NoValueError` as `evaluate` does."""
    left, right = equation
    return evaluate(left.formula, point, setting), evaluate(right.formula, point, setting)


def points_on(equation: Equation, names: Sequence[str]) -> Iterator[Point]:
    """Yield points that solve an equation which is of degree one or two in one of its variables.

    They are exact where the solution is rational, else in floats, which may be complex: algebra
    that leads from one equation between polynomials to another holds there as well.
    """
    rng = random.Random(zlib.crc32(" ".join(names).encode()))  # noqa: S311 -- no secret
    for name in names:
        points = [_solve(equation, name, names, rng) for _ in range(_N_POINTS)]
        solved = [point for point in points if point is not None]
        if len(solved) >= MIN_POINTS:
            yield from solved
            return


def _solve(
    equation: Equation, name: str, names: Sequence[str], rng: random.Random
) -> dict[str, Value] | None:
    """Draw all variables but `name`, and solve for that one where the degree in it is small."""
    point: dict[str, Value] = {
        each: Fraction(rng.randint(2, 30), rng.randint(1, 3)) for each in names
    }
    gaps: list[Fraction] = []
    for probe in _PROBES:
        point[name] = Fraction(probe)
        try:
            left, right = both_sides(equation, point)
        except NoValueError:
            return None
        if not isinstance(left, Fraction) or not isinstance(right, Fraction):
            return None
        gaps.append(left - right)
    try:
        value = _zero(gaps)
        if value is None:
            return None
        point[name] = value
        left, right = both_sides(equation, point)
    except NoValueError:
        return None
    return point if differ(left, right) is False else None


def _zero(gaps: Sequence[Fraction]) -> Value | None:
    """Return a zero of the polynomial with these values at 0, 1, 2, 3, of degree one or two."""
    constant, at_one, at_two, at_three = gaps
    bend = at_two - 2 * at_one + constant
    if at_three - 3 * at_two + 3 * at_one - constant != 0:
        return None
    slope = at_one - constant - bend / 2
    if bend:
        return (_square_root(slope * slope - 2 * bend * constant) - slope) / bend
    return -constant / slope if slope else None


def _square_root(value: Fraction) -> Value:
    if (root := rational_root(value, 2)) is not None:
        return root
    try:
        return cmath.sqrt(float(value))
    except OverflowError:
        raise NoValueError from None
