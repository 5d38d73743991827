"""What an expression means: exact rationals where they last, floats after roots, within a budget.

Some spellings can be read in two ways (`20%`, `2 1/2`, `1/2(3)`, `-2^2`). A tree keeps the
spelling; a `Reading` chooses, and an equation is false only when no choice makes it true.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from stepsmith.transforms.formula.roots import rational_root

Value = int | Fraction | float
Operation = Literal[
    "+",
    "-",
    "±",
    "*",
    "/",
    "//",
    "of",
    "beside",
    "mixed",
    "repeats",
    "negative",
    "%",
    "^",
    "root",
    "!",
    "binomial",
    "abs",
]

_MAX_BITS: Final = 4096
_MAX_FLOAT: Final = 1e200
_MAX_FACTORIAL: Final = 170
_MAX_CHOICE: Final = 1000
_MAX_INDEX: Final = 64
_SQUARE: Final = 2
_HALF: Final = Fraction(1, 2)


class UnreadableError(Exception):
    """This is not an expression that can be read, or computed, for sure."""


class Number(NamedTuple):
    """A number as printed, with its decimal places."""

    value: Value
    places: int


class Node(NamedTuple):
    """An operation on one tree or two; `right` of one that takes a single tree is that tree.

    `//` is a division written without spaces, `beside` a product without a sign. `repeats` is
    `0.1(6)`: the product, and the number whose last digits repeat.
    """

    operation: Operation
    left: "Tree"
    right: "Tree"


Tree = Number | Node


class Reading(NamedTuple):
    """One way to read what can be read in two.

    `percent`: a % sign divides by a hundred. `mixed`: `2 1/2` is a sum. `tight`: what stands close
    together is computed first, as in 1/2(3) and 3 / 1/4. `whole_base`: -2^2 is 4. `part`: `15% of
    300` is a product, and not 15 % with a remark. `plus`: of a `±`, the upper sign. `repeats`:
    0.1(6) is a sixth. `grouped`: 1.500 is fifteen hundred, as most of Europe writes it.
    """

    percent: bool = True
    mixed: bool = True
    tight: bool = False
    whole_base: bool = False
    part: bool = True
    plus: bool = True
    repeats: bool = False
    grouped: bool = False


PLAIN: Final = Reading()


def compute(tree: Tree, reading: Reading = PLAIN) -> Value:
    """Return the value; raises `UnreadableError` past the budget, and `ZeroDivisionError`."""
    if isinstance(tree, Number):
        return _grouped(tree) if reading.grouped else tree.value
    special = _READ_TWO_WAYS.get(tree.operation)
    if special is not None:
        return special(tree, reading)
    left = compute(tree.left, reading)
    right = left if tree.left is tree.right else compute(tree.right, reading)
    return within_budget(_APPLY[tree.operation](left, right))


def magnitude(value: Value) -> Value:
    """Return the absolute value."""
    return -value if value < 0 else value


def apart(one: Value, other: Value) -> tuple[Value, Value]:
    """Return how far apart two values are, and the larger magnitude."""
    large, small = magnitude(one), magnitude(other)
    return magnitude(one - other), max(small, large)


def within_budget(value: Value) -> Value:
    """Return the value as an integer where it is one; raises `UnreadableError` if it is huge."""
    if isinstance(value, float):
        if not abs(value) < _MAX_FLOAT:  # NaN, too
            raise UnreadableError
        return value
    if value.denominator == 1:
        value = value.numerator
        if -_SMALL < value < _SMALL or value.bit_length() <= _MAX_BITS:
            return value
    elif value.numerator.bit_length() <= _MAX_BITS and value.denominator.bit_length() <= _MAX_BITS:
        return value
    raise UnreadableError


_SMALL: Final = 10**15
GROUP: Final = 3  # digits
THOUSAND: Final = 10**GROUP


def _divide(left: Value, right: Value) -> Value:
    if isinstance(left, float) or isinstance(right, float):
        return float(left) / float(right)
    return Fraction(left, right)


def _raise(base: Value, exponent: Value) -> Value:
    if isinstance(exponent, float) or isinstance(base, float):
        return _float_power(base, exponent)
    if exponent == _HALF:
        return root(_SQUARE, base)
    if exponent.denominator != 1:
        return _float_power(base, exponent)
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    times = int(exponent)
    if bits * abs(times) > _MAX_BITS:
        raise UnreadableError
    return Fraction(base) ** times


def _float_power(base: Value, exponent: Value) -> float:
    if base < 0:
        raise UnreadableError
    try:
        return math.pow(base, exponent)
    except (OverflowError, ValueError):
        raise UnreadableError from None


def root(index: Value, radicand: Value) -> Value:
    """Return the root, exactly if it is a rational number."""
    if isinstance(index, float) or index.denominator != 1 or not _SQUARE <= index <= _MAX_INDEX:
        raise UnreadableError
    n = int(index)
    if radicand < 0:
        if n % 2 == 0:
            raise UnreadableError
        return -root(n, -radicand)
    if not isinstance(radicand, float):
        exact = rational_root(radicand, n)
        if exact is not None:
            return exact
    return math.pow(radicand, 1 / n)


def _factorial(number: Value, _: Value) -> Value:
    if isinstance(number, float) or number.denominator != 1 or not 0 <= number <= _MAX_FACTORIAL:
        raise UnreadableError
    return math.factorial(int(number))


def _binomial(n: Value, k: Value) -> Value:
    if isinstance(n, float) or isinstance(k, float) or n.denominator != 1 or k.denominator != 1:
        raise UnreadableError
    if not 0 <= n <= _MAX_CHOICE or k < 0:
        raise UnreadableError
    return math.comb(int(n), int(k))


_APPLY: Final[dict[Operation, Callable[[Value, Value], Value]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "^": _raise,
    "root": root,
    "!": _factorial,
    "binomial": _binomial,
    "abs": lambda _, value: magnitude(value),
}


def _grouped(number: Number) -> Value:
    """Read the point of 1.500 as one between thousands."""
    is_group = number.places == GROUP and 1 <= number.value < THOUSAND
    return number.value * THOUSAND if is_group else number.value


def _repeats(tree: Node, reading: Reading) -> Value:
    return compute(tree.right if reading.repeats else tree.left, reading)


def _percent(tree: Node, reading: Reading) -> Value:
    value = compute(tree.right, reading)
    return within_budget(_divide(value, 100)) if reading.percent else value


def _mixed(tree: Node, reading: Reading) -> Value:
    whole, part = compute(tree.left, reading), compute(tree.right, reading)
    return within_budget(whole + part if reading.mixed else whole * part)


def _of(tree: Node, reading: Reading) -> Value:
    part = compute(tree.left, reading)
    return within_budget(part * compute(tree.right, reading)) if reading.part else part


def _plus_or_minus(tree: Node, reading: Reading) -> Value:
    left, right = compute(tree.left, reading), compute(tree.right, reading)
    return within_budget(left + right if reading.plus else left - right)


def _negative(tree: Node, reading: Reading) -> Value:
    inner = tree.right
    if reading.whole_base and isinstance(inner, Node) and inner.operation == "^":
        return within_budget(_raise(-compute(inner.left, reading), compute(inner.right, reading)))
    return -compute(inner, reading)


def _beside(tree: Node, reading: Reading) -> Value:
    """Compute a product without a sign, and `/` without spaces, that may come before a `/`."""
    left, right = tree.left, compute(tree.right, reading)
    apply = _divide if tree.operation == "//" else _APPLY["*"]
    if reading.tight and isinstance(left, Node) and left.operation in {"/", "//"}:
        over, under = compute(left.left, reading), compute(left.right, reading)
        return within_budget(_divide(over, within_budget(apply(under, right))))
    return within_budget(apply(compute(left, reading), right))


_READ_TWO_WAYS: Final[dict[Operation, Callable[[Node, Reading], Value]]] = {
    "%": _percent,
    "of": _of,
    "±": _plus_or_minus,
    "mixed": _mixed,
    "repeats": _repeats,
    "negative": _negative,
    "beside": _beside,
    "//": _beside,
}
