"""Reading one formula as another: an assignment's value, a quantity's number, each sign of `±`."""

from collections.abc import Callable, Mapping

from stepsmith.transforms.formula.tree import (
    CONSTANTS,
    Apply,
    Formula,
    Group,
    Quantity,
    Relation,
    Symbol,
    Words,
    nodes,
    parts,
)

__all__ = ["alternatives", "as_assignment", "replaced", "substitute", "without_units"]


def as_assignment(formula: Formula) -> tuple[str, Formula] | None:
    r"""Return the name and the value of `x = 3` or `x \in S`; nothing for any other formula.

    Also `f(x) = ...`, whose name is `f`, `Area = ...`, and `x = 2 or x = 3`, whose value is a list.
    The value may hold variables, but not the one named.
    """
    if isinstance(formula, Group):
        bare = formula.kind in {"list", "either"} and not formula.open
        return _common_assignment(formula) if bare else None
    if not isinstance(formula, Relation) or formula.signs not in {("=",), ("in",)}:
        return None
    left, right = formula.sides
    if isinstance(left, Apply) and left.name == "call":
        left = left.arguments[0]
    return _assigned(left, right)


def _assigned(left: Formula, right: Formula) -> tuple[str, Formula] | None:
    if isinstance(left, Words):
        return left.text, right
    if not isinstance(left, Symbol) or left.name in CONSTANTS:
        return None
    return None if any(node == left for node in nodes(right)) else (left.name, right)


def _common_assignment(group: Group) -> tuple[str, Formula] | None:
    found = [each for each in map(as_assignment, group.items) if each is not None]
    if len(found) < len(group.items) or len({name for name, _ in found}) != 1:
        return None
    return found[0][0], Group(group.kind, tuple([value for _, value in found]))


def without_units(formula: Formula) -> Formula:
    """Return the formula with every quantity's and angle's bare value, percent signs kept."""
    return replaced(formula, _bare)


def _bare(formula: Formula) -> Formula:
    if isinstance(formula, Quantity):
        return formula.value
    if isinstance(formula, Apply) and formula.name == "degree":
        return formula.arguments[0]
    return formula


def substitute(formula: Formula, values: Mapping[str, Formula]) -> Formula:
    """Return the formula with symbols replaced."""

    def valued(node: Formula) -> Formula:
        return values.get(node.name, node) if isinstance(node, Symbol) else node

    return replaced(formula, valued)


_OPPOSITE = {"pm": False, "mp": True}


def alternatives(formula: Formula) -> tuple[Formula, ...]:
    r"""Return what the formula stands for with each choice of its `\pm` signs.

    The signs of one formula are chosen together, as in `a \pm b \mp c`, so there are two readings
    or, without such a sign, one.
    """
    if not any(isinstance(node, Apply) and node.name in _OPPOSITE for node in nodes(formula)):
        return (formula,)
    return (replaced(formula, _signed(upper=True)), replaced(formula, _signed(upper=False)))


def _signed(*, upper: bool) -> Callable[[Formula], Formula]:
    def signed(formula: Formula) -> Formula:
        if not isinstance(formula, Apply) or formula.name not in _OPPOSITE:
            return formula
        negative = _OPPOSITE[formula.name] == upper
        *before, last = formula.arguments
        term = Apply("neg", (last,)) if negative else last
        return Apply("+", (*before, term)) if before else term

    return signed


def replaced(formula: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """Rebuild bottom up without recursion; `change` sees each node with its parts rebuilt."""
    waiting: list[tuple[Formula, bool]] = [(formula, False)]
    done: list[Formula] = []
    while waiting:
        node, ready = waiting.pop()
        inner = parts(node)
        if not inner:
            done.append(change(node))
        elif ready:
            rebuilt = tuple(done[-len(inner) :])
            del done[-len(inner) :]
            done.append(change(node if _same(rebuilt, inner) else _with_parts(node, rebuilt)))
        else:
            waiting.append((node, True))
            waiting.extend([(each, False) for each in reversed(inner)])
    return done[0]


def _same(some: tuple[Formula, ...], others: tuple[Formula, ...]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


def _with_parts(formula: Formula, inner: tuple[Formula, ...]) -> Formula:
    if isinstance(formula, Apply):
        return Apply(formula.name, inner)
    if isinstance(formula, Relation):
        return Relation(formula.signs, inner)
    if isinstance(formula, Group):
        return Group(formula.kind, inner, formula.open, formula.close)
    return Quantity(inner[0], formula.unit) if isinstance(formula, Quantity) else formula
