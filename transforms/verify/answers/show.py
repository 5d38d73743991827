"""Write a formula as it was read, for the people who ask why a verdict is what it is."""

from fractions import Fraction

from stepsmith.transforms.formula.tree import (
    Apply,
    Formula,
    Group,
    Number,
    Quantity,
    Relation,
    Symbol,
    Words,
)

__all__ = ["show"]

_INFIX = {"+": " + ", "*": "*", "/": "/", "^": "^", "mod": " mod "}
_LOOSE = frozenset(["+", "mod", "pm", "mp"])
_BRACKETS = {"set": ("{", "}"), "tuple": ("(", ")"), "matrix": ("[", "]"), "row": ("[", "]")}
_MAX_CHARACTERS = 200


def show(formula: Formula) -> str:
    """Return one line, such as `sqrt(3)/2 (cm)`; a long one is cut."""
    line = _show(formula)
    return line if len(line) <= _MAX_CHARACTERS else f"{line[:_MAX_CHARACTERS]}..."


def _show(formula: Formula) -> str:
    if isinstance(formula, Number | Symbol | Words):
        return _show_atom(formula)
    if isinstance(formula, Quantity):
        return f"{_show(formula.value)} ({formula.unit})"
    if isinstance(formula, Relation):
        sides = [f" {sign} {_show(side)}" for sign, side in _pairs(formula)]
        return _show(formula.sides[0]) + "".join(sides)
    return _show_group(formula) if isinstance(formula, Group) else _show_applied(formula)


def _show_atom(formula: Number | Symbol | Words) -> str:
    if isinstance(formula, Number):
        return _show_number(formula.value)
    return formula.name if isinstance(formula, Symbol) else repr(formula.text)


def _show_number(value: Fraction) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to write the longest integers
        return f"(a number of {value.numerator.bit_length()} bits)"


def _pairs(formula: Relation) -> list[tuple[str, Formula]]:
    return list(zip(formula.signs, formula.sides[1:], strict=True))


def _show_group(formula: Group) -> str:
    left, right = _BRACKETS.get(formula.kind, (formula.open, formula.close))
    between = " U " if formula.kind == "union" else ", "
    return left + between.join(map(_show, formula.items)) + right


def _show_applied(formula: Apply) -> str:
    # Each argument is shown once: twice at every level would take time exponential in the depth.
    if formula.name in _INFIX and len(formula.arguments) > 1:
        return _INFIX[formula.name].join(map(_bracketed, formula.arguments))
    if formula.name == "neg":
        return "-" + "".join(map(_bracketed, formula.arguments))
    return f"{formula.name}({', '.join(map(_show, formula.arguments))})"


def _bracketed(formula: Formula) -> str:
    shown = _show(formula)
    is_loose = isinstance(formula, Apply) and formula.name in _LOOSE
    if is_loose or shown.startswith("-") or (isinstance(formula, Number) and "/" in shown):
        return f"({shown})"
    return shown
