"""LaTeX commands with arguments: fractions, roots, binomials, matrices, accents, money."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula.brackets import braces
from stepsmith.transforms.formula.build import number
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.sums import read_operand, read_sum
from stepsmith.transforms.formula.symbols import ENVIRONMENTS
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Number, Quantity, Symbol
from stepsmith.transforms.formula.vocabulary import OPERANDS, begins_number, short_operand

__all__ = ["FRACTIONS", "argument"]

FRACTIONS: Final = frozenset({r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"})


def argument(reader: Reader) -> Formula:
    """Read the argument of a command: a brace, or one digit, letter or command."""
    current = reader.current
    if current == "{":
        return braces(reader)
    if current.isdigit():
        if len(current) == 1:
            reader.advance()
        else:
            reader.current = reader.tokens[reader.at] = current[1:]
        return number(current[0])
    if len(current) == 1 and current.isalpha():
        reader.advance()
        return Symbol(current)
    if current.startswith("\\") and current in OPERANDS:
        return reader.nested(OPERANDS[current])
    reader.fail("an argument expected")
    raise AssertionError


def _fraction(reader: Reader) -> Formula:
    reader.advance()
    above, below = argument(reader), argument(reader)
    if _begins_with_d(above, alone=True) and _begins_with_d(below, alone=False):
        reader.fail("a derivative")
    return Apply("/", (above, below))


def _begins_with_d(formula: Formula, *, alone: bool) -> bool:
    r"""Say whether a part of `\frac{dy}{dx}` begins with the `d` that is no factor."""
    if isinstance(formula, Apply) and formula.name == "*":
        formula, alone = formula.arguments[0], True
    if isinstance(formula, Apply) and formula.name == "^":
        formula = formula.arguments[0]  # of a second derivative
    return alone and formula == _D


_D = Symbol("d")


def _binomial(reader: Reader) -> Formula:
    reader.advance()
    return Apply("binom", (argument(reader), argument(reader)))


def _root(reader: Reader) -> Formula:
    reader.advance()
    degree: Formula | None = None
    if reader.current == "[":
        reader.advance()
        degree = reader.nested(read_sum)
        reader.expect("]")
    if reader.current.isdigit() and len(reader.current) > 1:
        reader.fail("a root of one digit or of more")
    value = read_operand(reader) if reader.current == "(" else argument(reader)
    return Apply("sqrt", (value,)) if degree is None else Apply("root", (degree, value))


def _radical(degree: int) -> Callable[[Reader], Formula]:
    """Read the Unicode signs, whose operand is a whole number or bracket: `√12`."""

    def read(reader: Reader) -> Formula:
        reader.advance()
        current = reader.current
        known = short_operand(current)
        if known is None:
            reader.fail("an operand of the root expected")
            raise AssertionError
        if reader.tokens[max(0, reader.at - 5) : reader.at - 1] in _HIGH:
            reader.fail("a power or the degree of a root")
        value = reader.nested(known)
        if reader.current == "^" and current != "(":
            reader.fail("a power under a root or of it")
        three = Number(Fraction(degree))
        return Apply("sqrt", (value,)) if degree == _SQUARE else Apply("root", (three, value))

    return read


_SQUARE = 2
_HIGH = [["^", "{", degree, "}"] for degree in "3456789n"]  # `2³√8`


def _matrix(reader: Reader) -> Formula:
    name = reader.advance().removeprefix(r"\begin{").rstrip("}").strip()
    if name == "array" and reader.current == "{":
        while reader.advance() != "}" and reader.current:
            pass
    opening, closing = ENVIRONMENTS[name]
    rows: list[Formula] = []
    while True:
        cells = [reader.nested(read_sum)]
        while reader.current == "&":
            reader.advance()
            cells.append(reader.nested(read_sum))
        rows.append(Group("row", tuple(cells)))
        if reader.current != "\\\\":
            break
        reader.advance()
        if reader.current.startswith(r"\end"):
            break
    reader.expect(rf"\end{{{name}}}")
    return Group("matrix", tuple(rows), opening, closing)


def _over(name: str) -> Callable[[Reader], Formula]:
    r"""Read an accent such as `\overline{z}` as a function that is not defined."""

    def read(reader: Reader) -> Formula:
        reader.advance()
        return Apply("call", (Symbol(name), argument(reader)))

    return read


def _money(unit: str) -> Callable[[Reader], Formula]:
    def read(reader: Reader) -> Formula:
        reader.advance()
        if not begins_number(reader.current):
            reader.fail("an amount expected")
        return Quantity(OPERANDS["0"](reader), unit)

    return read


_ACCENTS = ("overline", "bar", "vec", "hat", "overrightarrow", "widehat", "tilde")
OPERANDS.update(
    {
        r"\sqrt": _root,
        r"\radical": _radical(2),
        r"\cuberadical": _radical(3),
        r"\$": _money("dollar"),
        "$": _money("dollar"),
        r"\euro": _money("euro"),
        r"\pounds": _money("pound"),
        **dict.fromkeys(FRACTIONS, _fraction),
        **dict.fromkeys((r"\binom", r"\dbinom", r"\tbinom"), _binomial),
        **{rf"\begin{{{name}}}": _matrix for name in ENVIRONMENTS},
        **{f"\\{name}": _over(name) for name in _ACCENTS},
    }
)
