"""Judge solutions: values that are said to solve the equations before them."""

from collections.abc import Iterator, Sequence

from stepsmith.transforms.derive.context import is_either, lists, solves, supposes
from stepsmith.transforms.derive.curves import both_sides
from stepsmith.transforms.derive.follow import solution
from stepsmith.transforms.derive.judgement import Decision, Judgement, shorten, show, show_point
from stepsmith.transforms.derive.points import (
    NoValueError,
    Value,
    differ,
    differ_much,
    evaluate,
)
from stepsmith.transforms.derive.trail import PROBLEM, Statement, Trail

_RULE = "solution"
_MIN_NAMES = 2
_MAX_STEPS_BACK = 6


def judge_solutions(trail: Trail) -> Iterator[Judgement]:
    """Put the values that a step lists (`a = 4 and b = -1`) into the equations before it."""
    for values, last in _lists(trail):
        if len(values) >= _MIN_NAMES:
            yield from _check(trail, values, last)


def _lists(trail: Trail) -> Iterator[tuple[dict[str, Value], Sequence[Statement]]]:
    """Yield the values of several variables that stand in a row, with their statements."""
    values: dict[str, Value] = {}
    row: list[Statement] = []
    for statement in trail.new:
        found = _value(statement)
        text = trail.texts[statement.step + 1]
        joined = row and lists(text[row[-1].pair.end : statement.pair.start])
        if row and (found is None or not joined):
            yield values, row
            values, row = {}, []
        if found is not None:
            name, value = found
            if name in values:
                values, row = {}, []
            values[name] = value
            row.append(statement)
    if row:
        yield values, row


def _value(statement: Statement) -> tuple[str, Value] | None:
    found = solution(statement.equation)
    if found is None or not statement.is_alone:
        return None
    try:
        return found[0], evaluate(found[1].formula, {})
    except NoValueError:
        return None


def _check(trail: Trail, values: dict[str, Value], row: Sequence[Statement]) -> Iterator[Judgement]:
    chain = row[0].pair.chain
    sure = (
        (solves(chain.lead) or solves(chain.sentence))
        and not supposes(chain.sentence)
        and not any(is_either(f"{each.pair.chain.lead} {each.pair.chain.tail}") for each in row)
    )
    pair = row[-1].pair
    for equation in _equations(trail, values, row[0]):
        try:
            sides = both_sides(equation.equation, values)
        except NoValueError:
            continue
        rounded = any(side.has_decimals for each in (equation, *row) for side in each.equation)
        different = differ_much(*sides) if rounded else differ(*sides)
        if different is None:
            continue
        computed = (
            f"at {show_point(values)} the sides of {shorten(equation.pair.text)} are "
            f"{show(sides[0])} and {show(sides[1])}"
        )
        yield Judgement(pair, _decide(different=different, sure=sure), _RULE, computed)


def _decide(*, different: bool, sure: bool) -> Decision:
    if not different:
        return "partly"
    return "false" if sure else "open"


def _equations(trail: Trail, values: dict[str, Value], first: Statement) -> Iterator[Statement]:
    """Yield the equations in just these variables that may have been solved."""
    for statement in trail.before(first):
        near = statement.step == PROBLEM or first.step - statement.step <= _MAX_STEPS_BACK
        if near and statement.names == values.keys() and statement.is_alone:
            yield statement
