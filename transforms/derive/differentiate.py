"""Differentiate a formula, exactly, by the rules."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol, symbols

_MAX_DEPTH: Final = 40
_ZERO: Final = Number(Fraction(0))
_ONE: Final = Number(Fraction(1))
_TWO: Final = Number(Fraction(2))


class NoDerivativeError(Exception):
    """No rule here differentiates this."""


def differentiate(formula: Formula, name: str) -> Formula:
    """Return the derivative with respect to the variable `name`; all others are constants.

    Raises `NoDerivativeError` for what has none everywhere, such as a magnitude, for a logarithm
    that names no base, and for functions that are not known.
    """
    return _derivative(formula, name, _MAX_DEPTH)


def _derivative(formula: Formula, name: str, depth: int) -> Formula:
    if depth == 0:
        raise NoDerivativeError
    if name not in symbols(formula):
        return _ZERO
    if isinstance(formula, Symbol):
        return _ONE
    if not isinstance(formula, Apply):
        raise NoDerivativeError
    powers = _as_power(formula, name)
    if powers is not None:
        return _of_power(*powers, name, depth)
    slopes = tuple(_derivative(each, name, depth - 1) for each in formula.arguments)
    return _by_parts(formula, slopes)


def _as_power(formula: Apply, name: str) -> tuple[Formula, Formula] | None:
    """Return base and exponent of a power, or of a root of a number's degree."""
    if formula.name not in {"^", "root"}:
        return None
    first, second = formula.arguments
    if formula.name == "^":
        return first, second
    if name in symbols(first):
        raise NoDerivativeError
    return second, Apply("/", (_ONE, first))


def _by_parts(formula: Apply, slopes: tuple[Formula, ...]) -> Formula:
    """Put the derivatives of the parts together; a logarithm's base is a constant."""
    parts = formula.arguments
    if formula.name in {"+", "neg"}:
        return Apply(formula.name, slopes)
    if formula.name == "*":
        return Apply("+", tuple(_with(parts, index, slope) for index, slope in enumerate(slopes)))
    if formula.name == "/":
        crossed = _minus(_times(slopes[0], parts[1]), _times(parts[0], slopes[1]))
        return Apply("/", (crossed, Apply("^", (parts[1], _TWO))))
    if formula.name == "log" and len(parts) > 1 and slopes[0] == _ZERO:
        return Apply("/", (slopes[1], _times(parts[1], Apply("ln", (parts[0],)))))
    outer = _OUTER.get(formula.name)
    if outer is None or len(parts) != 1:
        raise NoDerivativeError
    return _times(outer(parts[0]), slopes[0])


def _of_power(base: Formula, exponent: Formula, name: str, depth: int) -> Formula:
    power = Apply("^", (base, exponent))
    in_base, in_exponent = (name in symbols(each) for each in (base, exponent))
    terms: list[Formula] = []
    if in_base:
        lower = Apply("^", (base, Apply("+", (exponent, Number(Fraction(-1))))))
        terms.append(Apply("*", (exponent, lower, _derivative(base, name, depth - 1))))
    if in_exponent:
        grows = power if base == Symbol("e") else _times(power, Apply("ln", (base,)))
        terms.append(_times(grows, _derivative(exponent, name, depth - 1)))
    return terms[0] if len(terms) == 1 else Apply("+", tuple(terms))


def _with(parts: tuple[Formula, ...], index: int, slope: Formula) -> Formula:
    return Apply("*", (*parts[:index], slope, *parts[index + 1 :]))


def _times(one: Formula, other: Formula) -> Formula:
    return Apply("*", (one, other))


def _minus(one: Formula, other: Formula) -> Formula:
    return Apply("+", (one, Apply("neg", (other,))))


def _apply(name: str, formula: Formula) -> Formula:
    return Apply(name, (formula,))


def _square(name: str, formula: Formula) -> Formula:
    return Apply("^", (_apply(name, formula), _TWO))


def _inverse(formula: Formula) -> Formula:
    return Apply("/", (_ONE, formula))


def _of_arcsine(x: Formula) -> Formula:
    return _inverse(_apply("sqrt", _minus(_ONE, _times(x, x))))


def _of_arctangent(x: Formula) -> Formula:
    return _inverse(Apply("+", (_ONE, _times(x, x))))


_OUTER: Final[Mapping[str, Callable[[Formula], Formula]]] = {
    "sqrt": lambda x: _inverse(_times(_TWO, _apply("sqrt", x))),
    "exp": lambda x: _apply("exp", x),
    "ln": _inverse,
    "sin": lambda x: _apply("cos", x),
    "cos": lambda x: _apply("neg", _apply("sin", x)),
    "tan": lambda x: _inverse(_square("cos", x)),
    "cot": lambda x: _apply("neg", _inverse(_square("sin", x))),
    "sec": lambda x: _times(_apply("sec", x), _apply("tan", x)),
    "csc": lambda x: _apply("neg", _times(_apply("csc", x), _apply("cot", x))),
    "asin": _of_arcsine,
    "arcsin": _of_arcsine,
    "acos": lambda x: _apply("neg", _of_arcsine(x)),
    "arccos": lambda x: _apply("neg", _of_arcsine(x)),
    "atan": _of_arctangent,
    "arctan": _of_arctangent,
}
"""The derivative of each function of one variable, at its argument."""
