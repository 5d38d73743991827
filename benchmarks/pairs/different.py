"""Ways to change an answer into a different one that looks like it.

A way that does not fit an answer returns nothing. Neither does one whose
change would happen to give the same value.
"""

import re
from random import Random

from benchmarks.pairs.forms import (
    BASE,
    FRACTION,
    INTEGER,
    LETTER,
    MATRIX,
    MONOMIALS,
    NUMBERS,
    RADICAL,
    Make,
    is_expression,
    numbers_in,
)

_TUPLE = re.compile(r"\((-?\d+(?:, ?-?\d+)+)\)")
_INTERVAL = re.compile(r"([(\[])(-?\d+), ?(-?\d+)([)\]])")
_ENDS = {"[": "(", "(": "[", "]": ")", ")": "]"}
_INEQUALITY = re.compile(r"([a-z]) ?(<|>|\\leq?|\\geq?) ?(-?\d+)")
_FLIPPED = {"<": ">", ">": "<", r"\le": r"\ge", r"\leq": r"\geq", r"\ge": r"\le", r"\geq": r"\leq"}


def swap_parts(gold: str, _: Random) -> str | None:
    """Swap numerator and denominator."""
    found = FRACTION.fullmatch(gold)
    if found is None or not int(found[2]) or int(found[2]) == int(found[3]):
        return None
    return rf"{found[1]}\frac{{{found[3]}}}{{{found[2]}}}"


def negate(gold: str, _: Random) -> str | None:
    """Turn the sign of a number that is not zero."""
    if (INTEGER.fullmatch(gold) and int(gold)) or RADICAL.fullmatch(gold):
        return gold[1:] if gold.startswith("-") else f"-{gold}"
    if (found := FRACTION.fullmatch(gold)) is not None and int(found[2]):
        return gold[1:] if found[1] else f"-{gold}"
    return None


def add_one(gold: str, random: Random) -> str | None:
    """Add one to an expression."""
    if INTEGER.fullmatch(gold):
        return str(int(gold) + random.choice((1, -1)))
    return f"({gold}) + 1" if is_expression(gold) else None


def change_digit(gold: str, random: Random) -> str | None:
    """Change one digit of a number of at least two digits."""
    if not INTEGER.fullmatch(gold) or len(gold) < 2:  # noqa: PLR2004
        return None
    at = random.randrange(gold.startswith("-"), len(gold))
    return f"{gold[:at]}{(int(gold[at]) + random.randint(1, 9)) % 10}{gold[at + 1 :]}"


def lose_thousands(gold: str, _: Random) -> str | None:
    """Leave three zeros off, as if a separator were a decimal point."""
    is_whole = INTEGER.fullmatch(gold) and int(gold) and int(gold) % 1000 == 0
    return str(int(gold) // 1000) if is_whole else None


def change_end(gold: str, random: Random) -> str | None:
    """Open or close one end of an interval; of a pair, make an interval."""
    found = _INTERVAL.fullmatch(gold)
    if found is None or int(found[2]) >= int(found[3]):
        return None
    left, right = random.choice(((_ENDS[found[1]], found[4]), (found[1], _ENDS[found[4]])))
    return f"{left}{found[2]}, {found[3]}{right}"


def drop_element(gold: str, random: Random) -> str | None:
    """Leave one number out of a list, or of a tuple of three or more."""
    for pattern, form in ((NUMBERS, "{}"), (_TUPLE, "({})")):
        numbers = numbers_in(pattern, gold)
        if len(set(numbers)) == len(numbers) > (2 if pattern is _TUPLE else 1):
            del numbers[random.randrange(len(numbers))]
            return form.format(", ".join(numbers))
    return None


def change_element(gold: str, random: Random) -> str | None:
    """Put a new number in a list's or a tuple's place for another."""
    for pattern, form in ((NUMBERS, "{}"), (_TUPLE, "({})")):
        if numbers := numbers_in(pattern, gold):
            new = str(1 + max(map(abs, map(int, numbers))))
            numbers[random.randrange(len(numbers))] = new
            return form.format(", ".join(numbers))
    return None


def swap_tuple(gold: str, _: Random) -> str | None:
    """Swap the first and the last number of a tuple."""
    numbers = numbers_in(_TUPLE, gold)
    if not numbers or numbers[0] == numbers[-1]:
        return None
    return f"({', '.join([numbers[-1], *numbers[1:-1], numbers[0]])})"


def change_exponent(gold: str, _: Random) -> str | None:
    """Raise the degree of a polynomial's highest term."""
    powers = [int(power) for power in re.findall(r"\^(\d)", gold)]
    if not powers or not MONOMIALS.fullmatch(gold) or powers.count(max(powers)) > 1:
        return None
    return gold.replace(f"^{max(powers)}", f"^{{{max(powers) + 1}}}")


def cube_root(gold: str, _: Random) -> str | None:
    """Write a cube root for a square root."""
    found = RADICAL.fullmatch(gold)
    if found is None or int(found[2]) < 2:  # noqa: PLR2004
        return None
    return rf"{found[1]}\sqrt[3]{{{found[2]}}}"


def flip(gold: str, _: Random) -> str | None:
    """Turn an inequality round."""
    found = _INEQUALITY.fullmatch(gold)
    return f"{found[1]} {_FLIPPED[found[2]]} {found[3]}" if found else None


def nudge(gold: str, random: Random) -> str | None:
    """Change a value by very little."""
    if INTEGER.fullmatch(gold):
        return f"{gold}.{'0' * random.randint(2, 8)}1"
    power = random.randint(3, 9)
    return rf"({gold}) + 10^{{-{power}}}" if is_expression(gold) else None


def change_letter(gold: str, _: Random) -> str | None:
    """Choose the next letter."""
    found = LETTER.fullmatch(gold)
    return rf"\text{{({chr(ord(found[1]) + 1)})}}" if found else None


def change_base(gold: str, _: Random) -> str | None:
    """Read the same digits, at least two, to another base."""
    found = BASE.fullmatch(gold)
    return f"{found[1]}_{int(found[2]) + 1}" if found and int(found[1]) > 9 else None  # noqa: PLR2004


def change_entry(gold: str, random: Random) -> str | None:
    """Change one entry of a matrix of integers."""
    found = MATRIX.fullmatch(gold)
    if found is None or "/" in gold:
        return None
    entry = random.choice(list(re.finditer(r"-? ?\d+", gold)))
    new = int(entry[0].replace(" ", "")) + random.randint(1, 9)
    return gold[: entry.start()] + str(new) + gold[entry.end() :]


DIFFERENT: dict[str, Make] = {
    make.__name__: make
    for make in (
        swap_parts, negate, add_one, change_digit, change_end, drop_element, change_element,
        swap_tuple, change_exponent, cube_root, flip, nudge, change_letter, change_base,
        change_entry,
        lose_thousands,
    )
}  # fmt: skip
