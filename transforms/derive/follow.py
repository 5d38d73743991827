"""Tell whether one equation holds on the solutions of another."""

import cmath
import itertools
from collections.abc import Sequence
from fractions import Fraction

from stepsmith.transforms.derive.agree import (
    UNKNOWN,
    Comparison,
    is_identity,
)
from stepsmith.transforms.derive.curves import MIN_POINTS, both_sides, points_on
from stepsmith.transforms.derive.expression import Equation, Expression
from stepsmith.transforms.derive.points import (
    NoValueError,
    Point,
    Value,
    differ,
    differ_much,
    evaluate,
)
from stepsmith.transforms.derive.polynomials import (
    NotRationalError,
    Polynomial,
    common,
    divide,
    numerator,
)
from stepsmith.transforms.formula.tree import Symbol

_MAX_NAMES = 5
_LINEAR, _QUADRATIC = 2, 3  # coefficients
_CLOSE = 1e-6
_HALVINGS = 40
_MAX_FOUND = 3
_MAX_SEARCHED = 80


def compare_on(equation: Equation, other: Equation) -> Comparison:
    """Tell whether `other` holds on all, on none or on some of the solutions of `equation`.

    Both in the same variables. For one variable the solutions are complex numbers; for several,
    points on the curve or surface that the equation describes. Where decimals are printed they may
    be rounded: "never" is then said only of what is far off.
    """
    names = sorted(equation[0].names | equation[1].names)
    if not names or len(names) > _MAX_NAMES:
        return UNKNOWN
    rounded = any(side.has_decimals for side in (*equation, *other))
    if len(names) == 1:
        return _on_roots(equation, other, names[0], rounded=rounded)
    return _on_points(equation, other, names, rounded=rounded)


def solution(equation: Equation) -> tuple[str, Expression] | None:
    """Return variable and value of an equation `x = c`, written either way round."""
    for one, other in (equation, equation[::-1]):
        if isinstance(one.formula, Symbol) and one.names and not other.names:
            return one.formula.name, other
    return None


def are_parallel(one: Equation, other: Equation) -> bool:
    """Tell whether both equations are linear, and differ in their constants alone or have none.

    The former are parallel, the latter all meet in the origin: `12t = 4s` and `4t = s`.
    """
    names = sorted(one[0].names | one[1].names)
    first, second = coefficients(one, names), coefficients(other, names)
    if first is None or second is None:
        return False
    if first[0] == 0 and second[0] == 0:
        return True
    pairs = list(zip(first[1:], second[1:], strict=True))
    return all(a * pairs[0][1] == b * pairs[0][0] for a, b in pairs)


def is_linear(equation: Equation) -> bool:
    """Tell whether both sides are linear in all variables together."""
    return coefficients(equation, sorted(equation[0].names | equation[1].names)) is not None


def coefficients(equation: Equation, names: Sequence[str]) -> list[Fraction] | None:
    """Return the constant and the coefficients of a linear equation, None of any other."""
    origin = dict.fromkeys(names, Fraction(0))
    # None of these is 1, where squares are equal to their roots.
    probe = {name: Fraction(7 * index + 5, 11) for index, name in enumerate(names)}
    try:
        constant = _gap(equation, origin)
        slopes = [_gap(equation, {**origin, name: Fraction(1)}) - constant for name in names]
        straight = sum(
            (slope * probe[name] for slope, name in zip(slopes, names, strict=True)), constant
        )
        return [constant, *slopes] if straight == _gap(equation, probe) else None
    except NoValueError:
        return None


def _gap(equation: Equation, point: Point) -> Fraction:
    left, right = both_sides(equation, point)
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        raise NoValueError
    return left - right


def _on_roots(equation: Equation, other: Equation, name: str, *, rounded: bool) -> Comparison:
    try:
        wanted = numerator(equation[0].formula, equation[1].formula, name)
        given = numerator(other[0].formula, other[1].formula, name)
    except NotRationalError:
        return _at_value(equation, other, name, rounded=rounded)
    if len(wanted) <= 1 or len(given) <= 1:
        return UNKNOWN
    if len(common(wanted, given)) > 1:
        return Comparison("always" if _has_all_roots(given, wanted) else "sometimes")
    if rounded and not _is_far(wanted, given):
        return UNKNOWN
    return _apart(equation, wanted, other, given, name)


def _has_all_roots(polynomial: Polynomial, of: Polynomial) -> bool:
    while len(of) > 1:
        shared = common(of, polynomial)
        if len(shared) == 1:
            return False
        of, _ = divide(of, shared)
    return True


