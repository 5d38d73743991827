"""The words that stand beside numbers: units, words that compute, and words that hedge."""

from typing import Final

from stepsmith.transforms.formula.units import UNITS
from stepsmith.transforms.verify.steps.tokens import Token

# A number beside one of them is not a number on its own.
COMPUTING: Final = frozenset(
    """
    times plus minus over by divided multiplied added subtracted add subtract multiply divide sum
    difference product quotient ratio squared cubed square cube root sqrt power exponent half
    third quarter twice double triple factorial choose mod modulo remainder gcd lcm max min floor
    ceil ceiling abs sin cos tan cot sec csc log ln exp hundred hundreds thousand thousands million
    millions billion billions trillion dozen dozens percent percentage than less more fewer fourth
    fifth tenth thirds quarters halves fifths lg arcsin arccos arctan det rank dim deg arg
    """.split()  # noqa: SIM905 -- many quoted words would be harder to read
)
_MAX_SHORT: Final = 2
# Of two letters; longer words may be units of anything. In prose, `in` is none.
_SHORT_UNITS: Final = frozenset(unit for unit in UNITS if len(unit) <= _MAX_SHORT) - {"in"} | {
    *("mg", "gb", "mb", "kb", "cl", "dl", "wk", "mo", "ph", "cc", "pm", "am")
}
NO_UNITS: Final = frozenset(
    {"and", "then", "but", "that", "where", "which", "when", "because", "since"}
    | {"becomes", "become", "equals", "gives", "yields", "means", "makes", "implies"}
)
JOINING: Final = frozenset({"a", "an", "the", "of", "in", "per", "each", "for", "from", "new"})

FACTORS: Final = frozenset(
    {7, 10, 12, 14, 16, 20, 24, 25, 28, 30, 31, 36, 48, 52, 60, 100, 120, 144, 168, 360, 365, 1000}
    | {1440, 1760, 3600, 5280, 10_000, 86_400, 1_000_000}
)
SMALL_CHANGE: Final = frozenset({"cent", "penny", "penni", "nickel", "dim", "quarter", "¢"})


def stem(word: str) -> str:
    """Return a unit's singular, roughly."""
    return word.lower().removesuffix("s").removesuffix("e")


# Of money, only what has small change in prose; and a word that is too common to be a unit.
_NOT_CONVERTED: Final = frozenset({"euro", "in", "in.", "mph", "rad", "rupe", "unit", "usd", "yen"})
_CONVERTIBLE: Final = frozenset(map(stem, UNITS)) - _NOT_CONVERTED | frozenset(
    """
    wk decad century g mg m l h ton gallon quart pint cup byt megabyt gigabyt gb mb
    penny penni nickel dim quarter pair set point tim
    dozen hundred thousand million billion trillion percent %
    """.split()  # noqa: SIM905 -- many quoted words would be harder to read
)


def converts(unit: str) -> bool:
    """Tell whether things are often converted into or out of this unit, given by its stem."""
    return unit in _CONVERTIBLE


def is_unit(token: Token) -> bool:
    """Tell whether a word may name what a number before it counts."""
    text = token.text
    if token.end - token.start > len(text) + 2:  # \text{m}
        return text.lower() not in COMPUTING
    low = text.lower()
    if len(low) > _MAX_SHORT:  # shorter ones are names more often
        return low not in COMPUTING and low not in NO_UNITS
    return low in _SHORT_UNITS
