r"""What was read from a formula, as a tree of frozen records.

`pi`, `e`, `i` and `infinity` are symbols: `CONSTANTS` names them. Sums and products are flat, so
that a long one is not a deep tree; a difference is a sum with a `neg`, a quotient is one `/`.
Nothing here is simplified: `2 + 3` stays an application of `+`.

The names that `Apply` uses:

+ * / ^ neg       arithmetic; `+` and `*` take any number of arguments, the others as usual
sqrt root         `root(degree, value)`
sin ... arccoth   the trigonometric and hyperbolic functions and their inverses, as Python spells
ln exp log        `log(value)` leaves its base open: ten or e; `log(base, value)` does not
abs floor ceil sgn factorial double-factorial binom gcd lcm max min
mod               the remainder
residue           `residue(value, modulus)`: the class that `\pmod` names
percent degree    of one argument
base              `base(Words(digits), base)`: digits of a number that is not written in base ten
pm mp             `pm(a, b)` stands for `a + b` and `a - b`, `pm(b)` for `b` and `-b`; mp reversed
sum prod          `sum(symbol, first, last, body)`
ratio             `3 : 2`
call              `call(Symbol(name), ...)`: a function that the formula does not define
"""

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

__all__ = [
    "CONSTANTS",
    "Apply",
    "Formula",
    "Group",
    "GroupKind",
    "Number",
    "Quantity",
    "Relation",
    "Sign",
    "Symbol",
    "Words",
    "nodes",
    "parts",
    "same",
    "symbols",
]

Sign = Literal["=", "!=", "<", ">", "<=", ">=", "~", "in", "equiv"]
GroupKind = Literal[
    "tuple", "list", "set", "interval", "union", "intersection", "matrix", "row", "either"
]


@dataclasses.dataclass(frozen=True, slots=True)
class Number:
    """A number in digits; `places` counts the decimals that were printed."""

    value: Fraction
    places: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Symbol:
    """A variable or one of the `CONSTANTS`; subscripts belong to the name, as in `x_1`."""

    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Apply:
    """An operation or a function, by name, and what it is applied to."""

    name: str
    arguments: "tuple[Formula, ...]"


@dataclasses.dataclass(frozen=True, slots=True)
class Relation:
    """A chain as in `a = b < c`: one sign between each two sides; `~` is "approximately"."""

    signs: tuple[Sign, ...]
    sides: "tuple[Formula, ...]"


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Several formulas; `open` and `close` are the brackets as written, empty where bare."""

    kind: GroupKind
    items: "tuple[Formula, ...]"
    open: str = ""
    close: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit, in lower case and singular where that is known."""

    value: "Formula"
    unit: str


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Text that is no formula."""

    text: str


Formula = Number | Symbol | Apply | Relation | Group | Quantity | Words

CONSTANTS = frozenset({"pi", "e", "i", "infinity"})
_NONE: tuple[Formula, ...] = ()


def parts(formula: Formula) -> tuple[Formula, ...]:
    """Return the formulas directly inside `formula`."""
    if isinstance(formula, Apply):
        return formula.arguments
    if isinstance(formula, Relation):
        return formula.sides
    if isinstance(formula, Group):
        return formula.items
    return (formula.value,) if isinstance(formula, Quantity) else _NONE


def nodes(formula: Formula) -> Iterator[Formula]:
    """Yield every formula in the tree, the outer before its parts, without recursion."""
    waiting = [formula]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(parts(node)))


def same(one: Formula, other: Formula) -> bool:
    """Say whether two trees are alike, without recursion; the decimals printed do not matter."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if left is right:
            continue
        inner, other_inner = parts(left), parts(right)
        if len(inner) != len(other_inner) or _label(left) != _label(right):
            return False
        waiting.extend(zip(inner, other_inner, strict=True))
    return True


def _label(formula: Formula) -> tuple[object, ...]:
    """Return what a formula says itself, its parts left out."""
    match formula:
        case Number(value):
            label: tuple[object, ...] = (value,)
        case Symbol(name) | Apply(name):
            label = (name,)
        case Relation(signs):
            label = signs
        case Group(kind, _, opening, closing):
            label = (kind, opening, closing)
        case Quantity(_, unit):
            label = (unit,)
        case Words(text):
            label = (text,)
    return (type(formula), *label)


def symbols(formula: Formula) -> frozenset[str]:
    """Return the names of the variables, the constants left out."""
    names = {node.name for node in nodes(formula) if isinstance(node, Symbol)}
    return frozenset(names - CONSTANTS)
