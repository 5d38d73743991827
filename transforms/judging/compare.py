"""What was expected beside what was answered: the first difference, under declared options."""

import cmath
import dataclasses
import reprlib
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import TypeGuard, cast

Number = int | float | complex

_MAX_SHOWN_BITS = 4_000  # beyond some 4,300 digits Python refuses to write an int
_MAX_MATCHED = 64  # elements that have no order are matched within a tolerance at cubic cost


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """When two plain values count as equal.

    Sets have no order, nor has a dict; a set equals a frozenset. The tolerances are those of
    `math.isclose` and hold for numbers anywhere but in keys. With `int_key_is_text` the key 1 is
    "1", as in languages whose objects have no other keys.
    """

    bool_is_int: bool = False
    int_is_float: bool = True
    int_key_is_text: bool = False
    list_is_tuple: bool = False
    nan_equal: bool = True
    rel_tol: float = 0.0
    abs_tol: float = 0.0


STRICT = Comparison()
PYTHON = Comparison(bool_is_int=True)
"""As `==` has it: `True == 1 == 1.0`, and no list is a tuple."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """The first place where two values differ: `path` leads there, both are cut for reading."""

    path: str
    expected: str
    got: str

    def __str__(self) -> str:
        at = f" at {self.path}" if self.path else ""
        return f"expected {self.expected}{at}, got {self.got}"


def first_difference(expected: object, got: object, how: Comparison = STRICT) -> Difference | None:
    """Compare two plain values, left to right; None where they are equal."""
    return next(_differences(expected, got, how, ""), None)


def show(value: object) -> str:
    """Write a plain value for a reader, cut where it is long."""
    return _SHOW.repr(value)


class _Show(reprlib.Repr):
    """Cuts long values, and writes integers that Python refuses to."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = 120
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 12

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > _MAX_SHOWN_BITS:
            return f"<int of {x.bit_length()} bits>"
        return super().repr_int(x, level)


_SHOW = _Show()


def _differences(expected: object, got: object, how: Comparison, path: str) -> Iterator[Difference]:
    if _kind(expected, how) != _kind(got, how):
        yield _difference(path, expected, got, typed=True)
    elif isinstance(expected, (list, tuple)):
        yield from _in_order(
            cast("Sequence[object]", expected), cast("Sequence[object]", got), how, path
        )
    elif isinstance(expected, dict):
        yield from _by_key(
            cast("dict[object, object]", expected), cast("dict[object, object]", got), how, path
        )
    elif isinstance(expected, (set, frozenset)):
        yield from _unordered(
            cast("frozenset[object]", expected), cast("frozenset[object]", got), how, path
        )
    elif not _same_scalar(expected, got, how):
        yield _difference(path, expected, got)


def _difference(path: str, expected: object, got: object, *, typed: bool = False) -> Difference:
    left, right = show(expected), show(got)
    if typed:
        left, right = (f"{type(expected).__name__} {left}", f"{type(got).__name__} {right}")
    return Difference(path=path, expected=left, got=right)


def _kind(value: object, how: Comparison) -> str:
    name = type(value).__name__
    if name == "bool" and how.bool_is_int:
        name = "int"
    if name in ("int", "float", "complex") and how.int_is_float:
        return "number"
    if name == "tuple" and how.list_is_tuple:
        return "list"
    return "set" if name == "frozenset" else name


def _in_order(
    expected: Sequence[object], got: Sequence[object], how: Comparison, path: str
) -> Iterator[Difference]:
    for index, (left, right) in enumerate(zip(expected, got, strict=False)):
        yield from _differences(left, right, how, f"{path}[{index}]")
    if len(expected) != len(got):
        yield Difference(
            path=path,
            expected=f"{len(expected)} items {show(expected)}",
            got=f"{len(got)} items {show(got)}",
        )


