"""Operations and functions on fractions whose values are fractions; nothing where they are not."""

import math
from collections.abc import Callable
from fractions import Fraction

from stepsmith.transforms.formula.budget import Budget, Function, Turn, Value, bits_of
from stepsmith.transforms.formula.roots import rational_root

__all__ = ["FUNCTIONS", "add", "multiply"]

_ZERO = Fraction(0)
_ONE = Fraction(1)


def add(values: list[Fraction], budget: Budget) -> Value:
    """Add, multiples of pi among themselves only."""
    if any(isinstance(value, Turn) for value in values):
        if not all(isinstance(value, Turn) or value == 0 for value in values):
            return None
        return Turn(sum(Fraction(value) for value in values))
    total = _ZERO
    for value in values:
        total += value
        budget.check(bits_of(total))
    return total


def multiply(values: list[Fraction], budget: Budget) -> Value:
    """Multiply, with at most one multiple of pi among the factors."""
    turns = sum(isinstance(value, Turn) for value in values)
    if turns > 1:
        return None
    budget.check(sum(map(bits_of, values)))
    total = _ONE
    for value in values:
        total *= Fraction(value)
    return Turn(total) if turns else total


def _quotient(values: list[Fraction], budget: Budget) -> Value:
    above, below = values
    if below == 0:
        return None
    budget.check(bits_of(above) + bits_of(below))
    quotient = Fraction(above) / Fraction(below)
    if isinstance(below, Turn):
        return quotient if isinstance(above, Turn) else None
    return Turn(quotient) if isinstance(above, Turn) else quotient


def _negative(values: list[Fraction], _: Budget) -> Value:
    value = values[0]
    return Turn(-value) if isinstance(value, Turn) else -value


def _power(values: list[Fraction], budget: Budget) -> Value:
    base, exponent = values
    if exponent.denominator != 1:
        return _root_power(base, exponent, budget)
    if base == 0 and exponent <= 0:
        return None
    if base in {0, 1}:
        return base
    if base == -1:
        return _ONE if exponent.numerator % 2 == 0 else base
    budget.check(bits_of(base) * abs(exponent.numerator))
    return base**exponent.numerator


def _root_power(base: Fraction, exponent: Fraction, budget: Budget) -> Value:
    """Return `8^{2/3}`; of a negative base only the principal value would do, and it is complex."""
    root = rational_root(base, exponent.denominator)
    return None if root is None else _power([root, Fraction(exponent.numerator)], budget)


def _square_root(values: list[Fraction], _: Budget) -> Value:
    return rational_root(values[0], 2)


def _root(values: list[Fraction], _: Budget) -> Value:
    degree, value = values
    if degree.denominator != 1 or degree < 1:
        return None
    if value < 0 and degree.numerator % 2:
        root = rational_root(-value, degree.numerator)
        return None if root is None else -root
    return rational_root(value, degree.numerator)


def _factorial(values: list[Fraction], budget: Budget) -> Value:
    number = _natural(values[0])
    if number is None:
        return None
    budget.check(_factorial_bits(number))
    budget.spend(number // 64)
    return Fraction(math.factorial(number))


def _factorial_bits(number: int) -> float:
    return math.inf if number > _HUGE else math.lgamma(number + 1) / math.log(2)


_HUGE = 10**12


def _double_factorial(values: list[Fraction], budget: Budget) -> Value:
    number = _natural(values[0])
    if number is None:
        return None
    budget.check(_factorial_bits(number))
    budget.spend(number // 16)
    return Fraction(math.prod(range(number, 0, -2)))


def _natural(value: Fraction) -> int | None:
    return value.numerator if value.denominator == 1 and value >= 0 else None


def _binomial(values: list[Fraction], budget: Budget) -> Value:
    top, bottom = _natural(values[0]), _natural(values[1])
    if top is None or bottom is None:
        return None
    if bottom > top:
        return _ZERO
    bottom = min(bottom, top - bottom)
    budget.check(_binomial_bits(top, bottom))
    budget.spend(bottom // 8)
    return Fraction(math.comb(top, bottom))


def _binomial_bits(top: int, bottom: int) -> float:
    if top > _HUGE:
        return float(min(bottom, _HUGE)) * top.bit_length()
    rest = math.lgamma(bottom + 1) + math.lgamma(top - bottom + 1)
    return (math.lgamma(top + 1) - rest) / math.log(2)


def _logarithm(values: list[Fraction], budget: Budget) -> Value:
    """Return a logarithm that is rational: both numbers are powers of one number."""
    if len(values) == 1:
        return _ZERO if values[0] == 1 else None
    base, value = values
    if base <= 0 or base == 1 or value <= 0:
        return None
    return _log_ratio(base, value, budget)


def _log_ratio(base: Fraction, value: Fraction, budget: Budget) -> Value:
    """Run Euclid's algorithm on the exponents, with a guess from floats checked exactly."""
    guess = Fraction(_log2(value) / _log2(base)).limit_denominator(60)
    if guess == 0:
        return _ZERO if value == 1 else None
    budget.check(bits_of(value) * guess.denominator + bits_of(base) * abs(guess.numerator), times=4)
    return guess if value**guess.denominator == base**guess.numerator else None


def _log2(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)


def _natural_log(values: list[Fraction], _: Budget) -> Value:
    return _ZERO if values[0] == 1 else None


def _exponential(values: list[Fraction], _: Budget) -> Value:
    return _ONE if values[0] == 0 else None


def _modulo(values: list[Fraction], _: Budget) -> Value:
    value, modulus = values
    if modulus <= 0:
        return None
    return value - modulus * (value // modulus)


def _percent(values: list[Fraction], _: Budget) -> Value:
    return values[0] / 100


def _degree(values: list[Fraction], _: Budget) -> Value:
    return Turn(values[0] / 180)


def _whole_numbers(function: Callable[..., int]) -> Function:
    def apply(values: list[Fraction], budget: Budget) -> Value:
        if any(value.denominator != 1 for value in values):
            return None
        budget.check(sum(bits_of(value) for value in values))
        return Fraction(function(*[value.numerator for value in values]))

    return apply


def _chosen(function: Callable[..., Fraction]) -> Function:
    def apply(values: list[Fraction], _: Budget) -> Value:
        return function(values)

    return apply


def _of_one(function: Callable[[Fraction], Fraction | int]) -> Callable[..., Value]:
    def apply(values: list[Fraction], _: Budget) -> Value:
        return Fraction(function(values[0]))

    return apply


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


FUNCTIONS: dict[str, Function] = {
    "+": add,
    "*": multiply,
    "/": _quotient,
    "^": _power,
    "neg": _negative,
    "sqrt": _square_root,
    "root": _root,
    "factorial": _factorial,
    "double-factorial": _double_factorial,
    "binom": _binomial,
    "log": _logarithm,
    "ln": _natural_log,
    "exp": _exponential,
    "abs": _of_one(abs),
    "sgn": _of_one(_sign),
    "floor": _of_one(math.floor),
    "ceil": _of_one(math.ceil),
    "gcd": _whole_numbers(math.gcd),
    "lcm": _whole_numbers(math.lcm),
    "max": _chosen(max),
    "min": _chosen(min),
    "mod": _modulo,
    "percent": _percent,
    "degree": _degree,
}
