"""Compute with tuples and matrices of rational numbers, exactly."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, Literal

from stepsmith.transforms.derive.points import NoValueError, evaluate
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Symbol, nodes

__all__ = ["Array", "Product", "compute_array"]

Product = Literal["", "dot", "cross"]

_MAX_SIZE: Final = 8
_MAX_POWER: Final = 60
_MAX_DEPTH: Final = 40
_TRANSPOSES: Final = (Symbol("T"), Symbol("t"))
_IN_SPACE: Final = 3
Rows = tuple[tuple[Fraction, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Array:
    """Rows of equal length; a tuple has one of them, a number one of one."""

    kind: Literal["number", "tuple", "matrix"]
    rows: Rows

    @property
    def shape(self) -> tuple[str, int, int]:
        """Kind, number of rows and number of columns."""
        return self.kind, len(self.rows), len(self.rows[0])

    def __str__(self) -> str:
        """Write it in brackets, row by row."""
        rows = [", ".join(map(str, row)) for row in self.rows]
        if self.kind == "number":
            return rows[0]
        return f"({rows[0]})" if self.kind == "tuple" else f"[{'; '.join(rows)}]"


def compute_array(formula: Formula, product: Product = "") -> Array:
    """Return the value of a formula in numbers, tuples and matrices.

    `product` says what a product of two tuples is. Raises `NoValueError` where there is no value
    that is rational and certain.
    """
    return _compute(formula, product, _MAX_DEPTH)


def _compute(formula: Formula, product: Product, depth: int) -> Array:
    if depth == 0:
        raise NoValueError
    if isinstance(formula, Group):
        return _group(formula)
    if not isinstance(formula, Apply) or not any(isinstance(n, Group) for n in nodes(formula)):
        return Array("number", ((_rational(formula),),))
    if formula.name == "^" and formula.arguments[1] in _TRANSPOSES:
        return _transposed(_compute(formula.arguments[0], product, depth - 1))
    parts = [_compute(each, product, depth - 1) for each in formula.arguments]
    apply = _APPLY.get(formula.name)
    if formula.name == "*":
        return functools.reduce(functools.partial(_times, product=product), parts)
    if apply is None:
        raise NoValueError
    return apply(parts)


def _rational(formula: Formula) -> Fraction:
    value = evaluate(formula, {})
    if not isinstance(value, Fraction):
        raise NoValueError
    return value


def _group(group: Group) -> Array:
    if group.kind == "tuple" and group.open == "(" and group.close == ")":
        return Array("tuple", (tuple(map(_rational, group.items)),))
    rows = [row for row in group.items if isinstance(row, Group)]
    found = tuple(tuple(map(_rational, row.items)) for row in rows)
    is_whole = len({len(row) for row in found}) == 1 and len(rows) == len(group.items)
    if group.kind != "matrix" or not is_whole or len(rows) > _MAX_SIZE:
        raise NoValueError
    return Array("matrix", found)


def _each(array: Array, apply: Callable[[Fraction], Fraction]) -> Array:
    return Array(array.kind, tuple(tuple(map(apply, row)) for row in array.rows))


def _add(one: Array, other: Array) -> Array:
    if one.shape != other.shape:
        raise NoValueError
    pairs = zip(one.rows, other.rows, strict=True)
    return Array(one.kind, tuple(tuple(map(Fraction.__add__, *pair)) for pair in pairs))


def _times(one: Array, other: Array, product: Product) -> Array:
    if "number" in {one.kind, other.kind}:
        scale, array = (one, other) if one.kind == "number" else (other, one)
        [[factor]] = scale.rows
        return _each(array, lambda value: factor * value)
    if one.kind == other.kind == "matrix":
        return _multiplied(one, other)
    if one.shape != other.shape or not product:
        raise NoValueError
    first, second = one.rows[0], other.rows[0]
    if product == "dot":
        return Array("number", ((sum(map(Fraction.__mul__, first, second), Fraction(0)),),))
    if len(first) != _IN_SPACE:
        raise NoValueError
    (a, b, c), (x, y, z) = first, second
    return Array("tuple", ((b * z - c * y, c * x - a * z, a * y - b * x),))


def _multiplied(one: Array, other: Array) -> Array:
    if len(one.rows[0]) != len(other.rows):
        raise NoValueError
    columns = list(zip(*other.rows, strict=True))
    return Array(
        "matrix",
        tuple(
            tuple(sum(map(Fraction.__mul__, row, column), Fraction(0)) for column in columns)
            for row in one.rows
        ),
    )


def _divided(parts: Sequence[Array]) -> Array:
    array, under = parts
    if under.kind != "number" or under.rows[0][0] == 0:
        raise NoValueError
    return _each(array, lambda value: value / under.rows[0][0])


def _transposed(array: Array) -> Array:
    if array.kind != "matrix":
        raise NoValueError
    return Array("matrix", tuple(zip(*array.rows, strict=True)))


def _power(parts: Sequence[Array]) -> Array:
    base, exponent = parts
    times = exponent.rows[0][0] if exponent.kind == "number" else Fraction(1, 2)
    is_square = base.kind == "matrix" and len(base.rows) == len(base.rows[0])
    if times.denominator != 1 or not -1 <= times <= _MAX_POWER or not is_square or times == 0:
        raise NoValueError
    if times < 0:
        return _inverse(base)
    return functools.reduce(_multiplied, [base] * int(times))


def _determinant(parts: Sequence[Array]) -> Array:
    """Compute what stands between bars, of a square matrix."""
    [array] = parts
    if array.kind != "matrix" or len(array.rows) != len(array.rows[0]):
        raise NoValueError
    return Array("number", ((_expanded(array.rows),),))


def _expanded(rows: Rows) -> Fraction:
    if len(rows) == 1:
        return rows[0][0]
    pivot = next((index for index, row in enumerate(rows) if row[0]), None)
    if pivot is None:
        return Fraction(0)
    first = rows[pivot]
    rest = [row for index, row in enumerate(rows) if index != pivot]
    reduced = tuple(
        tuple(b - a * row[0] / first[0] for a, b in zip(first[1:], row[1:], strict=True))
        for row in rest
    )
    sign = Fraction(-1 if pivot % 2 else 1)
    return sign * first[0] * _expanded(reduced)


def _inverse(array: Array) -> Array:
    """Invert by cofactors; the matrices that people write down are small."""
    rows, size = array.rows, len(array.rows)
    whole = _expanded(rows)
    if whole == 0:
        raise NoValueError
    if size == 1:
        return Array("matrix", ((1 / whole,),))
    return Array(
        "matrix",
        tuple(
            tuple((-1) ** (i + j) * _expanded(_minor(rows, j, i)) / whole for j in range(size))
            for i in range(size)
        ),
    )


def _minor(rows: Rows, row: int, column: int) -> Rows:
    kept = [each for index, each in enumerate(rows) if index != row]
    return tuple((*each[:column], *each[column + 1 :]) for each in kept)


_APPLY: Final[Mapping[str, Callable[[Sequence[Array]], Array]]] = {
    "+": lambda parts: functools.reduce(_add, parts),
    "neg": lambda parts: _each(parts[0], Fraction.__neg__),
    "/": _divided,
    "^": _power,
    "abs": _determinant,
}
