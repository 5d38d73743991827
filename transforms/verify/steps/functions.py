"""Read the sides that call functions, log 8 or cos(pi/3), as the formula package does."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula import TooLargeError, exact_value, read_formula, symbols
from stepsmith.transforms.formula import UnreadableError as UnreadableFormulaError
from stepsmith.transforms.formula.field import UnsupportedError
from stepsmith.transforms.formula.precise import real_value
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol, nodes
from stepsmith.transforms.verify.steps.reader import Expression
from stepsmith.transforms.verify.steps.tokens import Token
from stepsmith.transforms.verify.steps.trees import Number as Printed

_NAMES: Final = frozenset(
    {"log", "ln", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "exp"}
    | {"gcd", "lcm", "mod", "bmod", "lfloor", "rfloor", "lceil", "rceil", "overline"}
)
_ANGLES: Final = frozenset({"sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan"})
_MAX_LENGTH: Final = 200
_E: Final = Symbol("e")
_TEN: Final = Number(Fraction(10), 0)
_SAME: Final = Fraction(1, 10**9)
# `\\sin 18^\\circ (1 + x)`: a product, or the sine of one?
_OF_A_PRODUCT: Final = re.compile(
    r"(?:sin|cos|tan|cot|sec|csc|log|ln)(?:\^\{?-?[0-9]\}?)?+\s*[0-9][^A-Za-z()=+]{0,10}"
    r"(?:\\circ|°|[0-9}])\s*(?:\\left)?\("
)


def is_function(token: Token) -> bool:
    """Tell whether this is the name of a function, as a word or a command."""
    return token.kind in {"word", "other"} and token.text.lstrip("\\").lower() in _NAMES


def read_with_functions(text: str, tokens: Sequence[Token], stop: int) -> Expression | None:
    """Read a side that calls a function; `stop` is the index of the token after it.

    A constant without names and with one value has one, as a float; anything else has none.
    """
    written = text[tokens[0].start : tokens[-1].end]
    if _OF_A_PRODUCT.search(written):
        return None
    value = _value(written) if len(written) <= _MAX_LENGTH else None
    if value is None:
        return None
    names = {token.text.lstrip("\\").lower() for token in tokens}
    in_turns = any(token.kind in {"pi", "degree"} for token in tokens)
    return Expression(
        tree=Printed(float(value), 0),
        stop=stop,
        n_numbers=2,
        adds=False,
        multiplies=True,
        divides=True,
        places=0,
        units=(),
        has_currency=False,
        loose=frozenset({"angle"}) if names & _ANGLES and not in_turns else frozenset(),
    )


def _value(written: str) -> Fraction | None:
    try:
        formula = read_formula(written, max_length=_MAX_LENGTH, max_nesting=10, max_digits=30)
        if symbols(formula):
            return None
        exact = exact_value(formula, max_bits=1_000)
        return _inexact(formula) if exact is None else exact
    except (UnreadableFormulaError, UnsupportedError, TooLargeError, ZeroDivisionError):
        return None


def _inexact(formula: Formula) -> Fraction | None:
    """Compute in high precision; None where the base of its logarithms is open, and matters."""
    if not any(isinstance(node, Apply) and _is_open_log(node) for node in nodes(formula)):
        return real_value(formula)
    natural, decimal = (real_value(_with_base(formula, base)) for base in (_E, _TEN))
    if natural is None or decimal is None:
        return None
    return natural if abs(natural - decimal) <= abs(natural) * _SAME else None


def _is_open_log(node: Apply) -> bool:
    return node.name == "log" and len(node.arguments) == 1


def _with_base(formula: Formula, base: Formula) -> Formula:
    if not isinstance(formula, Apply):
        return formula
    arguments = tuple(_with_base(each, base) for each in formula.arguments)
    return Apply(formula.name, (base, *arguments) if _is_open_log(formula) else arguments)
