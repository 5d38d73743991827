"""The operations of formulas on exact and on floating values.

A value that is not certain (a pole, a branch, a number out of bounds) is none at all.
"""

import cmath
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from stepsmith.transforms.formula.roots import rational_root

Value = Fraction | complex

_MAX_BITS = 4_000
_MAX_EXPONENT = 400
_MAX_FACTORIAL = 150
_MAX_SIZE = 1e12
_MAX_RADIANS = 6
_SAME = 1e-9
_DIFFERENT = 1e-6


class NoValueError(Exception):
    """A formula has no certain value at a point."""


def bounded(value: Value) -> Value:
    """Return `value`; raises `NoValueError` where it is out of bounds."""
    if isinstance(value, Fraction):
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
        if bits > _MAX_BITS:
            raise NoValueError
        return value
    if not cmath.isfinite(value) or abs(value) > _MAX_SIZE:
        raise NoValueError
    return value


def _sum(values: Sequence[Value]) -> Value:
    total: Value = Fraction(0)
    for value in values:
        total = _add(total, value)
    return total


def _product(values: Sequence[Value]) -> Value:
    total: Value = Fraction(1)
    for value in values:
        total = _times(total, value)
    return total


def _add(one: Value, other: Value) -> Value:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return bounded(one + other)
    return to_float(one) + to_float(other)


def _times(one: Value, other: Value) -> Value:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return bounded(one * other)
    return to_float(one) * to_float(other)


def _quotient(values: Sequence[Value]) -> Value:
    over, under = values
    if isinstance(over, Fraction) and isinstance(under, Fraction):
        return over / under
    if abs(to_float(under)) < _DIFFERENT:
        raise NoValueError  # it may be zero
    return to_float(over) / to_float(under)


def _negative(values: Sequence[Value]) -> Value:
    [value] = values
    return -value


def _power(values: Sequence[Value]) -> Value:
    base, exponent = values
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return _whole_power(base, int(exponent))
    return _real_power(_real(base), to_float(exponent))


def _whole_power(base: Value, exponent: int) -> Value:
    if abs(exponent) > _MAX_EXPONENT:
        raise NoValueError
    if not isinstance(base, Fraction):
        return base**exponent
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > _MAX_BITS or (base == 0 and exponent <= 0):
        raise NoValueError
    return base**exponent


def _real_power(base: float, exponent: complex) -> Value:
    if base <= 0:
        raise NoValueError  # which branch?
    return complex(base) ** exponent


def _square_root(values: Sequence[Value]) -> Value:
    [value] = values
    if isinstance(value, Fraction) and (root := rational_root(value, 2)) is not None:
        return root
    if abs(to_float(value).imag) > _SAME:
        raise NoValueError
    return cmath.sqrt(to_float(value).real)


def _root(values: Sequence[Value]) -> Value:
    degree, value = values
    if not isinstance(degree, Fraction) or degree.denominator != 1 or degree == 0:
        raise NoValueError
    real = _real(value)
    if real < 0 and degree % 2:
        return -_real_power(-real, complex(1 / degree))
    return _real_power(real, complex(1 / degree)) if real else Fraction(0)


def _logarithm(values: Sequence[Value]) -> Value:
    base = _real(values[0]) if len(values) > 1 else math.e
    value = _real(values[-1])
    if base <= 0 or abs(base - 1) < _DIFFERENT or value <= 0:
        raise NoValueError
    return complex(math.log(value) / math.log(base))


def _absolute(values: Sequence[Value]) -> Value:
    [value] = values
    return abs(value) if isinstance(value, Fraction) else complex(abs(value))


def _factorial(values: Sequence[Value]) -> Value:
    [value] = values
    return Fraction(math.factorial(_count(value, _MAX_FACTORIAL)))


def _binomial(values: Sequence[Value]) -> Value:
    above, below = values
    return Fraction(math.comb(_count(above, _MAX_FACTORIAL), _count(below, _MAX_FACTORIAL)))


def _count(value: Value, most: int) -> int:
    if not isinstance(value, Fraction) or value.denominator != 1 or not 0 <= value <= most:
        raise NoValueError
    return int(value)


def _exact(function: Callable[..., int | Fraction]) -> Callable[[Sequence[Value]], Value]:
    def apply(values: Sequence[Value]) -> Value:
        exact = [value for value in values if isinstance(value, Fraction)]
        if len(exact) != len(values):
            raise NoValueError
        return Fraction(function(*exact))

    return apply


def _smooth(function: Callable[[complex], complex]) -> Callable[[Sequence[Value]], Value]:
    def apply(values: Sequence[Value]) -> Value:
        [value] = values
        if isinstance(value, Fraction) and value.denominator == 1 and abs(value) > _MAX_RADIANS:
            raise NoValueError  # sin(30) is meant in degrees
        return function(to_float(value))

    return apply


def _inverse(function: Callable[[float], float]) -> Callable[[Sequence[Value]], Value]:
    def apply(values: Sequence[Value]) -> Value:
        [value] = values
        return complex(function(_real(value)))

    return apply


def _degree(values: Sequence[Value]) -> Value:
    [value] = values
    return to_float(value) * math.pi / 180


def to_float(value: Value) -> complex:
    """Return `value` in floats; raises `OverflowError` where it is too large for them."""
    if isinstance(value, Fraction):
        return complex(float(value))
    return value


def _real(value: Value) -> float:
    number = to_float(value)
    if abs(number.imag) > _SAME:
        raise NoValueError
    return number.real


CONSTANT_VALUES: Mapping[str, Value] = {"pi": complex(math.pi), "e": complex(math.e), "i": 1j}
OPERATIONS: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "+": _sum,
    "*": _product,
    "/": _quotient,
    "^": _power,
    "neg": _negative,
    "sqrt": _square_root,
    "root": _root,
    "ln": _logarithm,
    "log": _logarithm,
    "exp": lambda values: _power([complex(math.e), *values]),
    "sin": _smooth(cmath.sin),
    "cos": _smooth(cmath.cos),
    "tan": _smooth(cmath.tan),
    "cot": _smooth(lambda value: 1 / cmath.tan(value)),
    "sec": _smooth(lambda value: 1 / cmath.cos(value)),
    "csc": _smooth(lambda value: 1 / cmath.sin(value)),
    "sinh": _smooth(cmath.sinh),
    "cosh": _smooth(cmath.cosh),
    "tanh": _smooth(cmath.tanh),
    "asin": _inverse(math.asin),
    "acos": _inverse(math.acos),
    "atan": _inverse(math.atan),
    "arcsin": _inverse(math.asin),
    "arccos": _inverse(math.acos),
    "arctan": _inverse(math.atan),
    "abs": _absolute,
    "floor": _exact(math.floor),
    "ceil": _exact(math.ceil),
    "max": _exact(max),
    "min": _exact(min),
    "factorial": _factorial,
    "binom": _binomial,
    "degree": _degree,
}
