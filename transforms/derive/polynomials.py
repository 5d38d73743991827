"""Polynomials in one variable with exact coefficients: enough to know common roots.

A polynomial is the tuple of its coefficients, the constant first, with no zero at the end.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import zip_longest

from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol

Polynomial = tuple[Fraction, ...]
Ratio = tuple[Polynomial, Polynomial]

ZERO: Polynomial = ()
ONE: Polynomial = (Fraction(1),)

_MAX_DEGREE = 12
_MAX_BITS = 400
_MAX_DEPTH = 60


class NotRationalError(Exception):
    """A formula is no quotient of small polynomials in the variable."""


def numerator(left: Formula, right: Formula, name: str) -> Polynomial:
    """Return the polynomial whose roots, but for poles, solve `left = right` in `name`.

    Raises `NotRationalError` where a side is no rational function with exact coefficients.
    """
    return _combine(_read(left, name, _MAX_DEPTH), _read(right, name, _MAX_DEPTH), Fraction(-1))[0]


def common(one: Polynomial, other: Polynomial) -> Polynomial:
    """Return the greatest common divisor: its roots are those that both have."""
    while other:
        one, other = other, remainder(one, other)
    return one


def remainder(one: Polynomial, other: Polynomial) -> Polynomial:
    """Return what is left of `one` after division by `other`, which is not zero."""
    return divide(one, other)[1]


def divide(one: Polynomial, other: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Return quotient and remainder of a division by `other`, which is not zero."""
    rest = list(one)
    quotient = [Fraction(0)] * max(0, len(one) - len(other) + 1)
    while len(rest) >= len(other):
        factor = rest[-1] / other[-1]
        shift = len(rest) - len(other)
        quotient[shift] = factor
        for index, coefficient in enumerate(other):
            rest[shift + index] -= factor * coefficient
        rest = list(_trimmed(rest[:-1]))
    return _trimmed(quotient), tuple(rest)


def _trimmed(coefficients: Sequence[Fraction]) -> Polynomial:
    end = len(coefficients)
    while end and coefficients[end - 1] == 0:
        end -= 1
    return tuple(coefficients[:end])


def _plus(one: Polynomial, other: Polynomial, factor: Fraction) -> Polynomial:
    pairs = zip_longest(one, other, fillvalue=Fraction(0))
    return _bounded(_trimmed([a + factor * b for a, b in pairs]))


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    if not one or not other:
        return ZERO
    if len(one) + len(other) > _MAX_DEGREE + 2:
        raise NotRationalError
    product = [Fraction(0)] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            product[i + j] += a * b
    return _bounded(_trimmed(product))


def _bounded(polynomial: Polynomial) -> Polynomial:
    for coefficient in polynomial:
        if coefficient.numerator.bit_length() + coefficient.denominator.bit_length() > _MAX_BITS:
            raise NotRationalError
    return polynomial


def _read(formula: Formula, name: str, depth: int) -> Ratio:
    if depth == 0:
        raise NotRationalError
    if isinstance(formula, Number):
        return _trimmed([formula.value]), ONE
    if isinstance(formula, Symbol) and formula.name == name:
        return (Fraction(0), Fraction(1)), ONE
    if not isinstance(formula, Apply) or formula.name not in _OPERATIONS:
        raise NotRationalError
    parts = [_read(part, name, depth - 1) for part in formula.arguments]
    return _OPERATIONS[formula.name](parts)


def _combine(one: Ratio, other: Ratio, factor: Fraction) -> Ratio:
    if one[1] == other[1]:
        return _plus(one[0], other[0], factor), one[1]
    over = _plus(_times(one[0], other[1]), _times(other[0], one[1]), factor)
    return over, _times(one[1], other[1])


def _sum(parts: Sequence[Ratio]) -> Ratio:
    total: Ratio = (ZERO, ONE)
    for part in parts:
        total = _combine(total, part, Fraction(1))
    return total


def _product(parts: Sequence[Ratio]) -> Ratio:
    total: Ratio = (ONE, ONE)
    for over, under in parts:
        total = _times(total[0], over), _times(total[1], under)
    return total


def _quotient(parts: Sequence[Ratio]) -> Ratio:
    one, other = parts
    if not other[0]:
        raise NotRationalError
    return _times(one[0], other[1]), _times(one[1], other[0])


def _negative(parts: Sequence[Ratio]) -> Ratio:
    [(over, under)] = parts
    return _plus(ZERO, over, Fraction(-1)), under


def _power(parts: Sequence[Ratio]) -> Ratio:
    (over, under), (exponent, by) = parts
    if by != ONE or len(exponent) > 1:
        raise NotRationalError
    value = exponent[0] if exponent else Fraction(0)
    if value.denominator != 1 or not 0 < abs(value) <= _MAX_DEGREE:
        raise NotRationalError
    if value < 0:
        if not over:
            raise NotRationalError
        over, under = under, over
    return _product([(over, under)] * abs(int(value)))


_OPERATIONS: Mapping[str, Callable[[Sequence[Ratio]], Ratio]] = {
    "+": _sum,
    "*": _product,
    "/": _quotient,
    "neg": _negative,
    "^": _power,
}
