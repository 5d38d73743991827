"""A formula with what the rules keep asking of it, found in one walk over its tree."""

import dataclasses

from stepsmith.transforms.derive.spelling import spell
from stepsmith.transforms.formula.tree import CONSTANTS, Apply, Formula, Number, Symbol, nodes

_EITHER = ("e", "i")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A formula and what stands in it; two of them are the same only if they are one object.

    `names` are its variables: the names of functions that are called are none, `e` is one where
    it is not the base of a power, `i` never. `either` are the letters `e` and `i` that occur,
    which may be variables or constants. `calls` are the functions called, `has_open_log` says
    that some logarithm has no base, `has_decimals` that a number is printed with decimals and so
    may be rounded.
    """

    formula: Formula
    names: frozenset[str]
    either: tuple[str, ...]
    calls: frozenset[str]
    has_open_log: bool
    has_decimals: bool
    size: int

    @property
    def is_constant(self) -> bool:
        """Whether it has the same value everywhere."""
        return not self.names and not self.calls


Equation = tuple[Expression, Expression]


def express(formula: Formula) -> Expression:
    """Walk over a formula once."""
    names: set[str] = set()
    occurring: set[str] = set()
    bases: set[int] = set()
    calls: set[str] = set()
    has_open_log = has_decimals = False
    size = 0
    for node in nodes(formula):
        size += 1
        if isinstance(node, Symbol):
            occurring.add(node.name)
            if node.name != "e" or id(node) not in bases:
                names.add(node.name)
        elif isinstance(node, Number):
            has_decimals = has_decimals or node.places > 0
        elif isinstance(node, Apply):
            first = node.arguments[0]
            if node.name == "^":
                bases.add(id(first))
            elif node.name == "call" and isinstance(first, Symbol):
                calls.add(first.name)
            elif node.name == "log" and len(node.arguments) == 1:
                has_open_log = True
    return Expression(
        formula=formula,
        names=frozenset(names - (CONSTANTS - {"e"}) - calls),
        either=tuple(name for name in _EITHER if name in occurring),
        calls=frozenset(calls),
        has_open_log=has_open_log,
        has_decimals=has_decimals,
        size=size,
    )


def difference(left: Expression, right: Expression) -> Expression:
    """Take one formula from another."""
    return express(Apply("+", (left.formula, Apply("neg", (right.formula,)))))


def opaque(expression: Expression) -> Expression:
    """Put a variable in place of each call of a function: of what it returns nothing is known."""
    return express(_opaque(expression.formula)) if expression.calls else expression


def _opaque(formula: Formula) -> Formula:
    if not isinstance(formula, Apply):
        return formula
    if formula.name == "call":
        return Symbol(spell(formula))
    return Apply(formula.name, tuple(map(_opaque, formula.arguments)))
