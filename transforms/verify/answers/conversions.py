"""What the words after a number do to its value: a unit converts it, other words turn it."""

import itertools

from stepsmith.transforms.formula.units import MEASURES, unit_name
from stepsmith.transforms.verify.answers.words import NUMBER_WORDS, PARTS

__all__ = ["factors_of", "turns"]

# Not the quotients of all sizes: those that people go wrong by, or turn one unit into another by.
_BY_KIND = {
    "time": (7, 12, 24, 30, 52, 60, 168, 365, 1440, 3600),
    "length": (3, 10, 12, 36, 100, 1000, 1760, 5280, 10_000),
    "mass": (16, 1000, 2000),
    "volume": (2, 4, 8, 16, 1000),
    "dollar": (100,),
    "euro": (100,),
}
# Of what the table of units has not, or has as something else: a pound is money, too.
_BY_NAME = {"cup": "volume", "pound": "dollar"}
_COUNTS = {"dozen": 12, "pair": 2, "score": 20}
_NONE = frozenset[int]()


def _factors() -> dict[str, frozenset[int]]:
    kinds = [
        (unit_name(spelling), unit.kind)
        for unit in MEASURES
        for spelling in (*unit.plain, *unit.others)
    ]
    factors = {name: frozenset([count]) for name, count in _COUNTS.items()}
    for name, kind in (*kinds, *_BY_NAME.items()):
        factors[name] = factors.get(name, _NONE).union(_BY_KIND.get(kind, ()))
    return factors


_FACTORS = _factors()


def factors_of(unit: str) -> frozenset[int]:
    """Return the factors by which the units of one kind differ; none for what is no measure."""
    return _NONE.union(*(_FACTORS.get(word.partition("^")[0], _NONE) for word in unit.split()))


# With one of these after it, a number does not mean itself: `5 below zero`, `101 in binary`.
_WORDS = (
    "than below under not or plus minus negative binary octal hexadecimal hex base mod modulo "
    "factorial point ppm ppb mille gross grand remainder except unless"
)
_TURNING = NUMBER_WORDS | frozenset(_WORDS.split())
_POWERS = frozenset(["squared", "cubed"])


def turns(unit: str) -> bool:
    """Say whether the words after a number may change its value, as in `3 fifths`."""
    words = unit.replace("-", " ").split()
    if not words:
        return False
    is_part = any(_is_part(word) for word in (words[-1], *_before_of(words)))
    return is_part or words[0] in _POWERS or not _TURNING.isdisjoint(words)


def _is_part(word: str) -> bool:
    return word in PARTS or f"{word}s" in PARTS  # of `halves`, the reader makes `halve`


def _before_of(words: list[str]) -> list[str]:
    return [word for word, following in itertools.pairwise(words) if following == "of"]
