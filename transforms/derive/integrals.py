"""Read and judge integrals: by their derivative, or by their value between bounds."""

import re
from fractions import Fraction
from typing import Final, NamedTuple

from stepsmith.transforms.derive.agree import compare_everywhere
from stepsmith.transforms.derive.differentiate import NoDerivativeError, differentiate
from stepsmith.transforms.derive.expression import Expression, express
from stepsmith.transforms.derive.integrate import integrate
from stepsmith.transforms.derive.judgement import Decision, show, show_point
from stepsmith.transforms.derive.points import NoValueError, Value, differ_much, evaluate
from stepsmith.transforms.derive.statements import read_side
from stepsmith.transforms.formula.tree import Apply, Formula, Number

__all__ = ["Found", "Integral", "judge_antiderivative", "read_integral", "value_of"]

_BOUND: Final = r"(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[a-z]+|[a-z0-9](?![0-9]))"
_INTEGRAL: Final = re.compile(
    rf"""(?x) (?P<factor>[^∫]*?) (?:\\int(?![a-z])|∫(?!\d)) \s*
      (?: _ \s?(?P<low>{_BOUND}) \s? \^ \s?(?P<high>{_BOUND}) )?
      (?P<body>[^∫_]+?) \s* (?:\\[,;! ]\s*)* (?:\\mathrm\{{d\}}|(?<![A-Za-z\\])d) \s?
      (?P<by>[a-z]) \s* $"""
)
_BETWEEN: Final = re.compile(
    rf"""(?x) (?: \[ (?P<body>[^\[\]_]+) \] | (?P<bare>[^|\[\]_]+) (?:\\[bB]ig+[lr]?)?\| )
      \s? _ \s?(?P<low>{_BOUND}) \s? \^ \s?(?P<high>{_BOUND}) \s* $"""
)
_CONSTANTS: Final = frozenset({"C", "c", "K"})


class Found(NamedTuple):
    """A decision on two sides, the left one as it is shown, and what was computed."""

    decision: Decision
    shown: Formula
    computed: str


class Integral(NamedTuple):
    """`factor` times the integral of `body` over `name`, between bounds where there are any."""

    body: Expression
    name: str
    bounds: tuple[float, float] | None
    factor: Formula


def judge_antiderivative(integral: Integral, written: Expression) -> Found | None:
    """Differentiate what is said to be an integral without bounds."""
    name = integral.name
    if written.calls or name not in written.names or written.names - _CONSTANTS - {name}:
        return None
    try:
        slope = express(differentiate(written.formula, name))
    except NoDerivativeError:
        return None
    scaled = Apply("*", (integral.body.formula, integral.factor))
    found = compare_everywhere(slope, express(scaled))
    shown = Apply("integral", (integral.body.formula,))
    if found.agreement == "always":
        whole: Decision = "true" if written.names & _CONSTANTS else "partly"
        return Found(whole, shown, "its derivative agrees at every point tried")
    if found.agreement != "never" or found.point is None or found.values is None:
        return None
    if written.has_decimals and not differ_much(*found.values):
        return None
    slopes = f"its derivative is {show(found.values[0])}, not {show(found.values[1])}"
    return Found("false", shown, f"at {show_point(found.point)} {slopes}")


def read_integral(source: str) -> Integral | None:
    """Read a side that is an integral, or a number times one."""
    found = _INTEGRAL.match(source)
    if found is None or "\\int" in found["body"] or "\\int" in found["factor"]:
        return None
    factor = _factor(found["factor"])
    body, name = read_side(found["body"].strip()), found["by"]
    if factor is None or body is None or body.calls or not body.names <= {name}:
        return None
    bounds = None if found["low"] is None else _bounds(found)
    if found["low"] is not None and bounds is None:
        return None
    return Integral(body, name, bounds, factor)


def _factor(source: str) -> Formula | None:
    plain = source.strip().removesuffix("\\cdot").removesuffix("*").strip()
    read = read_side(plain) if plain else express(Number(Fraction(1)))
    is_term = read is not None and not (
        isinstance(read.formula, Apply) and read.formula.name in {"+", "neg"}
    )
    return read.formula if read is not None and read.is_constant and is_term else None


def _bounds(found: re.Match[str]) -> tuple[float, float] | None:
    ends: list[float] = []
    for name in ("low", "high"):
        read = read_side(found[name].strip("{} ") if "{" not in found[name][1:] else found[name])
        value = None if read is None or not read.is_constant else _constant(read)
        if value is None or complex(value).imag:
            return None
        ends.append(complex(value).real)
    return ends[0], ends[1]


def _constant(side: Expression) -> Value | None:
    try:
        return evaluate(side.formula, {})
    except NoValueError:
        return None


def value_of(source: str, side: Expression | None, integral: Integral | None) -> Value | None:
    """Return the value of a side that is a number, however it is written."""
    if side is not None:
        return _constant(side) if side.is_constant and not side.either else None
    try:
        if integral is not None and integral.bounds is not None:
            value = integrate(integral.body.formula, integral.name, *integral.bounds)
            return complex(evaluate(integral.factor, {})) * value
        return _between(source)
    except NoValueError:
        return None


def _between(source: str) -> Value | None:
    """Compute `[F]_a^b`, the difference of the values of F at the bounds."""
    found = _BETWEEN.match(source)
    body = read_side((found["body"] or found["bare"]).strip()) if found is not None else None
    bounds = None if found is None else _bounds(found)
    if found is None or body is None or bounds is None or body.calls or len(body.names) != 1:
        return None
    if found["bare"] and isinstance(body.formula, Apply) and body.formula.name == "+":
        return None  # which term is it about?
    [name] = body.names
    low, high = (complex(evaluate(body.formula, {name: Fraction(end)})) for end in bounds)
    return high - low
