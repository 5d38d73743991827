"""Reading sums, products and operands by recursive descent.

Products bind tighter than sums whether or not their sign is written. Where people differ about
what a text means (`1/xy`, `7 mod 3 + 1`) there is no reading.
"""

from typing import Final

from stepsmith.transforms.formula.build import added, is_share, is_whole, negated
from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.symbols import RELATIONS, UNREADABLE
from stepsmith.transforms.formula.tokens import TEXT
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Words
from stepsmith.transforms.formula.vocabulary import (
    OPERANDS,
    STOPS,
    SUFFIXES,
    begins_number,
    is_word,
)

__all__ = ["continues", "read_operand", "read_product", "read_sum", "read_term"]

_SUM_SIGNS = frozenset({"+", "-", r"\pm", r"\mp"})
_TIMES = frozenset({"*", r"\cdot", r"\times"})
_DIVIDE = frozenset({"/", r"\div"})
_MODS = frozenset({"mod", r"\bmod", r"\mod"})
_MAX_SIGNS: Final = 20
_PI = frozenset({r"\pi", "pi"})


def read_sum(reader: Reader) -> Formula:
    """Read terms between plus and minus signs."""
    first = read_term(reader) if reader.current in _SUM_SIGNS else read_product(reader)
    if reader.current in _SUM_SIGNS:
        return _more_terms(reader, first)
    return _modulo(reader, first) if reader.current in _MODS else first


def _more_terms(reader: Reader, first: Formula) -> Formula:
    terms: list[Formula] = [first]
    while reader.current in _SUM_SIGNS:
        sign = reader.current
        if sign in {r"\pm", r"\mp"}:
            reader.advance()
            name = "pm" if sign == r"\pm" else "mp"
            terms = [Apply(name, (added(terms), read_term(reader)))]
            continue
        if sign == "+":
            reader.advance()
        terms.append(read_term(reader))
    if reader.current in _MODS:
        reader.fail("a sum without brackets")
    return added(terms)


def _modulo(reader: Reader, value: Formula) -> Formula:
    reader.advance()
    formula = Apply("mod", (value, read_product(reader)))
    if reader.current in _SUM_SIGNS:
        reader.fail("a remainder without brackets")
    return formula


def read_term(reader: Reader) -> Formula:
    """Read a product with the signs in front of it."""
    negative = False
    for _ in range(_MAX_SIGNS):
        if reader.current == "-":
            negative = not negative
        elif reader.current in {r"\pm", r"\mp"}:
            name = "pm" if reader.advance() == r"\pm" else "mp"
            formula: Formula = Apply(name, (read_product(reader),))
            return negated(formula) if negative else formula
        elif reader.current != "+":
            break
        reader.advance()
    return negated(read_product(reader)) if negative else read_product(reader)


def read_product(reader: Reader) -> Formula:
    """Read factors, and divisors, with and without a sign between them."""
    above = [read_operand(reader)]
    below: list[Formula] = []
    while True:
        current = reader.current
        if current in _TIMES:
            reader.advance()
            above.append(_signed(reader))
        elif current in _DIVIDE:
            reader.advance()
            below.append(_signed(reader))
            if continues(reader):
                _after_divisor(reader, current, above, below)
        elif current == "of" and (len(below) == 1 or is_share(above[-1])):
            reader.advance()
            above.append(read_operand(reader))
        elif continues(reader):
            above.append(_implied(reader, above[-1]))
        else:
            break
    top = above[0] if len(above) == 1 else Apply("*", tuple(above))
    if not below:
        return top
    return Apply("/", (top, below[0] if len(below) == 1 else Apply("*", tuple(below))))


def _implied(reader: Reader, before: Formula) -> Formula:
    """Read a factor that follows without a sign; digits cannot."""
    if begins_number(reader.current) and not (
        isinstance(before, Apply) and before.name == "degree"
    ):
        reader.fail("two numbers side by side")
    factor = read_operand(reader)
    if isinstance(factor, Group) and factor.kind != "matrix":
        reader.fail("a factor that is no value")
    return factor


def _after_divisor(reader: Reader, sign: str, above: list[Formula], below: list[Formula]) -> None:
    """Refuse `1/xy`, whose second factor may stand above or below; `1/2 x` is a half of x."""
    plain = len(above) == len(below) == 1
    whole = plain and is_whole(above[0]) and is_whole(below[0])
    if not whole or sign != "/" or reader.current in _PI:
        reader.fail("a factor after a divisor")


def continues(reader: Reader) -> bool:
    """Say whether a factor without a sign follows."""
    current = reader.current
    if current in STOPS:
        return False
    if current == "|":
        return reader.bars == 0
    return not is_word(current)


def _signed(reader: Reader) -> Formula:
    """Read an operand that may have a sign, as after `*`."""
    for _ in range(_MAX_SIGNS):
        if reader.current == "-":
            reader.advance()
            return negated(_signed_once(reader))
        if reader.current != "+":
            break
        reader.advance()
    return read_operand(reader)


def _signed_once(reader: Reader) -> Formula:
    """Read the operand after one minus sign; a second one needs brackets."""
    if reader.current in {"-", "+"}:
        reader.fail("two signs in a row")
    return read_operand(reader)


def read_operand(reader: Reader) -> Formula:
    """Read a number, a symbol, a bracket or a function, and what is raised or set after it."""
    current = reader.current
    read = OPERANDS.get(current)
    if read is not None:
        return _raised(reader, read(reader))
    first = current[:1]
    if begins_number(current):
        return _raised(reader, OPERANDS["0"](reader))
    if len(current) == 1 and first.isalpha() and first.isascii():
        return _raised(reader, OPERANDS["x"](reader))
    if is_word(current):
        return _words(reader)
    if current in UNREADABLE:
        raise UnreadableError(UNREADABLE[current])
    reader.fail("an operand expected")
    raise AssertionError


def _words(reader: Reader) -> Formula:
    """Read text as a name, and words where they name what a relation gives."""
    words = [reader.advance()]
    while is_word(reader.current):
        words.append(reader.advance())
    if not all(word[0] == TEXT for word in words) and reader.current not in RELATIONS:
        reader.fail("words")
    return Words(" ".join([word.lstrip(TEXT) for word in words]))


def _raised(reader: Reader, value: Formula) -> Formula:
    """Read powers, factorials, percent signs and degrees after `value`."""
    for _ in range(_MAX_SIGNS):
        read = SUFFIXES.get(reader.current)
        if read is None:
            return value
        value = read(reader, value)
    reader.fail("too many signs after an operand")
    return value