def _by_key(
    expected: dict[object, object], got: dict[object, object], how: Comparison, path: str
) -> Iterator[Difference]:
    answered: dict[object, list[tuple[object, object]]] = {}
    for key, value in got.items():
        answered.setdefault(_dict_key(key, how), []).append((key, value))  # nan may be there twice
    for key, value in expected.items():
        here = f"{path}[{show(key)}]"
        found = answered.get(_dict_key(key, how))
        if found:
            yield from _differences(value, found.pop(0)[1], how, here)
        else:
            yield Difference(path=here, expected=show(value), got="no such key")
    for key, value in chain.from_iterable(answered.values()):
        yield Difference(path=f"{path}[{show(key)}]", expected="no such key", got=show(value))


def _unordered(
    expected: frozenset[object], got: frozenset[object], how: Comparison, path: str
) -> Iterator[Difference]:
    wanted, given = _outside(expected, got, how), _outside(got, expected, how)
    if (how.rel_tol or how.abs_tol) and len(wanted) == len(given):
        wanted = _unmatched(wanted, given, how)
        given = given if wanted else []
    if wanted or given:
        yield Difference(
            path=path,
            expected=f"{show(expected)} with {show(wanted)}",
            got=f"{show(got)} with {show(given)}",
        )


def _outside(some: frozenset[object], others: frozenset[object], how: Comparison) -> list[object]:
    """Return what is in `some` and not in `others`; two nan are two elements."""
    counts = Counter(_key(value, how) for value in others)
    left: list[object] = []
    for value in some:
        key = _key(value, how)
        counts[key] -= 1
        if counts[key] < 0:
            left.append(value)
    return left


def _unmatched(wanted: Sequence[object], given: Sequence[object], how: Comparison) -> list[object]:
    """Pair elements that are close, as many as can be, and return those left alone."""
    if _are_real(wanted) and _are_real(given):
        pairs = zip(sorted(wanted), sorted(given), strict=True)
        return [left for left, right in pairs if not _close(left, right, how)]
    if len(wanted) > _MAX_MATCHED:
        return list(wanted)
    partner: dict[int, int] = {}

    def pair(index: int, tried: set[int]) -> bool:
        for other, value in enumerate(given):
            if other in tried or first_difference(wanted[index], value, how) is not None:
                continue
            tried.add(other)
            if other not in partner or pair(partner[other], tried):
                partner[other] = index
                return True
        return False

    return [value for index, value in enumerate(wanted) if not pair(index, set())]


def _are_real(values: Sequence[object]) -> TypeGuard[Sequence[int | float]]:
    return all(isinstance(value, (int, float)) and value == value for value in values)  # noqa: PLR0124 -- nan is not


def _dict_key(key: object, how: Comparison) -> object:
    return _key(str(key) if how.int_key_is_text and type(key) is int else key, how)


def _key(value: object, how: Comparison) -> object:
    """Return what equals another's key where the values are equal, tolerances aside."""
    kind = _kind(value, how)
    if isinstance(value, tuple):
        return kind, tuple(_key(part, how) for part in cast("tuple[object, ...]", value))
    if isinstance(value, frozenset):
        counts = Counter(_key(part, how) for part in cast("frozenset[object]", value))
        return kind, frozenset(counts.items())
    if how.nan_equal and isinstance(value, (float, complex)) and cmath.isnan(value):
        return kind, "nan"
    return kind, value


def _same_scalar(expected: object, got: object, how: Comparison) -> bool:
    if expected == got:
        return True
    if not isinstance(expected, (int, float, complex)):
        return False
    number = cast("Number", got)
    if cmath.isnan(_finite(expected)) or cmath.isnan(_finite(number)):
        return how.nan_equal and cmath.isnan(_finite(expected)) and cmath.isnan(_finite(number))
    return _close(expected, number, how)


def _finite(value: Number) -> complex:
    return value if isinstance(value, (float, complex)) else 0j


def _close(expected: Number, got: Number, how: Comparison) -> bool:
    if not (how.rel_tol or how.abs_tol):
        return False  # they are not equal; as floats, 2**53 + 1 and 2.0**53 would be
    if isinstance(expected, int) and isinstance(got, int):
        reach = Fraction(how.rel_tol) * max(abs(expected), abs(got))
        return abs(expected - got) <= max(reach, Fraction(how.abs_tol))
    try:
        return cmath.isclose(expected, got, rel_tol=how.rel_tol, abs_tol=how.abs_tol)
    except OverflowError:  # an int beyond every float
        return False
