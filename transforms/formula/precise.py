"""Evaluating formulas with as many digits as their numbers ask for, by mpmath.

Used where no exact method applies: irrational constants and functions of variables. A context of
our own is used, one a thread: mpmath's own is a global.
"""

import dataclasses
import importlib
import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from stepsmith.transforms.formula.errors import TooLargeError
from stepsmith.transforms.formula.field import UnsupportedError, rational_constant
from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol

__all__ = ["Evaluated", "evaluate", "real_value"]

_MAX_MAGNITUDE: Final = 4_000  # bits of an exponent's argument: e^x needs as many more


@dataclasses.dataclass(frozen=True, slots=True)
class Evaluated:
    """A value, whether all on the way to it was real, and the magnitudes (bits) on the way.

    A sum or a function that is zero but for rounding is not counted as small.
    """

    value: Any
    real: bool
    low: int
    high: int


class _Contexts(threading.local):
    context: Any = None


_contexts = _Contexts()


def _context() -> Any:
    if _contexts.context is None:
        # By name: it ships no types, and takes a third of a second that most formulas never need.
        _contexts.context = importlib.import_module("mpmath.ctx_mp").MPContext()
    return _contexts.context


def evaluate(formula: Formula, point: Mapping[str, Fraction], *, bits: int) -> Evaluated:
    """Evaluate with `bits` bits of working precision; raise `UnsupportedError` where undefined."""
    context = _context()
    context.prec = bits
    try:
        return _walk(context, formula, point)
    except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
        raise UnsupportedError(str(error)) from None


def _walk(context: Any, formula: Formula, point: Mapping[str, Fraction]) -> Evaluated:
    waiting: list[tuple[Formula, bool]] = [(formula, False)]
    values: list[Any] = []
    real, low, high = True, 0, 0
    while waiting:
        node, ready = waiting.pop()
        if isinstance(node, Number):
            value = _rational(context, node.value)
        elif isinstance(node, Symbol):
            value = _symbol(context, node.name, point)
        elif not isinstance(node, Apply):
            raise UnsupportedError
        elif ready:
            count = len(node.arguments)
            value = _FUNCTIONS[node.name](context, values[-count:])
            del values[-count:]
        elif node.name in _FUNCTIONS:
            waiting.append((node, True))
            waiting.extend([(argument, False) for argument in reversed(node.arguments)])
            continue
        else:
            value = _rational(context, rational_constant(node))
        values.append(value)
        real = real and context.im(value) == 0
        if value:
            magnitude = context.mag(value)
            if not isinstance(magnitude, int):
                raise UnsupportedError  # infinite, or not a number
            high = max(high, magnitude)
            if isinstance(node, Apply) and node.name in _CANCELLING:
                magnitude = magnitude if magnitude > high - context.prec + 40 else 0
            low = min(low, magnitude)
    return Evaluated(values[0], real, low, high)


_CANCELLING = frozenset({"+", "sin", "cos", "tan", "cot", "ln", "log"})


def _rational(context: Any, value: Fraction) -> Any:
    if value.denominator == 1:
        return context.mpf(value.numerator)
    return context.mpf(value.numerator) / value.denominator


def _symbol(context: Any, name: str, point: Mapping[str, Fraction]) -> Any:
    if name == "pi":
        return +context.pi
    if name == "e":
        return +context.e
    if name == "i":
        return context.mpc(0, 1)
    if name not in point:
        raise UnsupportedError
    return _rational(context, point[name])


def _exponential(context: Any, values: list[Any]) -> Any:
    value = values[0]
    if value and context.mag(value) > _MAX_EXPONENT_MAGNITUDE:
        msg = "an exponential too large to compute"
        raise TooLargeError(msg)
    return context.exp(value)


_MAX_EXPONENT_MAGNITUDE = 1_000


def _power(context: Any, values: list[Any]) -> Any:
    base, exponent = values
    if not base:
        if context.re(exponent) <= 0:
            raise UnsupportedError
        return base
    if context.isint(exponent):
        if context.mag(exponent or 1) > _MAX_WHOLE_MAGNITUDE:
            msg = "a power too large to compute"
            raise TooLargeError(msg)
        return base ** int(context.re(exponent))
    if context.im(base) == 0 and base < 0 and not context.isint(2 * exponent):
        raise UnsupportedError  # the real root, as in `(-8)^{1/3} = -2`, or the principal value
    return _exponential(context, [exponent * context.log(base)])


_MAX_WHOLE_MAGNITUDE = 40


