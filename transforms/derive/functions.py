"""Judge values of functions that the problem or a step defines: `f(x) = 3x` and `f(2) = 6`."""

import re
from collections.abc import Iterator, Mapping

from stepsmith.transforms.derive.agree import compare_everywhere
from stepsmith.transforms.derive.context import supposes
from stepsmith.transforms.derive.curves import both_sides
from stepsmith.transforms.derive.judgement import Judgement, show
from stepsmith.transforms.derive.points import (
    Function,
    NoValueError,
    Setting,
    differ,
    differ_much,
)
from stepsmith.transforms.derive.statements import Pair
from stepsmith.transforms.derive.trail import Statement, Trail
from stepsmith.transforms.formula.tree import Apply, Symbol

_RULE = "function"
_PIECES = re.compile(
    r"(?i)\b(?:if|cases?|piecewise|even|odd|otherwise|for|where|when|integers?|periodic|inverse)\b"
    r"|\\begin\s?\{cases|[<>≤≥]|\\[lg]eq?\b"
)

_CONDITION = re.compile(r"(?i)[^,]{0,20}\b(?:if|when)\b[^,]{1,60}(?:,(?: then\b)?|\bthen\b)")


def judge_values(trail: Trail) -> Iterator[Judgement]:
    """Evaluate both sides of new equations between values of functions that are defined."""
    new = [each.pair for each in trail.new if _is_constant_call(each.pair)]
    if not new:
        return
    functions = definitions(trail)
    setting = Setting(functions)
    for pair in new:
        try:
            values = both_sides((pair.left, pair.right), {}, setting)
        except NoValueError:
            continue
        rounded = pair.left.has_decimals or pair.right.has_decimals
        different = differ_much(*values) if rounded else differ(*values)
        if different is None:
            continue
        computed = f"the sides are {show(values[0])} and {show(values[1])}"
        if not different:
            yield Judgement(pair, "true", _RULE, computed)
        else:
            doubt = supposes(_beyond_condition(pair)) or pair.chain.related
            yield Judgement(pair, "open" if doubt else "false", _RULE, computed)


def _beyond_condition(pair: Pair) -> str:
    """Return the sentence without a condition that says nothing of the functions: `if c = 2`."""
    sentence = pair.chain.sentence
    found = _CONDITION.match(sentence)
    if found is None or any(f"{name}(" in found[0] for name in pair.left.calls | pair.right.calls):
        return sentence
    return sentence[found.end() :]


def _is_constant_call(pair: Pair) -> bool:
    calls = pair.left.calls | pair.right.calls
    return bool(calls) and not pair.left.names | pair.right.names


def definitions(trail: Trail) -> Mapping[str, Function]:
    """Return the functions that have one definition, on which nothing casts doubt."""
    found: dict[str, Function] = {}
    doubtful: set[str] = set()
    for statement in trail.statements:
        called = statement.pair.left.calls | statement.pair.right.calls
        if not called:
            continue
        defined = _define(statement)
        if defined is not None and defined[0] not in found:
            found[defined[0]] = defined[1]
            if _is_doubtful(trail, statement):
                doubtful.add(defined[0])
        elif not _is_consistent(statement, found):
            doubtful |= called
    return {name: function for name, function in found.items() if name not in doubtful}


def is_definition(trail: Trail, statement: Statement) -> bool:
    """Tell whether a statement gives a function its first meaning, so that nothing confirms it."""
    defined = _define(statement)
    return defined is not None and not any(
        earlier is not None and earlier[0] == defined[0]
        for earlier in map(_define, trail.before(statement))
    )


def _define(statement: Statement) -> tuple[str, Function] | None:
    """Read `f(x) = body`, where the body is more than `x` and says nothing of other letters."""
    pair = statement.pair
    call, body = pair.left.formula, pair.right.formula
    if not statement.first or not isinstance(call, Apply) or call.name != "call":
        return None
    name, *arguments = call.arguments
    parameters = tuple(each.name for each in arguments if isinstance(each, Symbol))
    whole = len(parameters) == len(arguments) == len(set(parameters))
    if not isinstance(name, Symbol) or not whole or isinstance(body, Symbol):
        return None
    if not pair.right.names or not pair.right.names <= set(parameters) or pair.right.calls:
        return None
    return name.name, Function(parameters, body)


def _is_doubtful(trail: Trail, statement: Statement) -> bool:
    chain = statement.pair.chain
    text = trail.texts[statement.step + 1]
    around = f"{chain.tail[:60]} {text if 'cases' in text else ''}"
    return chain.related or _PIECES.search(around) is not None


def _gives_a_name(pair: Pair) -> bool:
    """Tell whether this calls a value by another letter: y = f(x)."""
    sides = (pair.left, pair.right), (pair.right, pair.left)
    return any(
        isinstance(one.formula, Symbol) and one.formula.name not in other.names
        for one, other in sides
    )


def _is_consistent(statement: Statement, found: Mapping[str, Function]) -> bool:
    """Tell whether a statement about functions of variables agrees with their definitions.

    One that asks for an `x`, as `f(x) = 6` does, says nothing of the function.
    """
    pair = statement.pair
    if not pair.left.names or not pair.right.names or _gives_a_name(pair):
        return True
    return compare_everywhere(pair.left, pair.right, Setting(found)).agreement == "always"
