"""What a step lists: the factors of a number, the primes or the squares between two."""

import math
import re
from collections.abc import Sequence
from typing import Final

from stepsmith.transforms.verify.steps.number_facts import (
    MAX_FACTORED,
    MAX_TESTED,
    divisors,
    is_power,
    is_prime,
    prime_factors,
)
from stepsmith.transforms.verify.steps.number_words import (
    LIST,
    NUMBER,
    SEVERAL,
    NumberClaim,
    Reader,
    claim,
    ends_list,
    numbers,
)

_MAX_RANGE: Final = 20_000
_ARE: Final = r"(?: are | [:.] (?:\s{0,3}(?:they|these)\sare)? )"
_FACTORS: Final = re.compile(
    rf"""(?ix) \b the \s (?: only\s | positive\s | distinct\s | unique\s | whole\snumber\s ){{0,3}}
      (?P<common>common\s)?+ (?: positive\s | distinct\s | unique\s )?+ (?P<prime>prime\s)?+
      (?:factors|divisors) \s of \s{{1,3}} (?P<of>{LIST}) \s{{0,3}}
      {_ARE} \s*+ :? \s*+ (?P<list>{SEVERAL})"""
)
_PART_OF: Final = re.compile(r"(?i)(?<!all )\b(?:of|among|than|except|besides|not)\s+$")
_BEFORE: Final = 20
_BETWEEN: Final = re.compile(
    rf"""(?ix) \b (?:the\s)?+ (?P<kind>perfect\ssquares|perfect\scubes|primes|prime\snumbers) \s
      (?: (?:that|which)\sare\s )?+ (?: (?:between|from) \s{{1,3}} (?P<low>{NUMBER}) \s{{1,3}}
        (?:and|to) \s{{1,3}} | (?:less|smaller)\sthan\s{{1,3}} ) (?P<high>{NUMBER})
      (?: ,?\sinclusive,? )?+ \s{{0,3}}+ {_ARE} \s*+ :? \s*+ (?P<list>{SEVERAL})"""
)
_PRIMES: Final = re.compile(
    rf"""(?ix) (?:^|[.\n,:]) \s{{0,3}}+ (?:(?:so|thus|therefore),?\s)?+ the\s (?:only\s)?+
      (?:primes|prime\snumbers)\s (?:that|which|we|in|of|for)\b
      [^.:;=\n]{{0,100}}? \s are \s{{1,3}} (?P<list>{SEVERAL})"""
)


def _factors(found: re.Match[str]) -> NumberClaim | None:
    of, listed = numbers(found["of"]), numbers(found["list"])
    number = math.gcd(*of)
    is_part = _PART_OF.search(found.string, max(0, found.start() - _BEFORE), found.start())
    if (len(of) > 1) != (found["common"] is not None) or not 0 < number <= MAX_FACTORED:
        return None
    if is_part or not ends_list(found.string, found.end()):
        return None
    there = set(prime_factors(number)) if found["prime"] else set(divisors(number))
    wrong = [each for each in listed if each not in there]
    missing = there.difference(listed)
    if wrong:
        said = "no prime factor" if found["prime"] else "no factor"
        return claim(found, f"{wrong[0]} is {said} of {' and '.join(map(str, of))}", truth=False)
    if not found["prime"] and 1 not in listed and math.prod(listed) == number:
        return None  # `the factors of 12 are 3 and 4`: what it is the product of
    repeats = found["prime"] is not None and len(set(listed)) < len(listed)
    if repeats and not missing and math.prod(listed) != number:
        return claim(found, f"their product is {math.prod(listed)}", truth=False)
    return _complete(found, missing, without=() if 1 in listed else (1, number), last=number)


def _complete(
    found: re.Match[str], missing: set[int], *, without: Sequence[int], last: int
) -> NumberClaim | None:
    """Judge a list by what it lacks; a trivial factor may have been left out on purpose."""
    if missing and missing <= set(without):
        return None
    first = min(missing - {1, last}, default=last)
    return claim(found, f"{first} is missing" if missing else "", truth=not missing)


def _between(found: re.Match[str]) -> NumberClaim | None:
    """Judge a list of all the primes, squares or cubes of a range, its ends left open."""
    listed, [high] = numbers(found["list"]), numbers(found["high"])
    low = numbers(found["low"])[0] if found["low"] else 0
    if not ends_list(found.string, found.end()) or not 0 < high - low <= _MAX_RANGE:
        return None
    kind = found["kind"].lower()
    there = {each for each in range(low, high + 1) if _is_of(kind, each)}
    begins = low if found["low"] else min(listed)  # where another bound may be meant
    wrong = [each for each in listed if each not in there]
    missing = {each for each in there if begins < each < high}.difference(listed)
    if wrong:
        return claim(found, f"{wrong[0]} is none of them", truth=False)
    if not missing and min(there, default=0) < begins and not found["low"]:
        return None  # another bound is meant
    return claim(found, f"{min(missing)} is missing" if missing else "", truth=not missing)


def _is_of(kind: str, number: int) -> bool:
    if kind.startswith("prime"):
        return is_prime(number)
    return is_power(number, 2 if kind.endswith("squares") else 3)


def _primes(found: re.Match[str]) -> NumberClaim | None:
    """Judge a list of primes of some kind: each has to be prime, whether or not all are there."""
    listed = numbers(found["list"])
    if max(listed) > MAX_TESTED:
        return None
    others = [each for each in listed if not is_prime(each)]
    if not others or not ends_list(found.string, found.end()):
        return None
    return claim(found, f"{others[0]} is not prime", truth=False)


LIST_READERS: Final[Sequence[Reader]] = (
    (_FACTORS, _factors),
    (_BETWEEN, _between),
    (_PRIMES, _primes),
)