def _root(context: Any, values: list[Any]) -> Any:
    """Return the real root where there is one, as the sign of a root says."""
    degree, value = values
    if not context.isint(degree) or degree < 1 or degree > _MAX_MAGNITUDE:
        raise UnsupportedError
    if context.im(value) == 0 and value < 0 and int(degree) % 2:
        return -context.root(-value, int(degree))
    return context.root(value, int(degree))


def _product(_: Any, values: list[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total * value
    return total


def _bounded(name: str) -> Callable[[Any, list[Any]], Any]:
    """Call a function whose argument must be reduced: a huge one would need as many digits."""

    def apply(context: Any, values: list[Any]) -> Any:
        value = values[0]
        if value and context.mag(value) > _MAX_EXPONENT_MAGNITUDE:
            msg = f"{name} of a number too large"
            raise TooLargeError(msg)
        return getattr(context, name)(value)

    return apply


def _logarithm(context: Any, values: list[Any]) -> Any:
    base, value = values
    return context.log(value) / context.log(base)


def _natural_logarithm(context: Any, values: list[Any]) -> Any:
    return context.log(values[0])


def _rounded(name: str) -> Callable[[Any, list[Any]], Any]:
    """Round down or up, where the value is not too near to a whole number to tell."""

    def apply(context: Any, values: list[Any]) -> Any:
        value = values[0]
        if context.im(value) != 0:
            raise UnsupportedError
        near = context.nint(value)
        if value != near and abs(value - near) < context.mpf(2) ** (-context.prec // 2):
            raise UnsupportedError
        return getattr(context, name)(value)

    return apply


_MAX_GAMMA = 2_000
_MAX_GAMMA_BITS = 1_000  # mpmath builds a table for a fraction's factorial: seconds, beyond this


def _factorial(context: Any, values: list[Any]) -> Any:
    """Return the gamma function: what holds for it holds for whole numbers."""
    value = values[0]
    if abs(value) > _MAX_GAMMA:
        msg = "a factorial too large to compute"
        raise TooLargeError(msg)
    if context.prec > _MAX_GAMMA_BITS and value != context.nint(value):
        raise UnsupportedError
    return context.gamma(value + 1)


def _binomial(context: Any, values: list[Any]) -> Any:
    top, bottom = values
    below = _factorial(context, [bottom]) * _factorial(context, [top - bottom])
    return _factorial(context, [top]) / below


_FUNCTIONS: dict[str, Callable[[Any, list[Any]], Any]] = {
    "+": lambda context, values: context.fsum(values),
    "*": _product,
    "/": lambda _, values: values[0] / values[1],
    "neg": lambda _, values: -values[0],
    "percent": lambda _, values: values[0] / 100,
    "degree": lambda context, values: values[0] * context.pi / 180,
    "^": _power,
    "sqrt": lambda context, values: context.sqrt(values[0]),
    "root": _root,
    "exp": _exponential,
    "factorial": _factorial,
    "binom": _binomial,
    "ln": _natural_logarithm,
    "log": _logarithm,
    "abs": lambda _, values: abs(values[0]),
    "floor": _rounded("floor"),
    "ceil": _rounded("ceil"),
    **{
        name: _bounded(name)
        for name in [
            "sin",
            "cos",
            "tan",
            "cot",
            "sec",
            "csc",
            "sinh",
            "cosh",
            "tanh",
            "coth",
            "sech",
            "csch",
        ]
    },
    **{
        f"a{name}": _bounded(f"a{name}")
        for name in ["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"]
    },
}


_KEPT_BITS = 128
_REAL_BITS = 320
_LARGEST_EXPONENT = 20_000


def real_value(formula: Formula) -> Fraction | None:
    """Return a constant to 128 binary places, or nothing where it is not real or not sure."""
    rough = evaluate(formula, {}, bits=_REAL_BITS)
    found = evaluate(formula, {}, bits=2 * _REAL_BITS)
    if not found.real or abs(found.value - rough.value) * 2 ** (_KEPT_BITS + 64) > 1:
        return None
    sign, mantissa, exponent, bits = found.value._mpf_
    if int(exponent) + int(bits) < -_KEPT_BITS:
        return Fraction(0)  # and its exact value could be too small to write down
    if int(exponent) > _LARGEST_EXPONENT:
        return None
    exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent) * (-1) ** int(sign)
    return Fraction(round(exact * 2**_KEPT_BITS), 2**_KEPT_BITS)
