"""Arbitrary points that the formulas themselves decide: the same on every run and machine."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from stepsmith.transforms.formula.field import PRIME
from stepsmith.transforms.formula.tree import Apply, Formula, Group, Number, Symbol, nodes

__all__ = ["far_points", "field_points", "fingerprint", "real_points"]


def fingerprint(formulas: Iterable[Formula]) -> bytes:
    """Digest all that is written, so that no text can be made to suit its own points.

    The order of the formulas does not matter.
    """
    digests = sorted(_digest(formula) for formula in formulas)
    return hashlib.sha256(b"".join(digests)).digest()


def _digest(formula: Formula) -> bytes:
    seen: list[str] = []
    for node in nodes(formula):
        if isinstance(node, Number):
            seen.append(f"{node.value.numerator:x}/{node.value.denominator:x}")
        elif isinstance(node, Symbol | Apply):
            seen.append(node.name)
        elif isinstance(node, Group):
            seen.append(node.kind)
    return hashlib.sha256("\0".join(seen).encode(errors="surrogatepass")).digest()


def field_points(names: Sequence[str], key: bytes, count: int) -> Iterator[dict[str, int]]:
    """Yield points of the prime field; pi and e are among the names."""
    for index in range(count):
        yield {
            name: int.from_bytes(_draw(key, index, name), "big") % (PRIME - 2) + 2 for name in names
        }


# Small, middling and large, of both signs: where arc sines, logarithms and roots are defined.
_SCALES = (1, 3, 3, 1, 30, 10, 10, 30, 100, 100, 1, 1)
_STEPS = 5040


def real_points(names: Sequence[str], key: bytes) -> Iterator[dict[str, Fraction]]:
    """Yield rational points; in the first of each two all coordinates are positive."""
    for index, scale in enumerate(_SCALES):
        yield {
            name: _coordinate(_draw(key, index, name), scale, signed=index % 2 == 1)
            for name in names
        }


# Beyond where people's numbers lie: `|x - 100|` and `100 - x` part only there.
_FAR_SCALES = (400, 10**4, 10**9, 10**30)
_DIRECTIONS = 4


def far_points(names: Sequence[str], key: bytes) -> Iterator[dict[str, Fraction]]:
    """Yield points far out: of each four one has all signs plus, one all minus, two are mixed."""
    for index in range(len(_FAR_SCALES) * _DIRECTIONS):
        scale, direction = _FAR_SCALES[index // _DIRECTIONS], index % _DIRECTIONS
        point: dict[str, Fraction] = {}
        for place, name in enumerate(names):
            size = _coordinate(_draw(key, len(_SCALES) + index, name), scale, signed=False)
            mixed = direction > 1 and (place + direction) % 2 == 0
            point[name] = -size if direction == 1 or mixed else size
        yield point


def _coordinate(drawn: bytes, scale: int, *, signed: bool) -> Fraction:
    part = int.from_bytes(drawn[:8], "big") % (2 * _STEPS) + _STEPS
    size = Fraction(scale * part, 3 * _STEPS + 1)  # from a third of the scale up to all of it
    return -size if signed and drawn[8] % 4 else size


def _draw(key: bytes, index: int, name: str) -> bytes:
    return hashlib.blake2b(
        name.encode(), key=key, salt=index.to_bytes(8, "big"), digest_size=16
    ).digest()