def _is_far(one: Polynomial, other: Polynomial) -> bool:
    """Tell whether no solution of one equation is near a solution of the other, linear one."""
    if len(one) < len(other):
        one, other = other, one
    if len(other) != _LINEAR:
        return False
    value = -other[0] / other[1]
    return len(one) <= _QUADRATIC and all(differ_much(root, value) for root in _roots(one))


def _roots(polynomial: Polynomial) -> Sequence[Value]:
    """Return the solutions of a linear or a quadratic equation, the latter in floats."""
    if len(polynomial) == _LINEAR:
        return (-polynomial[0] / polynomial[1],)
    constant, slope, bend = map(float, polynomial)
    spread = cmath.sqrt(slope * slope - 4 * bend * constant)
    return tuple((sign * spread - slope) / (2 * bend) for sign in (1, -1))


def _apart(
    equation: Equation, wanted: Polynomial, other: Equation, given: Polynomial, name: str
) -> Comparison:
    """Show that no solution is shared, at the solution of the equation that has only one."""
    for polynomial, shown, solves in ((given, equation, False), (wanted, other, True)):
        if len(polynomial) == _LINEAR:
            point = {name: -polynomial[0] / polynomial[1]}
            try:
                values = both_sides(shown, point)
            except NoValueError:
                return UNKNOWN  # a pole: the equation says nothing there
            return Comparison("never", point, values, solves=solves)
    return Comparison("never")


def _at_value(equation: Equation, other: Equation, name: str, *, rounded: bool) -> Comparison:
    """Try the value that `other` gives, where the equation is no polynomial."""
    found = solution(other)
    if found is None:
        return _on_found_roots(equation, other, name)
    try:
        point = {found[0]: evaluate(found[1].formula, {})}
        values = both_sides(equation, point)
    except NoValueError:
        return UNKNOWN
    different = _differ(*values, rounded=rounded)
    if different is None:
        return UNKNOWN
    return Comparison("never" if different else "sometimes", point, values, solves=False)


def _on_found_roots(equation: Equation, other: Equation, name: str) -> Comparison:
    """Search both for solutions, and try each in the other."""
    if sum(side.size for side in (*equation, *other)) > _MAX_SEARCHED:
        return UNKNOWN
    solutions = _search(equation, name)
    others = _search(other, name) if solutions else []
    if not others:
        return UNKNOWN
    fits = [_residue(other, name, at) for at in solutions]
    fits += [_residue(equation, name, at) for at in others]
    if any(fit is None for fit in fits):
        return UNKNOWN
    if any(fit is not None and abs(fit) < _CLOSE for fit in fits):
        return Comparison("sometimes")
    return Comparison("never")


def _search(equation: Equation, name: str) -> list[float]:
    """Return the solutions at changes of sign on a grid; none where there are many."""
    found: list[float] = []
    grid = [each / 2 + 0.0107 for each in range(-24, 25)]
    gaps = [_residue(equation, name, at) for at in grid]
    for (low, at_low), (high, at_high) in itertools.pairwise(zip(grid, gaps, strict=True)):
        if at_low is None or at_high is None or at_low * at_high >= 0:
            continue
        at = _bisect(equation, name, low, high, at_low)
        if at is not None:
            found.append(at)
        if len(found) > _MAX_FOUND:
            return []
    return found


def _bisect(equation: Equation, name: str, low: float, high: float, at_low: float) -> float | None:
    """Return the solution between two points; None where it is a pole or has no value."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        gap = _residue(equation, name, middle)
        if gap is None:
            return None
        low, high = (middle, high) if gap * at_low > 0 else (low, middle)
    last = _residue(equation, name, low)
    return low if last is not None and abs(last) < _CLOSE else None


def _residue(equation: Equation, name: str, at: float) -> float | None:
    try:
        left, right = both_sides(equation, {name: complex(at)})
    except NoValueError:
        return None
    gap = complex(left) - complex(right)
    return gap.real if abs(gap.imag) < _CLOSE else None


def _differ(one: Value, other: Value, *, rounded: bool) -> bool | None:
    different = differ(one, other)
    if different and rounded:
        return True if differ_much(one, other) else None
    return different


def _on_points(
    equation: Equation, other: Equation, names: Sequence[str], *, rounded: bool
) -> Comparison:
    if is_identity(*equation):
        return UNKNOWN
    found: list[tuple[bool, Comparison]] = []
    for point in points_on(equation, names):
        try:
            values = both_sides(other, point)
        except NoValueError:
            continue
        different = _differ(*values, rounded=rounded)
        if different is not None:
            found.append((different, Comparison("never", point, values)))
    if len(found) < MIN_POINTS:
        return UNKNOWN
    if all(different for different, _ in found):
        return found[0][1]
    if any(different for different, _ in found):
        return Comparison("sometimes")
    return Comparison("always")
