"""What a rule found of one equation of a step."""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from stepsmith.transforms.derive.points import Value
from stepsmith.transforms.derive.statements import Pair
from stepsmith.transforms.formula.exact import brief

Decision = Literal["true", "partly", "false", "open"]

_MAX_SHOWN = 80
_MAX_DIGITS = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """A decision on `left = right`: what was computed for it, and which rule made it.

    "partly" says that it fits what came before without following from it; "open" that it does
    not, and that the words do not make sure that it has to. `sign` stands between the sides.
    """

    pair: Pair
    decision: Decision
    rule: str
    computed: str
    sign: str = "="


def shorten(text: str) -> str:
    """Write text on one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 24]} ... {line[-20:]}"


def show(value: Value) -> str:
    """Write a value: a fraction exactly, a float to some digits."""
    if isinstance(value, Fraction):
        text = brief(value)
        if "e" not in text and len(text) <= 2 * _MAX_DIGITS:
            return text
        try:
            return f"about {float(value):.6g}"
        except OverflowError:
            return f"about {text}"
    if abs(value.imag) < 1e-9 * max(1.0, abs(value)):
        return f"{value.real:.6g}"
    return f"{value.real:.6g}{value.imag:+.6g}i"


def show_point(point: Mapping[str, Value]) -> str:
    """Write a point: `x = 3, y = 1/2`."""
    return ", ".join(f"{name} = {show(value)}" for name, value in point.items())
