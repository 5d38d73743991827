"""Computing constant formulas exactly, as fractions, with every cost known before it is paid."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula.angles import ANGLE_FUNCTIONS
from stepsmith.transforms.formula.budget import Budget, Turn, Value, bits_of
from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.rational import FUNCTIONS, add, multiply
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol, Words, nodes

__all__ = ["MAX_BITS", "brief", "exact_value"]

MAX_BITS: Final = 20_000  # `1/2004!` is within; `str` fails from 14,300 on, `brief` does not
_MAX_TERMS = 2_000
_ZERO = Fraction(0)
_ONE = Fraction(1)
_FUNCTIONS = {**FUNCTIONS, **ANGLE_FUNCTIONS}
_ANGLES = frozenset({"+", "*", "/", "neg", *ANGLE_FUNCTIONS})


def exact_value(formula: Formula, *, max_bits: int = MAX_BITS) -> Fraction | None:
    r"""Return the rational value of a constant formula, or nothing where it has none.

    Nothing stands for irrational, complex, symbolic and undefined values, and for rational ones
    that only algebra shows (`\sqrt{2} \cdot \sqrt{8}`): it never means "not rational".
    `TooLargeError` is raised before a number of more than `max_bits` bits is computed.
    """
    if isinstance(formula, Number):
        return formula.value
    value = _evaluate(formula, Budget(max_bits))
    if isinstance(value, Turn):
        return _ZERO if value == 0 else None
    return value


_LONGEST = 100


def brief(value: Fraction) -> str:
    """Write a value for people: exactly where that is short, else rounded, as in `1.25e+310`."""
    above, below = value.numerator, value.denominator
    if max(above.bit_length(), below.bit_length()) <= _LONGEST:
        return str(value)
    # From the leading bits alone: the whole number may have too many digits to print.
    exponent = math.log10(abs(above)) - math.log10(below)
    power = math.floor(exponent)
    mantissa = 10 ** (exponent - power)
    return f"{'-' if value < 0 else ''}{mantissa:.5f}e{power:+d}"


def _evaluate(formula: Formula, budget: Budget) -> Value:
    """Evaluate bottom up with a stack of our own: a deep tree is no deep recursion."""
    waiting: list[tuple[Formula, bool]] = [(formula, False)]
    values: list[Value] = []
    while waiting:
        node, ready = waiting.pop()
        if isinstance(node, Number):
            values.append(node.value)
        elif isinstance(node, Symbol):
            values.append(Turn(1) if node.name == "pi" else budget.indices.get(node.name))
        elif not isinstance(node, Apply):
            return None
        elif node.name in _WHOLE:
            values.append(_WHOLE[node.name](node, budget))
        elif ready:
            count = len(node.arguments)
            arguments = values[-count:]
            del values[-count:]
            values.append(_apply(node.name, arguments, budget))
        else:
            waiting.append((node, True))
            waiting.extend((argument, False) for argument in reversed(node.arguments))
    return values[0]


def _apply(name: str, arguments: list[Value], budget: Budget) -> Value:
    if any(argument is None for argument in arguments):
        return None
    function = _FUNCTIONS.get(name)
    if function is None:
        return None
    known = [argument for argument in arguments if argument is not None]
    if name not in _ANGLES and any(isinstance(argument, Turn) for argument in known):
        return None
    return function(known, budget)


_RADIXES = range(2, 37)


def _base(node: Apply, budget: Budget) -> Value:
    """Return the value of digits in another base."""
    digits, base = node.arguments
    radix = _evaluate(base, budget)
    if not isinstance(digits, Words) or radix is None or radix not in _RADIXES:
        return None
    try:
        whole, _, after = digits.text.partition(".")
        scale = radix.numerator ** len(after)
        return Fraction(int(whole + after, radix.numerator), scale)
    except ValueError:
        return None  # a digit that the base does not have


def _series(node: Apply, budget: Budget) -> Value:
    """Add or multiply the terms of a finite series, one by one and not too many."""
    index, first, last, body = node.arguments
    start, end = _evaluate(first, budget), _evaluate(last, budget)
    if start is None or end is None or start.denominator != 1 or end.denominator != 1:
        return None
    if end - start > _MAX_TERMS:
        msg = f"a series of {end - start + 1} terms; {_MAX_TERMS} are allowed"
        raise TooLargeError(msg)
    if not isinstance(index, Symbol) or index.name in budget.indices:
        return None
    total: Value = _ZERO if node.name == "sum" else _ONE
    combine = add if node.name == "sum" else multiply
    size = sum(1 for _ in nodes(body))
    for at in range(start.numerator, end.numerator + 1):
        budget.indices[index.name] = Fraction(at)
        term = _evaluate(body, budget)
        if term is None or total is None or isinstance(term, Turn):
            total = None
            break
        total = combine([total, term], budget)
        budget.spend(size + (bits_of(total) if total is not None else 0) // 256)
    budget.indices.pop(index.name, None)
    return total


_WHOLE: dict[str, Callable[[Apply, Budget], Value]] = {
    "base": _base,
    "sum": _series,
    "prod": _series,
}
