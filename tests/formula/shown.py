"""A tree as nested calls, which are easier to compare by eye than records."""

from stepsmith.transforms.formula import (
    Apply,
    Formula,
    Group,
    Number,
    Quantity,
    Relation,
    Symbol,
    Words,
    read_formula,
)


def show(formula: Formula) -> str:  # noqa: PLR0911 - one a kind
    """Write each node by its name, with its parts after it."""
    match formula:
        case Number(value):
            return str(value)
        case Symbol(name):
            return name
        case Apply(name, arguments):
            return f"{name}({', '.join(map(show, arguments))})"
        case Relation(signs, sides):
            rest = [f" {sign} {show(side)}" for sign, side in zip(signs, sides[1:], strict=True)]
            return show(sides[0]) + "".join(rest)
        case Group(kind, items, opening, closing):
            return f"{kind}{opening}{'; '.join(map(show, items))}{closing}"
        case Quantity(value, unit):
            return f"{show(value)} [{unit}]"
        case Words(text):
            return f'"{text}"'


def reading(text: str) -> str:
    return show(read_formula(text))
