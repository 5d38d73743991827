"""Building trees from what was read: numbers, negatives, sums, and what a list distributes."""

from fractions import Fraction

from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Relation, Sign, Symbol

__all__ = [
    "added",
    "congruence",
    "distributed",
    "is_share",
    "is_whole",
    "negated",
    "number",
]


def negated(formula: Formula) -> Formula:
    """Return the negative; that of a number is a number."""
    if isinstance(formula, Number):
        return Number(-formula.value, formula.places)
    return Apply("neg", (formula,))


def added(terms: list[Formula]) -> Formula:
    """Return the sum of the terms, or the one term."""
    return terms[0] if len(terms) == 1 else Apply("+", tuple(terms))


def distributed(items: list[Formula]) -> list[Formula]:
    """Return `x = 2, 3` as `x = 2, x = 3`."""
    first, *rest = items
    if not isinstance(first, Relation) or first.signs != ("=",):
        return items
    name = first.sides[0]
    if not isinstance(name, Symbol) or any(isinstance(item, Relation) for item in rest):
        return items
    return [first, *(Relation(("=",), (name, item)) for item in rest)]


def congruence(signs: list[Sign], sides: list[Formula]) -> Relation:
    r"""Return the relation; in `a \equiv b \mod n` the modulus is of the class, no remainder."""
    last = sides[-1]
    if signs[-1] == "equiv" and isinstance(last, Apply) and last.name == "mod":
        sides[-1] = Apply("residue", last.arguments)
    return Relation(tuple(signs), tuple(sides))


def is_share(formula: Formula) -> bool:
    """Say whether `of` after the formula means times."""
    return isinstance(formula, Apply) and formula.name in {"percent", "/"}


def is_whole(formula: Formula) -> bool:
    """Say whether the formula is an integer in digits."""
    return isinstance(formula, Number) and not formula.places


def number(digits: str) -> Number:
    """Return the number that `digits` write, with the places that they print."""
    if digits.isdigit():
        return Number(Fraction(int(digits)))
    mantissa, _, exponent = digits.lower().partition("e")
    places = len(mantissa) - mantissa.index(".") - 1 if "." in mantissa else 0
    if len(exponent) > _LONGEST_EXPONENT or abs(int(exponent or 0)) > _LARGEST_EXPONENT:
        msg = "an exponent of more than three digits"
        raise UnreadableError(msg)
    return Number(Fraction(digits), max(0, places - int(exponent or 0)))


_LONGEST_EXPONENT = 4
_LARGEST_EXPONENT = 999
