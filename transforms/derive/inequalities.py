"""Confirm inequalities that say otherwise what one before them says, or what the problem does.

This only ever confirms: what does not follow from one of them may follow from several.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stepsmith.transforms.derive.agree import proportion
from stepsmith.transforms.derive.chains import MAX_CHARACTERS, Chain, Side, find_comparisons
from stepsmith.transforms.derive.expression import Expression, difference, opaque
from stepsmith.transforms.derive.judgement import Judgement, shorten
from stepsmith.transforms.derive.statements import Pair, read_side
from stepsmith.transforms.derive.trail import PROBLEM, Trail

__all__ = ["judge_inequalities", "may_compare"]

_RULE: Final = "inequality"
_COMPARES: Final = re.compile(r"[<>≤≥]|\\(?:[lg]eq?(?:slant)?|[lg]t)(?![a-z])")
_STRICT: Final = frozenset({"<", ">", "\\lt", "\\gt"})
_LESS: Final = frozenset({"<", "\\lt", "<=", "≤", "\\le", "\\leq", "\\leqslant"})
_MORE: Final = frozenset({">", "\\gt", ">=", "≥", "\\ge", "\\geq", "\\geqslant"})
_MAX_READ: Final = 30
_MAX_BEFORE: Final = 20


class _Inequality(NamedTuple):
    """`gap > 0`, or `gap >= 0` where it is not strict; the sides as written, from left to right."""

    gap: Expression
    is_strict: bool
    sign: str
    sides: tuple[Side, Side]
    read: tuple[Expression, Expression]

    @property
    def text(self) -> str:
        """How it is written."""
        return f"{self.sides[0].source} {self.sign} {self.sides[1].source}"


def may_compare(text: str) -> bool:
    """Tell quickly whether a text may state an inequality."""
    return len(text) <= MAX_CHARACTERS and _COMPARES.search(text) is not None


def judge_inequalities(trail: Trail) -> Iterator[Judgement]:
    """Compare each new inequality with those before it in the same variables."""
    before = [
        (each, step == PROBLEM)
        for step, text in enumerate(trail.texts[:-1], PROBLEM)
        for each in _read(text)
    ]
    for new in _read(trail.texts[-1]):
        for old, is_given in before[: -_MAX_BEFORE - 1 : -1]:
            is_new = is_given or _formulas(new) != _formulas(old)
            if is_new and _follows(new, old):
                yield _judgement(trail.texts[-1], new, old)
                break
        before.append((new, False))


def _formulas(each: _Inequality) -> object:
    return [side.formula for side in each.read]


def _follows(new: _Inequality, old: _Inequality) -> bool:
    """Tell whether one is the other times a number that is not negative, and no stricter."""
    if new.gap.names != old.gap.names or (new.is_strict and not old.is_strict):
        return False
    ratio = proportion(new.gap, old.gap)
    return ratio is not None and ratio.imag == 0 and ratio.real > 0


@functools.lru_cache(maxsize=512)
def _read(text: str) -> Sequence[_Inequality]:
    """Return the inequalities of a text that hold variables."""
    return list(itertools.islice(_find(text), _MAX_READ)) if may_compare(text) else []


def _find(text: str) -> Iterator[_Inequality]:
    for left, sign, right in find_comparisons(text):
        if sign not in _LESS | _MORE:
            continue
        one, other = read_side(left.source), read_side(right.source)
        if one is None or other is None:
            continue
        small, large = (one, other) if sign in _LESS else (other, one)
        gap = difference(opaque(large), opaque(small))
        if gap.names:
            yield _Inequality(gap, sign in _STRICT, sign, (left, right), (one, other))


def _judgement(text: str, new: _Inequality, old: _Inequality) -> Judgement:
    sides, (left, right) = new.sides, new.read
    start, end = sides[0].start, sides[1].end
    chain = Chain.of(sides)
    equation = opaque(left), opaque(right)
    pair = Pair(left, right, equation, new.gap.names, text[start:end], start, end, chain, 0)
    computed = f"holds wherever {shorten(old.text)} does"
    return Judgement(pair, "partly", _RULE, computed, sign=new.sign)
