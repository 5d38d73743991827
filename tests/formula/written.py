"""Random formulas, each written in LaTeX and in plain text beside its value."""

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st


@dataclasses.dataclass(frozen=True)
class Written:
    """A formula in both notations; `tight` where it needs no brackets as a factor or a base."""

    latex: str
    plain: str
    value: Fraction
    tight: bool = False

    def bracketed(self) -> "Written":
        if self.tight:
            return self
        return Written(f"\\left({self.latex}\\right)", f"({self.plain})", self.value, tight=True)


def whole(number: int) -> Written:
    return Written(str(number), str(number), Fraction(number), tight=number >= 0)


def _decimal(number: int) -> Written:
    text = f"{number // 100}.{number % 100:02}"
    return Written(text, text, Fraction(number, 100), tight=True)


def _grouped(number: int) -> Written:
    latex = f"{number:,}".replace(",", "{,}") if number % 2 else f"{number:,}".replace(",", r",\!")
    return Written(latex, f"{number:,}", Fraction(number), tight=True)


def _mixed(whole_part: int, above: int) -> Written:
    value = whole_part + Fraction(above, 10)
    return Written(rf"{whole_part}\frac{{{above}}}{{10}}", f"{whole_part} {above}/10", value)


def added(one: Written, other: Written) -> Written:
    right = other if not other.latex.startswith("-") else other.bracketed()
    return Written(
        f"{one.latex} + {right.latex}", f"{one.plain}+{right.plain}", one.value + other.value
    )


def subtracted(one: Written, other: Written) -> Written:
    right = other.bracketed()
    return Written(
        f"{one.latex} - {right.latex}", f"{one.plain} - {right.plain}", one.value - other.value
    )


def multiplied(one: Written, other: Written) -> Written:
    left, right = one.bracketed(), other.bracketed()
    return Written(
        rf"{left.latex} \cdot {right.latex}",
        f"{left.plain}*{right.plain}",
        one.value * other.value,
    )


def side_by_side(one: Written, other: Written) -> Written:
    """Write a product without a sign; `(1,234)` would be a pair."""
    return Written(
        rf"({one.latex})\left({other.latex}\right)",
        f"({one.plain} + 0)({other.plain} + 0)",
        one.value * other.value,
    )


def divided(one: Written, other: Written) -> Written:
    if not other.value:
        other = added(other, whole(1))
    left, right = one.bracketed(), other.bracketed()
    return Written(
        rf"\dfrac{{{one.latex}}}{{{other.latex}}}",
        f"({left.plain}/{right.plain})",
        one.value / other.value,
        tight=True,
    )


def squared(one: Written, _: Written) -> Written:
    base = one.bracketed()
    return Written(f"{base.latex}^{{2}}", f"{base.plain}**2", one.value**2)


def negated(one: Written, _: Written) -> Written:
    inner = one.bracketed()
    return Written(f"-{inner.latex}", f"-{inner.plain}", -one.value)


def absolute(one: Written, _: Written) -> Written:
    return Written(rf"\left|{one.latex}\right|", f"abs({one.plain})", abs(one.value), tight=True)


def floored(one: Written, _: Written) -> Written:
    value = Fraction(math.floor(one.value))
    latex = rf"\lfloor {one.latex} \rfloor"
    return Written(latex, f"floor({one.plain})", value, tight=True)


def root_of_square(one: Written, _: Written) -> Written:
    base = one.bracketed()
    return Written(rf"\sqrt{{{base.latex}^2}}", f"sqrt({base.plain}^2)", abs(one.value), tight=True)


def percent(one: Written, _: Written) -> Written:
    inner = one.bracketed()
    return Written(rf"{inner.latex}\%", f"{inner.plain}%", one.value / 100)


Operation = Callable[[Written, Written], Written]
OPERATIONS: list[Operation] = [
    added,
    subtracted,
    multiplied,
    side_by_side,
    divided,
    squared,
    negated,
    absolute,
    floored,
    root_of_square,
    percent,
]

numbers = st.one_of(
    st.integers(-50, 50).map(whole),
    st.integers(0, 10_000).map(_decimal),
    st.integers(1_000, 10**9).map(_grouped),
    st.builds(_mixed, st.integers(1, 20), st.integers(1, 9)),
)


def _extend(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    return st.builds(
        lambda operation, one, other: operation(one, other),
        st.sampled_from(OPERATIONS),
        inner,
        inner,
    )


def is_small(formula: Written) -> bool:
    """Say whether the formula stays within the limits on length and on bits."""
    return len(formula.latex) < 600 and abs(formula.value) < 10**300


formulas = st.recursive(numbers, _extend, max_leaves=12).filter(is_small)


def _polynomial(coefficients: list[int]) -> str:
    return " + ".join(f"({c})x^{{{power}}}" for power, c in enumerate(coefficients))


coefficients = st.lists(st.integers(-9, 9), min_size=1, max_size=5)
polynomials = coefficients.map(_polynomial)
