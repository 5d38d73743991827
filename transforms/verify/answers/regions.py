"""Parts of the number line: intervals, unions and finite sets, as disjoint pieces in order."""

import dataclasses
from fractions import Fraction

from stepsmith.transforms.formula.tree import Formula, Group, Symbol
from stepsmith.transforms.verify.answers.decimals import exact_key
from stepsmith.transforms.verify.answers.shapes import INFINITY, negative

__all__ = ["Piece", "Region", "as_region"]

_BELOW = (-1, Fraction(0))
_ABOVE = (1, Fraction(0))
_ALL_REALS = Symbol("set R")
End = tuple[int, Fraction]
"""Where a piece ends: (0, value), or `_BELOW` or `_ABOVE` everything."""


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Piece:
    """An interval; an end that is not open belongs to it."""

    low: End
    is_open_low: bool
    high: End
    is_open_high: bool


Region = tuple[Piece, ...]


def as_region(formula: Formula) -> Region | None:
    """Return the pieces of an interval, a union or a set of numbers; their ends must be exact.

    The same region has the same pieces however it is written. A pair `(1, 2)` is an interval
    only inside a union.
    """
    if isinstance(formula, Group) and formula.kind not in {"interval", "union", "set"}:
        return None
    pieces = _pieces_of(formula)
    return None if pieces is None else _merged(pieces)


def _pieces_of(formula: Formula) -> list[Piece] | None:
    if formula == _ALL_REALS:
        return [Piece(_BELOW, is_open_low=True, high=_ABOVE, is_open_high=True)]
    if not isinstance(formula, Group):
        return None
    if formula.kind == "union":
        parts = [_pieces_of(each) for each in formula.items]
        return None if None in parts else [each for part in parts for each in part or ()]
    ends = [_end(each) for each in formula.items]
    if None in ends:
        return None
    known = [each for each in ends if each is not None]
    return [_point(each) for each in known] if formula.kind == "set" else _stretch(formula, known)


def _stretch(formula: Group, ends: list[End]) -> list[Piece] | None:
    """Return the piece between the ends of an interval; one that runs backwards is none."""
    if formula.kind not in {"interval", "tuple"} or len(ends) != 2 or ends[0] > ends[1]:  # noqa: PLR2004
        return None
    low, high = ends
    opened = formula.open != "[" or low == _BELOW
    closed = formula.close != "]" or high == _ABOVE
    return [Piece(low, opened, high, closed)]


def _point(end: End) -> Piece:
    return Piece(end, is_open_low=False, high=end, is_open_high=False)


def _end(formula: Formula) -> End | None:
    if formula == INFINITY:
        return _ABOVE
    if formula == negative(INFINITY):
        return _BELOW
    value = exact_key(formula)
    return (0, value) if isinstance(value, Fraction) else None


def _merged(pieces: list[Piece]) -> Region:
    """Join the pieces that meet, and leave out the empty ones."""
    merged: list[Piece] = []
    for piece in sorted(each for each in pieces if not _is_empty(each)):
        if merged and _meet(merged[-1], piece):
            merged[-1] = _joined(merged[-1], piece)
        else:
            merged.append(piece)
    return tuple(merged)


def _is_empty(piece: Piece) -> bool:
    is_point = piece.low == piece.high
    return piece.low > piece.high or (is_point and (piece.is_open_low or piece.is_open_high))


def _meet(left: Piece, right: Piece) -> bool:
    if left.high != right.low:
        return left.high > right.low
    return not (left.is_open_high and right.is_open_low)


def _joined(left: Piece, right: Piece) -> Piece:
    high, is_open = left.high, left.is_open_high
    if right.high > high:
        high, is_open = right.high, right.is_open_high
    elif right.high == high:
        is_open = is_open and right.is_open_high
    is_open_low = left.is_open_low and (right.low > left.low or right.is_open_low)
    return Piece(left.low, is_open_low, high, is_open)
