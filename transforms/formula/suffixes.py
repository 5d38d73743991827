"""What follows an operand and belongs to it: powers, subscripts, factorials, percent, degrees."""

from fractions import Fraction

from stepsmith.transforms.formula.brackets import arguments
from stepsmith.transforms.formula.build import negated, number
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.sums import continues
from stepsmith.transforms.formula.symbols import CALLED
from stepsmith.transforms.formula.tokens import TEXT
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol
from stepsmith.transforms.formula.vocabulary import OPERANDS, SUFFIXES, short_operand

__all__ = ["exponent_of", "full_name"]


def _power(reader: Reader, value: Formula) -> Formula:
    reader.advance()
    if reader.current == r"\circ":
        reader.advance()
        return Apply("degree", (value,))
    if reader.current == "{" and reader.peek() == r"\circ":
        reader.advance()
        reader.advance()
        reader.expect("}")
        return Apply("degree", (value,))
    braced = reader.current == "{"
    exponent = exponent_of(reader)
    if not braced and reader.current == "_":
        if not isinstance(value, Symbol):
            reader.fail("a subscript of what is no symbol")
        value = Symbol(full_name(reader, value.name if isinstance(value, Symbol) else ""))
    if not braced and reader.current == "!":
        reader.fail("a factorial after a power without brackets")
    if reader.current == "(" and isinstance(value, Symbol) and value.name in CALLED:
        return _called(reader, value, exponent)
    return Apply("^", (value, exponent))


def _called(reader: Reader, value: Symbol, exponent: Formula) -> Formula:
    """Read `f^{-1}(x)` as a call of the inverse; `h^2(3r - h)` is a product, `f^2(x)` either."""
    if exponent == _MINUS_ONE:
        return Apply("call", (Symbol(f"{value.name}^-1"), *arguments(reader)))
    if reader.peek(2) == ")":
        reader.fail(f"a power of {value.name!r} as a factor or as a function")
    return Apply("^", (value, exponent))


_MINUS_ONE = Number(Fraction(-1))


def exponent_of(reader: Reader) -> Formula:
    """Read what stands after `^`: a braced formula or one operand with its sign."""
    if reader.current == "{":
        if reader.peek() + reader.peek(2) in _ORDINALS and reader.peek(3) == "}":
            reader.fail("an ordinal number")
        return OPERANDS["{"](reader)
    negative = reader.current == "-"
    if negative:
        reader.advance()
    current = reader.current
    read = short_operand(current)
    if read is None:
        reader.fail("an exponent expected")
        raise AssertionError
    if current[:1].isdigit():
        exponent: Formula = number(reader.advance())  # in `v^2_0` the zero belongs to `v`
    else:
        exponent = reader.nested(read)
    if reader.current in {"^", "**"}:
        bars = reader.enter()
        exponent = _power(reader, exponent)
        reader.leave(bars)
    return negated(exponent) if negative else exponent


_ORDINALS = frozenset({"th", "st", "nd", "rd"})


def full_name(reader: Reader, name: str) -> str:
    """Read subscripts and primes into the name of a symbol."""
    if reader.current == "_":
        reader.advance()
        name = f"{name}_{_subscript(reader)}"
    while reader.current == "'":
        name += reader.advance()
    return name


def _subscript(reader: Reader) -> str:
    if reader.current != "{":
        if not reader.current.isalnum() and not reader.current.startswith("\\"):
            reader.fail("a subscript expected")
        return reader.advance().lstrip("\\")
    reader.advance()
    inner: list[str] = []
    while reader.current not in {"}", "{", ""}:
        inner.append(reader.advance().lstrip(TEXT + "\\"))
    reader.expect("}")
    return "".join(inner)


def _factorial(reader: Reader, value: Formula) -> Formula:
    reader.advance()
    if reader.current != "!":
        return Apply("factorial", (value,))
    reader.advance()
    if reader.current == "!":
        reader.fail("three factorial signs")
    return Apply("double-factorial", (value,))


def _percent(reader: Reader, value: Formula) -> Formula:
    sign = reader.advance()
    if sign == "%" and continues(reader):
        reader.fail("a percent sign or a remainder")
    return Apply("percent", (value,))


def _degree(reader: Reader, value: Formula) -> Formula:
    reader.advance()
    return Apply("degree", (value,))


SUFFIXES.update(
    {
        "^": _power,
        "**": _power,
        "!": _factorial,
        "%": _percent,
        r"\%": _percent,
        "percent": _percent,
        "pct": _percent,
        r"\degree": _degree,
        "degrees": _degree,
        "degree": _degree,
    }
)
