r"""Brackets of every kind: groups, tuples, intervals, sets, bars, floors."""

from collections.abc import Callable

from stepsmith.transforms.formula.grammar import read_relation
from stepsmith.transforms.formula.reader import Reader
from stepsmith.transforms.formula.sums import read_sum
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Relation, Symbol
from stepsmith.transforms.formula.vocabulary import OPERANDS

__all__ = ["arguments", "braces"]

_SEPARATORS = frozenset({",", ";"})


def _items(reader: Reader, first: Formula | None = None) -> Formula:
    """Read what stands between brackets, up to the closing one."""
    items = [read_relation(reader) if first is None else first]
    while reader.current in _SEPARATORS:
        reader.advance()
        items.append(read_relation(reader))
    return items[0] if len(items) == 1 else Group("list", tuple(items))


def _bracket(reader: Reader) -> Formula:
    opening = reader.advance()
    bars = reader.enter()
    inner = read_relation(reader)
    if reader.current in _SEPARATORS:
        inner = _items(reader, inner)
    reader.leave(bars)
    closing = reader.current
    if closing not in {")", "]"}:
        reader.fail("a closing bracket expected")
    reader.advance()
    if not (isinstance(inner, Group) and inner.kind == "list" and not inner.open):
        if (opening == "(") != (closing == ")"):
            reader.fail("brackets that do not match")
        return inner
    items = inner.items
    square = opening == "[" or closing == "]"
    if len(items) == 2 and (square or any(map(_is_infinite, items))):  # noqa: PLR2004
        return Group("interval", items, opening, closing)
    if square and (opening, closing) != ("[", "]"):
        reader.fail("brackets that do not match")
    return Group("list" if square else "tuple", items, opening, closing)


def _is_infinite(formula: Formula) -> bool:
    if isinstance(formula, Apply) and formula.name == "neg":
        formula = formula.arguments[0]
    return formula == Symbol("infinity")


def braces(reader: Reader) -> Formula:
    """Read invisible braces; with commas they are a set in plain text."""
    reader.advance()
    inner = reader.nested(_items)
    if reader.current == r"\choose":
        reader.advance()
        inner = Apply("binom", (inner, reader.nested(_items)))
    reader.expect("}")
    if isinstance(inner, Group) and inner.kind == "list" and not inner.open:
        return Group("set", inner.items, "{", "}")
    return inner


def _boxed(reader: Reader) -> Formula:
    reader.advance()
    if reader.current != "{":
        reader.fail("a box without braces")
    reader.advance()
    inner = reader.nested(_items)
    reader.expect("}")
    return inner


def _set(reader: Reader) -> Formula:
    reader.advance()
    if reader.current == r"\}":
        reader.advance()
        return Group("set", (), "{", "}")
    inner = reader.nested(_items)
    reader.expect(r"\}")
    bare = isinstance(inner, Group) and inner.kind == "list" and not inner.open
    items = inner.items if isinstance(inner, Group) and bare else (inner,)
    if any(isinstance(item, Relation) for item in items):
        reader.fail("a set by a condition")
    return Group("set", items, "{", "}")


def _empty_set(reader: Reader) -> Formula:
    reader.advance()
    return Group("set", (), "{", "}")


def _between(name: str, closing: str) -> Callable[[Reader], Formula]:
    def read(reader: Reader) -> Formula:
        reader.advance()
        inner = reader.nested(read_sum)
        reader.expect(closing)
        return Apply(name, (inner,))

    return read


def _absolute(reader: Reader) -> Formula:
    reader.advance()
    inner = reader.nested(_in_bars)
    reader.expect("|")
    return Apply("abs", (inner,))


def _in_bars(reader: Reader) -> Formula:
    reader.bars = 1
    return read_sum(reader)


def _sized_bars(reader: Reader) -> Formula:
    r"""Read `\left| x \right|`."""
    reader.advance()
    reader.expect("|")
    inner = reader.nested(read_sum)
    reader.expect(r"\closing")
    reader.expect("|")
    return Apply("abs", (inner,))


def arguments(reader: Reader) -> tuple[Formula, ...]:
    """Read `(a, b, ...)`."""
    reader.expect("(")
    inner = reader.nested(_items)
    reader.expect(")")
    if isinstance(inner, Group) and inner.kind == "list" and not inner.open:
        return inner.items
    return (inner,)


OPERANDS.update(
    {
        "(": _bracket,
        "[": _bracket,
        "{": braces,
        **dict.fromkeys((r"\boxed", r"\fbox"), _boxed),
        r"\{": _set,
        "|": _absolute,
        r"\lvert": _between("abs", r"\rvert"),
        r"\opening": _sized_bars,
        r"\lfloor": _between("floor", r"\rfloor"),
        r"\lceil": _between("ceil", r"\rceil"),
        r"\emptyset": _empty_set,
        r"\varnothing": _empty_set,
    }
)
