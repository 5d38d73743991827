"""Sums of numbers, written out, and their exact values."""

import dataclasses
from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": Fraction.__add__,
    "-": Fraction.__sub__,
    "*": Fraction.__mul__,
}


@dataclasses.dataclass(frozen=True)
class Sum:
    """An expression in brackets where they are needed."""

    text: str
    value: Fraction


@st.composite
def _sums(draw: st.DrawFn, depth: int = 3) -> Sum:
    if depth == 0 or draw(st.booleans()):
        text = draw(st.integers(0, 10**6).map(str) | st.decimals(0, 1000, places=2).map(str))
        return Sum(text, Fraction(text))
    left, right = draw(_sums(depth=depth - 1)), draw(_sums(depth=depth - 1))
    sign = draw(st.sampled_from(sorted(_OPERATIONS)))
    value = _OPERATIONS[sign](left.value, right.value)
    return Sum(f"({left.text}) {sign} ({right.text})", value)


SUMS = _sums()
