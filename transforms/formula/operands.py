r"""Numbers and symbols, and what a letter before a bracket means.

A letter before a bracket is a factor, as in `x(x + 1)` and `\pi(2)^3`, with these exceptions:
`f g h F G H` are functions (`call`), and `P Q R p q` before a lone number or letter are refused,
since `P(2)` may be either.
"""

from collections.abc import Callable
from fractions import Fraction

from stepsmith.transforms.formula.brackets import arguments
from stepsmith.transforms.formula.build import number
from stepsmith.transforms.formula.commands import FRACTIONS
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.suffixes import full_name
from stepsmith.transforms.formula.symbols import CALLED, GREEK
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol, Words
from stepsmith.transforms.formula.vocabulary import OPERANDS

__all__: list[str] = []


def _number(reader: Reader) -> Formula:
    digits = reader.advance()
    if reader.current == "_":
        return _based(reader, digits)
    if reader.current == r"\overline":
        return _repeating(reader, digits)
    value = number(digits)
    if digits.isdigit() and (part := _mixed(reader)) is not None:
        return Apply("+", (value, part))
    return value


def _mixed(reader: Reader) -> Formula | None:
    r"""Read the fraction of a mixed number: `2 1/2` and `2\frac{1}{2}` are two and a half."""
    current = reader.current
    if current.isdigit():
        below = reader.peek(2)
        if reader.peek() == "/" and below.isdigit() and int(current) < int(below):
            for _ in range(3):
                reader.advance()
            return Apply("/", (number(current), number(below)))
        return None
    if current not in FRACTIONS:
        return None
    at = reader.at
    part = OPERANDS[current](reader)
    if isinstance(part, Apply):
        above, below_ = part.arguments
        if isinstance(above, Number) and isinstance(below_, Number) and _is_proper(above, below_):
            return part
    reader.at = at
    reader.current = current
    return None


def _is_proper(above: Number, below: Number) -> bool:
    return not above.places and not below.places and 0 < above.value < below.value


def _based(reader: Reader, digits: str) -> Formula:
    """Read the base of a number, as in `101_2`."""
    reader.advance()
    if reader.current != "{" and not reader.current.isdigit():
        reader.fail("a base expected")
    base = reader.nested(OPERANDS["{" if reader.current == "{" else "0"])
    return Apply("base", (Words(digits), base))


def _repeating(reader: Reader, digits: str) -> Formula:
    r"""Read `0.1\overline{6}`: the digits under the line repeat for ever."""
    whole, point, fixed = digits.partition(".")
    reader.advance()
    if not point or reader.current != "{" or not reader.peek().isdigit() or reader.peek(2) != "}":
        reader.fail("a line over what is no decimal")
    reader.advance()
    repeated = reader.advance()
    reader.expect("}")
    scale = 10 ** len(fixed)
    value = Fraction(int((whole or "0") + fixed), scale)
    return Number(value + Fraction(int(repeated), scale * (10 ** len(repeated) - 1)))


_EITHER = frozenset("PQRpq")


def _symbol(reader: Reader) -> Formula:
    name = reader.advance()
    if reader.current in _NAME_ENDS:
        name = full_name(reader, name)
    symbol = Symbol(name)
    if reader.current == "(":
        if name[0] in CALLED and name not in GREEK:
            return Apply("call", (symbol, *arguments(reader)))
        if name in _EITHER and reader.peek(2) == ")":
            reader.fail(f"{name!r} as a factor or as a function")
    return symbol


_NAME_ENDS = frozenset({"_", "'"})


def _greek(reader: Reader) -> Formula:
    reader.current = reader.current.lstrip("\\").removeprefix("var")
    reader.tokens[reader.at] = reader.current
    return _symbol(reader)


def _figure(reader: Reader) -> Formula:
    r"""Read `\angle ABC`, the name of one value."""
    name = reader.advance().lstrip("\\")
    letters = ""
    while reader.current.isalpha() and reader.current.isupper():
        letters += reader.advance()  # one by one, or as the word that `CBA` looks like
    if not letters:
        reader.fail("the name of a point expected")
    if name == "angle":
        letters = min(letters, letters[::-1])  # `ABC` and `CBA` are one angle
    return Symbol(f"{name} {letters}")


def _constant(name: str) -> Callable[[Reader], Formula]:
    def read(reader: Reader) -> Formula:
        reader.advance()
        return Symbol(name)

    return read


OPERANDS.update(
    {
        "0": _number,
        "x": _symbol,
        r"\angle": _figure,
        r"\triangle": _figure,
        r"\pi": _constant("pi"),
        "pi": _constant("pi"),
        **dict.fromkeys((r"\infty", "infinity", "infty", "inf", "oo"), _constant("infinity")),
        **{f"\\{name}": _greek for name in GREEK},
        **dict.fromkeys(GREEK, _greek),
        **{rf"\mathbb{{{letter}}}": _constant(f"set {letter}") for letter in "NZQRC"},
    }
)
