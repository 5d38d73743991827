"""Reading whole formulas: lists of relations between sums, and what their sides hold."""

from stepsmith.transforms.formula.build import congruence, distributed
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.sides import read_side
from stepsmith.transforms.formula.sums import read_sum
from stepsmith.transforms.formula.symbols import RELATIONS
from stepsmith.transforms.formula.tree import Formula, Group, Sign
from stepsmith.transforms.formula.vocabulary import LISTED

__all__ = ["read_relation", "read_whole"]

_ENDS = frozenset({")", "]", "}", ",", ""})


def read_whole(reader: Reader) -> Formula:
    """Read to the end: one formula, or a bare list of them."""
    items, separators = _listed(reader)
    if reader.current:
        reader.fail("no operator")
    if len(items) == 1:
        return items[0]
    items = distributed(items)
    return Group("either" if separators == {"or"} else "list", tuple(items))


def _listed(reader: Reader) -> tuple[list[Formula], set[str]]:
    """Read formulas between commas, semicolons, `and` and `or`; also return which."""
    items = [read_relation(reader)]
    separators: set[str] = set()
    while reader.current in LISTED:
        separator = reader.advance()
        if separator in {",", ";"} and reader.current in {"and", "or"}:
            separator = reader.advance()
        separators.add(separator)
        items.append(read_relation(reader))
    return items, separators


def read_relation(reader: Reader) -> Formula:
    """Read sides with relation signs between them."""
    first = read_sum(reader)
    if reader.current in _ENDS:
        return first  # by far the most common, and one frame less on the stack
    first = read_side(reader, first)
    if reader.current not in RELATIONS:
        return first
    signs: list[Sign] = []
    sides = [first]
    while (sign := RELATIONS.get(reader.current)) is not None:
        reader.advance()
        signs.append(sign)
        sides.append(read_side(reader, read_sum(reader)))
    return congruence(signs, sides)
