"""What is true of whole numbers: primes, divisors, powers, digits; all within bounds."""

import math
from typing import Final

MAX_FACTORED: Final = 10**10
"""No larger number is taken apart: a hundred thousand divisions at most."""

MAX_TESTED: Final = 10**18
"""No larger number is tested for being prime."""

# Right for every number below 3.3 * 10^24 (Sorenson and Webster, 2015).
_WITNESSES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


def is_prime(number: int) -> bool:
    """Tell whether a number up to `MAX_TESTED` is prime, for certain."""
    if number < 2:  # noqa: PLR2004 -- the first prime
        return False
    for prime in _WITNESSES:
        if number % prime == 0:
            return number == prime
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, odd, twos, witness) for witness in _WITNESSES)


def _passes(number: int, odd: int, twos: int, witness: int) -> bool:
    power = pow(witness, odd, number)
    if power in {1, number - 1}:
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def prime_factors(number: int) -> dict[int, int]:
    """Return the primes of a number from 1 to `MAX_FACTORED`, each with its exponent."""
    found: dict[int, int] = {}
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found[divisor] = found.get(divisor, 0) + 1
            number //= divisor
        divisor += 1 if divisor == 2 else 2  # noqa: PLR2004 -- the only even prime
    if number > 1:
        found[number] = found.get(number, 0) + 1
    return found


def divisors(number: int) -> list[int]:
    """Return the positive divisors of a number from 1 to `MAX_FACTORED`, in order."""
    found = [1]
    for prime, exponent in prime_factors(number).items():
        found = [each * prime**power for each in found for power in range(exponent + 1)]
    return sorted(found)


def is_power(number: int, exponent: int) -> bool:
    """Tell whether a number is a perfect square or cube."""
    if exponent == 2:  # noqa: PLR2004 -- squares
        return number >= 0 and math.isqrt(number) ** 2 == number
    root = round(abs(number) ** (1 / exponent))
    return any((root + by) ** exponent == abs(number) for by in (-1, 0, 1))


def digit_sum(number: int) -> int:
    """Return the sum of the digits of a number."""
    return sum(map(int, str(abs(number))))
