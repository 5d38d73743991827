"""Comparing formulas that stand for numbers or for functions of their variables.

The stages, each of which decides or passes on: exact fractions; a prime field, which refutes for
certain and confirms but for 2^-50; and many digits at several real points, as many as the span of
the magnitudes asks for.
"""

from fractions import Fraction

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.exact import exact_value
from stepsmith.transforms.formula.field import UnsupportedError, field_value
from stepsmith.transforms.formula.nearness import Comparison, compare_at
from stepsmith.transforms.formula.points import (
    far_points,
    field_points,
    fingerprint,
    real_points,
)
from stepsmith.transforms.formula.rewrite import replaced
from stepsmith.transforms.formula.tree import (
    Apply,
    Formula,
    Group,
    Number,
    Quantity,
    Relation,
    Symbol,
    nodes,
    symbols,
)

__all__ = ["Comparison", "compare_values", "infinity_sign"]


def compare_values(one: Formula, other: Formula) -> Comparison:
    """Compare two formulas that stand for numbers or functions."""
    try:
        left, right = exact_value(one), exact_value(other)
        if left is not None and right is not None:
            return "equal" if left == right else "different"
        return _compare_symbolic(one, other)
    except (TooLargeError, UnsupportedError):
        return "unknown"


def infinity_sign(formula: Formula) -> int:
    """Return 1 and -1 for the two infinities, 0 for everything else."""
    if isinstance(formula, Apply) and formula.name in {"neg", "+"} and len(formula.arguments) == 1:
        sign = infinity_sign(formula.arguments[0])
        return -sign if formula.name == "neg" else sign
    return int(isinstance(formula, Symbol) and formula.name == "infinity")


def _compare_symbolic(one: Formula, other: Formula) -> Comparison:
    signs = infinity_sign(one), infinity_sign(other)
    if any(signs):
        return _compare_infinite(one, other, signs)
    found = _features(one) | _features(other)
    if "group" in found:
        return "unknown"
    if "call" in found:
        # The same call is the same value; different calls need not be different values.
        opened = _without_calls(one), _without_calls(other)
        return "equal" if _compare_functions(*opened) == "equal" else "unknown"
    if "log" not in found:
        return _compare_functions(one, other)
    by_base: set[Comparison] = {
        _compare_functions(_with_base(one, base), _with_base(other, base)) for base in (_TEN, _E)
    }
    return by_base.pop() if len(by_base) == 1 else "unknown"


def _compare_infinite(one: Formula, other: Formula, signs: tuple[int, int]) -> Comparison:
    if all(signs):
        return "equal" if signs[0] == signs[1] else "different"
    finite = other if signs[0] else one
    return "unknown" if exact_value(finite) is None else "different"


def _features(formula: Formula) -> set[str]:
    """Return what needs care: calls, logarithms without a base, and what is no value."""
    found: set[str] = set()
    for node in nodes(formula):
        if isinstance(node, Apply):
            if node.name in {"call", "pm", "mp", "residue", "ratio"}:
                found.add("call" if node.name == "call" else "group")
            elif node.name == "log" and len(node.arguments) == 1:
                found.add("log")
        elif isinstance(node, Group | Relation | Quantity):
            found.add("group")
    return found


_TEN: Formula = Number(Fraction(10))
_E: Formula = Symbol("e")


def _with_base(formula: Formula, base: Formula) -> Formula:
    def based(node: Formula) -> Formula:
        if isinstance(node, Apply) and node.name == "log" and len(node.arguments) == 1:
            return Apply("log", (base, *node.arguments))
        return node

    return replaced(formula, based)


def _without_calls(formula: Formula) -> Formula:
    def named(node: Formula) -> Formula:
        if isinstance(node, Apply) and node.name == "call":
            return Symbol(f"call {fingerprint([node]).hex()}")
        return node

    return replaced(formula, named)


def _compare_functions(one: Formula, other: Formula) -> Comparison:
    names = sorted(symbols(one) | symbols(other))
    key = fingerprint((one, other))
    found = _in_field(one, other, names, key)
    return found if found != "unknown" else _with_digits(one, other, names, key)


_FIELD_POINTS = 2


def _in_field(one: Formula, other: Formula, names: list[str], key: bytes) -> Comparison:
    """Compare in the prime field; equality is confirmed outside of it.

    For a text that knows the prime can hide a multiple of it among its numbers.
    """
    for point in field_points([*names, "pi", "e"], key, _FIELD_POINTS):
        try:
            same = field_value(one, point) == field_value(other, point)
        except UnsupportedError:
            return "unknown"
        if not same:
            return "different"
    for real_point in real_points(names, key):
        outcome = compare_at(one, other, real_point, real=False)
        if outcome != "unknown":
            return outcome
    return "unknown"


_ENOUGH = 3
_FEWEST_TRIED = 6  # so that both signs are among them


def _with_digits(one: Formula, other: Formula, names: list[str], key: bytes) -> Comparison:
    """Compare at real points; a point where either is not real says nothing."""
    if not names:
        return compare_at(one, other, {}, real=False)
    real = not _are_complex(one, other)
    agreed = 0
    for tried, point in enumerate(real_points(names, key), start=1):
        outcome = compare_at(one, other, point, real=real)
        if outcome == "different":
            return "different"
        agreed += outcome == "equal"
        if agreed >= _ENOUGH and tried >= _FEWEST_TRIED:
            break
    if agreed < _ENOUGH:
        return "unknown"
    return _far_out(one, other, names, key, real=real) if _has_branches(one, other) else "equal"


_BRANCHING = frozenset({"abs", "sqrt", "root", "floor", "ceil"})


def _has_branches(one: Formula, other: Formula) -> bool:
    """Say whether either may be one function here and another function there."""
    return any(
        isinstance(node, Apply) and (node.name in _BRANCHING or _is_root(node))
        for formula in (one, other)
        for node in nodes(formula)
    )


def _is_root(node: Apply) -> bool:
    if node.name != "^":
        return False
    exponent = exact_value(node.arguments[1])
    return exponent is not None and exponent.denominator > 1


def _far_out(
    one: Formula, other: Formula, names: list[str], key: bytes, *, real: bool
) -> Comparison:
    """Take back that two formulas are equal where they part far from the numbers tried."""
    for point in far_points(names, key):
        if compare_at(one, other, point, real=real) == "different":
            return "different"
    return "equal"


def _are_complex(one: Formula, other: Formula) -> bool:
    """Say whether both speak of complex numbers: then there are no real domains to respect."""
    imaginary = Symbol("i")
    return all(any(node == imaginary for node in nodes(each)) for each in (one, other))
