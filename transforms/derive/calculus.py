r"""Judge derivatives and integrals: `\frac{d}{dx}(x^2) = 2x`, `f'(x) = 3x^2`, `\int 2x dx = x^2`.

Derivatives are taken by rule and compared at random points; an antiderivative is judged by its
derivative; an integral between bounds is computed on two meshes, which have to agree.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Final

from stepsmith.transforms.derive.agree import compare_everywhere
from stepsmith.transforms.derive.context import is_other_arithmetic, is_taken_back, supposes
from stepsmith.transforms.derive.differentiate import NoDerivativeError, differentiate
from stepsmith.transforms.derive.expression import Expression, express
from stepsmith.transforms.derive.functions import definitions
from stepsmith.transforms.derive.integrals import (
    Found,
    judge_antiderivative,
    read_integral,
    value_of,
)
from stepsmith.transforms.derive.judgement import Decision, Judgement, show, show_point
from stepsmith.transforms.derive.points import (
    Function,
    differ,
    differ_much,
)
from stepsmith.transforms.derive.statements import Pair, ReadChain, read_chains, read_side
from stepsmith.transforms.derive.trail import Trail
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol

_RULE: Final = "calculus"
_DERIVATIVE: Final = re.compile(
    r"""(?x) (?: \\[dt]?frac \s*\{ \s*d\s* \} \s*\{ \s*d\s*(?P<by>[a-z])\s* \}
      | d \s?/\s? d(?P<plain>[a-z]) ) \s* (?P<body> [(\[] .+ [)\]] | [^-+]+ ) $"""
)
_STATES: Final = re.compile(
    r"\\int|∫|\\[dt]?frac\s*\{\s*d\s*\}|d\s?/\s?d[a-z]|'\s?\(|\|\s?_|\]\s?_"
)
_ABOUT: Final = re.compile(
    r"(?i)deriv|differenti|slope|tangent|critical|extrem|maxim|minim|increas|decreas|concav"
    r"|rate|velocit|accelerat|integra|newton|calculus"
)
"""Where none of these is spoken of, `f'` may be another function, such as an image of `f`."""
_PRIMES: Final = "'"
_AFTER: Final = 100


def may_state_calculus(text: str) -> bool:
    """Tell quickly whether a step writes a derivative or an integral."""
    return "=" in text and _STATES.search(text) is not None


def judge_calculus(trail: Trail) -> Iterator[Judgement]:
    """Judge the derivatives and integrals that the step says are equal to what stands beside."""
    text = trail.texts[-1]
    if not may_state_calculus(text) or any(map(is_other_arithmetic, trail.texts)):
        return
    yield from _judge_functions(trail)
    for read in read_chains(text):
        for index, (left, right) in enumerate(itertools.pairwise(read.sides)):
            if left is not None and right is not None:
                continue  # nothing but formulas
            found = _judge_sides(read, index, left, right)
            if found is None:
                continue
            pair = _pair(read, index, text, found.shown)
            doubt = read.chain.related or supposes(read.chain.sentence)
            doubt = doubt or is_taken_back(text[pair.end : pair.end + _AFTER])
            decision = "open" if doubt and found.decision == "false" else found.decision
            yield Judgement(pair, decision, _RULE, found.computed)


def _judge_functions(trail: Trail) -> Iterator[Judgement]:
    """Compare `f'(x) = ...` with the derivative of the `f` that was defined."""
    known: Mapping[str, Function] | None = None
    for statement in trail.new:
        pair = statement.pair
        call = pair.left.formula
        if not statement.first or not isinstance(call, Apply) or call.name != "call":
            continue
        name, argument = call.arguments[0], call.arguments[-1]
        if not isinstance(name, Symbol) or not isinstance(argument, Symbol):
            continue
        order = len(name.name) - len(name.name.rstrip(_PRIMES))
        if not 1 <= order <= 3 or len(call.arguments) > 2 or pair.right.calls:  # noqa: PLR2004
            continue
        if pair.right.names != frozenset({argument.name}):
            continue  # a condition, f'(x) = 0, or a constant of its own
        known = definitions(trail) if known is None else known
        slope = _slope(known.get(name.name.rstrip(_PRIMES)), argument.name, order)
        compared = None if slope is None else _compare(slope, pair.right)
        if compared is None:
            continue
        doubt = pair.chain.related or supposes(pair.chain.sentence)
        doubt = doubt or is_taken_back(trail.after(statement))
        doubt = doubt or not any(map(_ABOUT.search, trail.texts))
        decision = "open" if doubt and compared[0] == "false" else compared[0]
        yield Judgement(pair, decision, _RULE, compared[1])


def _slope(function: Function | None, name: str, order: int) -> Expression | None:
    """Return the derivative of a function of one variable, that called `name`."""
    if function is None or function.parameters != (name,):
        return None
    formula = function.body
    try:
        for _ in range(order):
            formula = differentiate(formula, name)
    except NoDerivativeError:
        return None
    return express(formula)


def _compare(slope: Expression, written: Expression) -> tuple[Decision, str] | None:
    """Say whether two formulas agree, and where they do not; None where that is open."""
    found = compare_everywhere(slope, written)
    if found.agreement == "always":
        return "true", "the derivative agrees at every point tried"
    if found.agreement != "never" or found.point is None or found.values is None:
        return None
    right, given = found.values
    if differ_much(right, given) or not written.has_decimals:
        at = show_point(found.point)
        return "false", f"at {at} the derivative is {show(right)}, not {show(given)}"
    return None


def _judge_sides(
    read: ReadChain, index: int, left: Expression | None, right: Expression | None
) -> Found | None:
    """Judge two neighbours of which one is a derivative or an integral."""
    sources = [side.source for side in read.chain.sides[index : index + 2]]
    if right is not None and (of := _DERIVATIVE.match(sources[0])) is not None:
        return _judge_derivative(of, right)
    one, other = (read_integral(source) for source in sources)
    if one is not None and one.bounds is None:
        return None if right is None else judge_antiderivative(one, right)
    first, second = value_of(sources[0], left, one), value_of(sources[1], right, other)
    if first is None or second is None:
        return None
    rounded = any(side is not None and side.has_decimals for side in (left, right))
    differs = differ_much(first, second) if rounded else differ(first, second)
    shown = one or other
    formula = shown.body.formula if shown is not None else Symbol("F")
    if differs is None:
        return None
    computed = f"the sides are {show(first)} and {show(second)}"
    holds: Decision = "partly" if rounded else "true"
    return Found("false" if differs else holds, Apply("integral", (formula,)), computed)


def _judge_derivative(of: re.Match[str], written: Expression) -> Found | None:
    name: str = of["by"] or of["plain"]
    body = read_side(of["body"])
    only = frozenset({name})
    if body is None or body.calls or body.names != only or written.calls:
        return None
    if written.names != only or not _is_one(of["body"], body.formula):
        return None
    try:
        slope = express(differentiate(body.formula, name))
    except NoDerivativeError:
        return None
    compared = _compare(slope, written)
    if compared is None:
        return None
    return Found(compared[0], Apply("derivative", (body.formula,)), compared[1])


def _is_one(source: str, formula: Formula) -> bool:
    """Tell whether all of a side is differentiated: in one bracket, or neither sum nor product."""
    if source[0] in "([":
        depth = 0
        for index, character in enumerate(source):
            depth += (character in "([") - (character in ")]")
            if depth == 0:
                return index == len(source) - 1
        return False
    return not isinstance(formula, Apply) or formula.name not in {"+", "*"} or _is_scaled(formula)


def _is_scaled(formula: Apply) -> bool:
    return formula.name == "*" and all(isinstance(each, Number) for each in formula.arguments[:-1])


def _pair(read: ReadChain, index: int, text: str, shown: Formula) -> Pair:
    """Return the two sides as they are shown to a person."""
    start, end = read.chain.sides[index].start, read.chain.sides[index + 1].end
    right = read.sides[index + 1]
    left = express(shown)
    right = express(Symbol("...")) if right is None else right
    return Pair(
        left, right, (left, right), frozenset(), text[start:end], start, end, read.chain, index
    )
