"""Compute equations at the values that are known of their variables.

This only ever confirms: a value that does not fit may be one of another case.
"""

from collections.abc import Iterator

from stepsmith.transforms.derive.curves import both_sides
from stepsmith.transforms.derive.expression import Equation
from stepsmith.transforms.derive.follow import solution
from stepsmith.transforms.derive.judgement import Judgement, show, show_point
from stepsmith.transforms.derive.points import NoValueError, Value, differ, differ_much, evaluate
from stepsmith.transforms.derive.trail import Trail

_RULE = "known values"


def judge_known(trail: Trail) -> Iterator[Judgement]:
    """Compute both sides of new equations whose variables all have a value by then."""
    known: dict[str, Value] = {}
    for statement in trail.statements:
        names = statement.names
        if statement.step == trail.now and names and names <= known.keys():
            point = {name: known[name] for name in sorted(names)}
            found = _compute(statement.equation, point)
            if found is not None:
                computed = f"at {show_point(point)} both sides are {show(found)}"
                yield Judgement(statement.pair, "partly", _RULE, computed)
        assigned = solution(statement.equation)
        if assigned is not None:
            try:
                known[assigned[0]] = evaluate(assigned[1].formula, {})
            except NoValueError:
                known.pop(assigned[0], None)


def _compute(equation: Equation, point: dict[str, Value]) -> Value | None:
    """Return the value of both sides; None where they have none, or not the same."""
    try:
        left, right = both_sides(equation, point)
    except NoValueError:
        return None
    rounded = any(side.has_decimals for side in equation)
    different = differ_much(left, right) if rounded else differ(left, right)
    return left if different is False else None
