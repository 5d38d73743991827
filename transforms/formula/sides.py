"""What follows a sum and belongs to its side of a relation: unit, modulus, ratio, union."""

from stepsmith.transforms.formula.build import added
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.sums import read_operand, read_sum, read_term
from stepsmith.transforms.formula.tokens import TEXT
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Quantity
from stepsmith.transforms.formula.units import unit_name
from stepsmith.transforms.formula.vocabulary import is_word

__all__ = ["read_side"]


def read_side(reader: Reader, first: Formula) -> Formula:
    """Read what belongs to a sum on its side: unit, modulus, ratio, union."""
    first = _measured(reader, first)
    if reader.current == ":":
        return _ratio(reader, first)
    if reader.current not in {r"\cup", r"\cap", "union"}:
        return first
    sign = reader.current
    items = [first]
    while reader.current in {r"\cup", r"\cap", "union"}:
        if reader.advance() != sign:
            reader.fail("unions and intersections without brackets")
        items.append(_measured(reader, read_sum(reader)))
    return Group("intersection" if sign == r"\cap" else "union", tuple(items))


def _ratio(reader: Reader, first: Formula) -> Formula:
    terms = [first]
    while reader.current == ":":
        reader.advance()
        terms.append(read_sum(reader))
    return Apply("ratio", tuple(terms))


def _measured(reader: Reader, value: Formula) -> Formula:
    """Read the words after a sum, which are its unit, or its modulus."""
    if reader.current == r"\pmod":
        reader.advance()
        modulus = read_operand(reader)
        return Apply("residue", (value, modulus))
    unit = _unit(reader)
    if not unit:
        return value
    terms: list[Formula] = [Quantity(value, unit_name(unit))]
    while reader.current in {"+", "-"}:
        if reader.current == "+":
            reader.advance()
        value = read_term(reader)
        unit = _unit(reader)
        terms.append(Quantity(value, unit_name(unit)) if unit else value)
    return added(terms)


def _unit(reader: Reader) -> str:
    """Read words, with their powers; nothing where none stand here."""
    words: list[str] = []
    while is_word(reader.current):
        words.append(reader.advance().lstrip(TEXT))
        if reader.current == "^" and reader.peek() in {"2", "3", "{"}:
            words.append(_unit_power(reader))
        if reader.current == "/" and is_word(reader.peek()):
            reader.advance()
            words.append("per")
    return " ".join(words)


def _unit_power(reader: Reader) -> str:
    reader.advance()
    braced = reader.current == "{"
    if braced:
        reader.advance()
    power = reader.advance()
    if braced:
        reader.expect("}")
    if power not in {"2", "3"}:
        reader.fail("a unit to an unusual power")
    return f"^{power}"
