"""What kind of answer a formula is: a value with a name, several values, a region of numbers."""

import dataclasses
from collections.abc import Sequence

from stepsmith.transforms.formula.tree import (
    CONSTANTS,
    Apply,
    Formula,
    Group,
    Quantity,
    Relation,
    Symbol,
    nodes,
    symbols,
)

__all__ = [
    "INFINITY",
    "Named",
    "alternatives",
    "are_numbered",
    "as_interval",
    "computes_with_groups",
    "is_in_usual_order",
    "named",
    "negative",
]

_ARROWS = frozenset(["vec", "hat", "overrightarrow"])
_UNIT_VECTORS = frozenset("ijk")
_MATRICES = frozenset("IEO")  # that have names of their own
INFINITY = Symbol("infinity")
_EQUAL = frozenset(["=", "~"])
_LESS = frozenset(["<", "<="])
_MORE = frozenset([">", ">="])


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A value, and what it is said to be the value of: `x` in `x = 5` and in `x > 5`."""

    name: Formula | None
    value: Formula


def named(formula: Formula) -> Named:
    """Take the name off a value; of `x = 2 + 3 = 5`, the value is what stands last.

    `x = 1/3 ~ 0.33` and `1/3 ~ 0.33` both have the value `1/3`. An equation that names nothing
    keeps its sides, as does `x^2 = 4`.
    """
    if isinstance(formula, Group) and formula.kind == "either":
        return _any_of(formula) or Named(name=None, value=formula)
    if not isinstance(formula, Relation):
        return _between(formula) or Named(name=None, value=formula)
    if formula.signs == ("in",):
        return Named(name=formula.sides[0], value=formula.sides[1])
    if _EQUAL.issuperset(formula.signs):
        return _equated(formula)
    return as_interval(formula) or Named(name=None, value=formula)


def _between(formula: Formula) -> Named | None:
    """Read `x > 1 and x <= 5` as an interval."""
    if not isinstance(formula, Group) or formula.kind != "list" or formula.open:
        return None
    bounds = [as_interval(each) for each in formula.items if isinstance(each, Relation)]
    parts = sorted((each for each in bounds if each is not None), key=_is_below)
    if len(parts) != len(formula.items) or list(map(_is_below, parts)) != [False, True]:
        return None
    low, high = parts
    if low.name != high.name or not _is_above(low) or _is_above(high):
        return None
    return Named(name=low.name, value=_overlap(low.value, high.value))


def _overlap(above: Formula, below: Formula) -> Formula:
    """Return what is both above the one interval's low end and below the other's high end."""
    if not isinstance(above, Group) or not isinstance(below, Group):
        return above
    return Group("interval", (above.items[0], below.items[1]), above.open, below.close)


def _is_below(part: Named) -> bool:
    """Say whether an interval has no lower end."""
    return isinstance(part.value, Group) and part.value.items[0] == negative(INFINITY)


def _is_above(part: Named) -> bool:
    """Say whether an interval has no upper end; a union, as of `x != 5`, is none."""
    return isinstance(part.value, Group) and part.value.items[-1:] == (INFINITY,)


def _any_of(formula: Group) -> Named | None:
    """Read `x < 1 or x > 5` as a union, if all its parts are about one thing."""
    if not all(isinstance(each, Relation) and "=" not in each.signs for each in formula.items):
        return None
    parts = [named(each) for each in formula.items]
    regions = tuple(each.value for each in parts)
    if len({each.name for each in parts}) > 1 or any(
        isinstance(each, Relation) for each in regions
    ):
        return None
    return Named(name=parts[0].name, value=Group("union", regions))


def _equated(formula: Relation) -> Named:
    signs, sides = formula.signs, formula.sides
    if sum(isinstance(side, Symbol) and bool(symbols(side)) for side in sides[:-1]) > 1:
        return Named(name=None, value=formula)  # `x = y = 3` is about two
    if _is_name(sides[0]):
        return Named(name=sides[0], value=_last_exact(formula))
    if signs == ("=",) and isinstance(sides[1], Symbol) and not symbols(sides[0]):
        return Named(name=sides[1], value=sides[0])
    if signs == ("~",):
        return Named(name=None, value=sides[0])
    if signs[-1] == "=" and not symbols(formula):
        return Named(name=None, value=sides[-1])  # a computation, `2 + 3 = 5`
    return Named(name=None, value=formula)


def _last_exact(formula: Relation) -> Formula:
    """Return the last side that is said to equal the first, or else the last of all."""
    n_exact = next((at for at, sign in enumerate(formula.signs) if sign == "~"), len(formula.signs))
    return formula.sides[n_exact] if n_exact else formula.sides[-1]


def _is_name(formula: Formula) -> bool:
    if isinstance(formula, Symbol):
        return formula.name not in CONSTANTS
    if isinstance(formula, Group):
        return formula.kind == "tuple" and all(map(_is_name, formula.items))
    return isinstance(formula, Apply) and _is_named_by(formula)


def _is_named_by(formula: Apply) -> bool:
    """Say whether an application names something: `f(2)`, `|AB|`, `V_1 / V_2`, `Delta x`."""
    if formula.name == "call":
        return True
    if formula.name in {"abs", "/", "ratio"}:
        return all(map(_is_name, formula.arguments))
    if formula.name != "*":
        return False
    if formula.arguments[0] == Symbol("Delta"):
        return all(map(_is_name, formula.arguments))
    # `AB = 4` is the length of a segment; `xy = 4` is an equation.
    return all(isinstance(each, Symbol) and each.name[:1].isupper() for each in formula.arguments)


def is_in_usual_order(names: Sequence[Formula | None]) -> bool:
    """Say whether names are those of coordinates, such as `x`, `y`, in their order."""
    letters = "".join([each.name if isinstance(each, Symbol) else "?" for each in names])
    return len(letters) == len(names) > 1 and letters in "xyz"


def are_numbered(names: Sequence[Formula | None]) -> bool:
    """Say whether names are `x_1`, `x_2` and so on, as roots are numbered in any order."""
    parts = [
        each.name.partition("_") if isinstance(each, Symbol) else ("", "", "") for each in names
    ]
    return len({letter for letter, _, _ in parts}) == 1 and all(number for _, _, number in parts)


def as_interval(formula: Relation) -> Named | None:
    """Read `x > 5` and `1 < x <= 5` as intervals of what stands alone; `x != 5` is a union."""
    sides, signs = formula.sides, formula.signs
    if len(signs) == 1:
        left, right = sides
        if not symbols(right) and _may_be_bounded(left):
            return _bounded(left, signs[0], right)
        if not symbols(left) and _may_be_bounded(right):
            return _bounded(right, _TURNED.get(signs[0], ""), left)
        return None
    if len(signs) != 2 or symbols(sides[0]) or symbols(sides[2]) or not _may_be_bounded(sides[1]):  # noqa: PLR2004
        return None
    if _LESS.issuperset(signs):
        low, high, first, last = sides[0], sides[2], signs[0], signs[1]
    elif _MORE.issuperset(signs):
        low, high, first, last = sides[2], sides[0], signs[1], signs[0]
    else:
        return None
    opened, closed = "[" if "=" in first else "(", "]" if "=" in last else ")"
    return Named(name=sides[1], value=Group("interval", (low, high), opened, closed))


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}


def _may_be_bounded(formula: Formula) -> bool:
    if isinstance(formula, Apply):
        return formula.name == "call"
    return isinstance(formula, Symbol) and formula.name not in CONSTANTS


def _bounded(name: Formula, sign: str, end: Formula) -> Named | None:
    if sign == "!=":
        below = Group("interval", (negative(INFINITY), end), "(", ")")
        above = Group("interval", (end, INFINITY), "(", ")")
        return Named(name=name, value=Group("union", (below, above)))
    if sign in _LESS:
        closed = "]" if "=" in sign else ")"
        return Named(name=name, value=Group("interval", (negative(INFINITY), end), "(", closed))
    if sign in _MORE:
        opened = "[" if "=" in sign else "("
        return Named(name=name, value=Group("interval", (end, INFINITY), opened, ")"))
    return None


def negative(formula: Formula) -> Formula:
    """Return the formula with its sign turned."""
    return Apply("neg", (formula,))


def alternatives(formula: Formula) -> list[Formula]:
    r"""Return the values that plus-minus signs stand for; one value where there are none.

    All signs of a formula turn together, as in `a = -b \pm c \mp d`.
    """
    if not _has_choice(formula):
        return [formula]
    return [_chosen(formula, plus=True), _chosen(formula, plus=False)]


def _has_choice(formula: Formula) -> bool:
    if isinstance(formula, Apply):
        return formula.name in {"pm", "mp"} or any(map(_has_choice, formula.arguments))
    return isinstance(formula, Quantity) and _has_choice(formula.value)


def _chosen(formula: Formula, *, plus: bool) -> Formula:
    if isinstance(formula, Quantity):
        return Quantity(_chosen(formula.value, plus=plus), formula.unit)
    if not isinstance(formula, Apply):
        return formula
    inner = tuple(_chosen(each, plus=plus) for each in formula.arguments)
    if formula.name not in {"pm", "mp"}:
        return Apply(formula.name, inner)
    last = inner[-1] if plus == (formula.name == "pm") else negative(inner[-1])
    return last if len(inner) == 1 else Apply("+", (inner[0], last))


def computes_with_groups(formula: Formula) -> bool:
    r"""Say whether a formula is a sum of matrices, of `\vec{i}` and `\mathbf{j}`, or the like."""
    if isinstance(formula, Symbol):
        return formula.name in _MATRICES
    if not isinstance(formula, Apply):
        return False
    names = {node.name for node in nodes(formula) if isinstance(node, Symbol)}
    if names & _ARROWS or (names and names <= _UNIT_VECTORS):
        return True
    return any(isinstance(each, Group) for each in nodes(formula))
