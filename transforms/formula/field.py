"""Evaluating formulas in a prime field: exact, fast, and the same for equal rational functions.

Sums, products, quotients, whole powers and square roots of rational numbers are mapped into the
integers modulo one prime, variables and pi and e to arbitrary elements. The prime is one modulo
eight and modulo each odd prime below fifty, so that minus one and all small primes have square
roots; one root of each is fixed, which makes the map a ring homomorphism: two formulas with
different images are different, for certain. Two with equal images at arbitrary points are equal
but for a chance of degree / prime (Schwartz-Zippel), below 2^-50 with the limits here.
"""

import functools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula.exact import exact_value
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol

__all__ = ["PRIME", "UnsupportedError", "field_value", "rational_constant", "square_root"]

PRIME: Final = 2459605861977442365347161
_SMALL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_MAX_DEGREE = 2**20
_LARGEST = 2**60  # a number that knew the prime could hide behind it
_INVERSE_OF_100 = pow(100, -1, PRIME)


class UnsupportedError(ValueError):
    """The formula is no rational function, or is not defined at this point."""


def field_value(formula: Formula, point: Mapping[str, int]) -> int:
    """Return the image of `formula` with the variables at `point`, constants included."""
    waiting: list[tuple[Formula, bool]] = [(formula, False)]
    values: list[int] = []
    degree = 1
    while waiting:
        node, ready = waiting.pop()
        if isinstance(node, Number):
            values.append(_number(node.value))
        elif isinstance(node, Symbol):
            values.append(_symbol(node.name, point))
        elif not isinstance(node, Apply):
            raise UnsupportedError
        elif node.name in _POWERS:
            base, exponent = _base_and_exponent(node)
            if exponent.denominator != 1:
                values.append(_constant_power(base, exponent))
            elif ready:
                values.append(_power(values.pop(), exponent.numerator))
            else:
                degree = _raised(degree, exponent.numerator)
                waiting += [(node, True), (base, False)]
        elif ready:
            count = len(node.arguments)
            values[-count:] = [_RATIONAL[node.name](values[-count:])]
        elif node.name in _RATIONAL:
            waiting.append((node, True))
            waiting.extend([(argument, False) for argument in reversed(node.arguments)])
        else:
            values.append(_number(rational_constant(node)))
    return values[0]


_POWERS = frozenset({"^", "sqrt", "root"})


def _raised(degree: int, exponent: int) -> int:
    """Return the degree after one more power: chance grows with it."""
    degree *= max(1, abs(exponent))
    if degree > _MAX_DEGREE:
        raise UnsupportedError
    return degree


def _product(values: list[int]) -> int:
    total = 1
    for value in values:
        total = total * value % PRIME
    return total


_RATIONAL: dict[str, Callable[[list[int]], int]] = {
    "+": lambda values: sum(values) % PRIME,
    "*": _product,
    "/": lambda values: values[0] * _inverse(values[1]) % PRIME,
    "neg": lambda values: -values[0] % PRIME,
    "percent": lambda values: values[0] * _INVERSE_OF_100 % PRIME,
}


def _inverse(value: int) -> int:
    if value == 0:
        raise UnsupportedError
    return pow(value, -1, PRIME)


def _power(base: int, exponent: int) -> int:
    if exponent <= 0 and base == 0:
        raise UnsupportedError
    return pow(base, exponent, PRIME)


def _number(value: Fraction) -> int:
    """Return the image of a fraction."""
    above, below = value.numerator, value.denominator
    if not -_LARGEST < above < _LARGEST or below > _LARGEST:
        raise UnsupportedError
    return above % PRIME if below == 1 else above * pow(below, -1, PRIME) % PRIME


def _symbol(name: str, point: Mapping[str, int]) -> int:
    if name == "i":
        return _root_of(PRIME - 1)
    if name == "infinity" or name not in point:
        raise UnsupportedError
    return point[name]


def rational_constant(formula: Formula) -> Fraction:
    """Return the exact value; raises `UnsupportedError` where it is not known to be rational."""
    value = exact_value(formula)
    if value is None:
        raise UnsupportedError
    return value


_HALF = Number(Fraction(1, 2))


def _base_and_exponent(node: Apply) -> tuple[Formula, Fraction]:
    if node.name == "sqrt":
        return node.arguments[0], _HALF.value
    if node.name == "root":
        degree, base = node.arguments
        index = rational_constant(degree)
        if index == 0:
            raise UnsupportedError
        return base, 1 / index
    base, exponent = node.arguments
    return base, exponent.value if isinstance(exponent, Number) else rational_constant(exponent)


def _constant_power(base: Formula, exponent: Fraction) -> int:
    """Return a half-integer power of a rational number, through the roots that are fixed."""
    if exponent.denominator != 2:  # noqa: PLR2004
        raise UnsupportedError
    value = rational_constant(base)
    if value == 0 and exponent < 0:
        raise UnsupportedError
    below: int = pow(value.denominator, -1, PRIME)
    root = _square_root(value.numerator * value.denominator) * below
    raised: int = pow(root, exponent.numerator, PRIME)
    return raised


@functools.lru_cache(maxsize=1024)
def _square_root(number: int) -> int:
    """Return the root that is the product of the fixed roots of the prime factors."""
    if not -_LARGEST < number < _LARGEST:
        raise UnsupportedError
    root = _root_of(PRIME - 1) if number < 0 else 1
    rest = abs(number)
    for prime in _SMALL_PRIMES:
        times = 0
        while rest and rest % prime == 0:
            rest //= prime
            times += 1
        if times:
            root = root * pow(prime, times // 2, PRIME)
            root = root * _root_of(prime) if times % 2 else root
    return root * _large_root(rest) % PRIME


def _large_root(rest: int) -> int:
    """Return the root of what has no small factors: a square, or a prime that happens to work."""
    if rest <= 1:
        return rest
    exact = math.isqrt(rest)
    if exact * exact == rest:
        return exact
    if rest > (_SMALL_PRIMES[-1] + 2) ** 2 or pow(rest, (PRIME - 1) // 2, PRIME) != 1:
        raise UnsupportedError
    return _root_of(rest)


def square_root(value: int) -> int | None:
    """Return a square root in the field, or nothing where there is none."""
    if value and pow(value, (PRIME - 1) // 2, PRIME) != 1:
        return None
    return _root_of(value) if value else 0


@functools.lru_cache(maxsize=256)
def _root_of(square: int) -> int:
    """Return the smaller square root modulo the prime (Tonelli and Shanks)."""
    odd, twos = PRIME - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    witness = next(n for n in range(2, 1000) if pow(n, (PRIME - 1) // 2, PRIME) != 1)
    factor: int = pow(witness, odd, PRIME)
    root: int = pow(square, (odd + 1) // 2, PRIME)
    rest: int = pow(square, odd, PRIME)
    while rest != 1:
        order, power = 0, rest
        while power != 1:
            power, order = power * power % PRIME, order + 1
        step = pow(factor, 1 << (twos - order - 1), PRIME)
        twos, factor = order, step * step % PRIME
        root, rest = root * step % PRIME, rest * factor % PRIME
    return min(root, PRIME - root)
