"""Units as powers of what they measure: products and quotients of them, and the signs of money."""

import dataclasses
from fractions import Fraction

from stepsmith.transforms.formula.units import MEASURES

__all__ = ["CHARGES", "MONEY_SIGNS", "UNITS", "Unit", "scales_of"]

Kind = tuple[tuple[str, int], ...]
_MONEY = frozenset(["dollar", "euro", "sterling", "rupee", "yen"])
_TEMPERATURES = frozenset(["celsius", "fahrenheit", "kelvin"])


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, as powers of base kinds, and its size in them.

    Not exact where its size is agreed on in more than one way, as of a month or a pound. `above` is
    the size of what stands above the bar. `charges` is the power of the elementary charge in its
    size, which is exact and yet rounded by many.
    """

    kind: Kind = ()
    scale: Fraction = Fraction(1)
    is_exact: bool = True
    above: Fraction = dataclasses.field(default=Fraction(1), compare=False)
    charges: int = 0

    def times(self, other: "Unit", power: int) -> "Unit":
        """Return this unit times a power of another."""
        powers = dict(self.kind)
        for base, exponent in other.kind:
            powers[base] = powers.get(base, 0) + exponent * power
        kind = tuple(sorted((base, exponent) for base, exponent in powers.items() if exponent))
        scale, is_exact = self.scale * other.scale**power, self.is_exact and other.is_exact
        above = self.above * other.scale**power if power > 0 else self.above
        return Unit(kind, scale, is_exact, above, self.charges + other.charges * power)

    def is_rate_of(self, other: "Unit") -> bool:
        """Say whether this is so much money per something, and the other just so much money."""
        [(base, power)] = other.kind if len(other.kind) == 1 else [("", 0)]
        above = [each for each in self.kind if each[1] > 0]
        return base in _MONEY and power == 1 and above == [(base, 1)] and self.above == other.scale

    @property
    def is_temperature(self) -> bool:
        """Whether another of its kind begins elsewhere, so that no factor turns one into it."""
        return len(self.kind) == 1 and self.kind[0][0] in _TEMPERATURES

    @property
    def is_angle(self) -> bool:
        """Whether it measures an angle and nothing else, which others read as a number."""
        return self.kind == (("angle", 1),)

    def counts_turns_unlike(self, other: "Unit") -> bool:
        """Say whether only an angle is between them, as between hertz, rad/s and turns a minute.

        Where a turn is one, or two pi, or a number of its own, is a habit and no rule.
        """
        return self.kind != other.kind and _without_angle(self.kind) == _without_angle(other.kind)


def _without_angle(kind: Kind) -> Kind:
    return tuple((base, power) for base, power in kind if base != "angle")


_ENERGY = {"mass": 1, "length": 2, "time": -2}
# Of the table's kinds, those that are made of others: of which powers, and the size of the table's
# unit of that kind in them, where a mass is in grams and a volume in cubic metres.
_MADE_OF = {
    "area": ({"length": 2}, Fraction(1)),
    "volume": ({"length": 3}, Fraction(1, 1000)),
    "frequency": ({"time": -1}, Fraction(1)),
    "force": ({"mass": 1, "length": 1, "time": -2}, Fraction(1000)),
    "pressure": ({"mass": 1, "length": -1, "time": -2}, Fraction(1000)),
    "energy": (_ENERGY, Fraction(1000)),
    "particle": (_ENERGY, Fraction(1_602_176_634, 10**25)),  # the elementary charge, times a volt
    "power": ({**_ENERGY, "time": -3}, Fraction(1000)),
    "potential": ({**_ENERGY, "time": -3, "current": -1}, Fraction(1000)),
    "resistance": ({**_ENERGY, "time": -3, "current": -2}, Fraction(1000)),
    "capacity": ({"mass": -1, "length": -2, "time": 4, "current": 2}, Fraction(1, 1000)),
}
CHARGES = tuple(
    Fraction(rounded) / Fraction("1.602176634")
    for rounded in ("1.602176634", "1.6", "1.602", "1.6022", "1.60218")
)
"""The elementary charge as it is, and as people round it, beside what it is."""

# Products and quotients that are written as one word.
_JOINED = {
    "mph": ("mile", "hour", -1), "kph": ("km", "hour", -1), "kmph": ("km", "hour", -1),
    "Nm": ("N", "m", 1), "kNm": ("kN", "m", 1), "Ns": ("N", "s", 1), "Vm": ("V", "m", 1),
    "rpm": ("rev", "minute", -1), "rps": ("rev", "s", -1),
    "Wh": ("W", "hour", 1), "Ah": ("A", "hour", 1), "mAh": ("mA", "hour", 1),
}  # fmt: skip
# Signs of money that stand before the number, and the unit that each of them is.
MONEY_SIGNS = {
    r"\$": "dollar", "USD": "dollar", r"US\$": "dollar", r"US \$": "dollar",
    r"\euro": "euro", "EUR": "euro", r"\pounds": "gbp", "\u20b9": "rupee", "Rs.": "rupee",
    "Rs": "rupee", "INR": "rupee", r"\yen": "yen",
}  # fmt: skip


def _units() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for each in MEASURES:
        powers, size = _MADE_OF.get(each.kind, ({each.kind: 1}, Fraction(1)))
        scale, charges = each.size * size, int(each.kind == "particle")
        kind = tuple(sorted(powers.items()))
        unit = Unit(kind, scale, each.is_exact, above=scale, charges=charges)
        units.update(dict.fromkeys((*each.plain, *each.others), unit))
    for name, (one, other, power) in _JOINED.items():
        units[name] = units[one].times(units[other], power)
    return units


UNITS = _units()


def scales_of(kind: Kind) -> list[Fraction]:
    """Return the sizes of the units that measure what `kind` does, also as powers of one base."""
    scales = {unit.scale for unit in UNITS.values() if unit.kind == kind}
    if len(kind) == 1:
        [(base, power)] = kind
        scales |= {unit.scale**power for unit in UNITS.values() if unit.kind == ((base, 1),)}
    return sorted(scales)
