"""Units: what they measure, how large they are, how they are written, and one name for each.

This is the one table of them. Readers of formulas take the plain spellings, `answers` all of them,
and `steps` what stands beside numbers in prose.
"""

import dataclasses
from fractions import Fraction

__all__ = ["MEASURES", "UNITS", "UnitOfMeasure", "unit_name"]


@dataclasses.dataclass(frozen=True, slots=True)
class UnitOfMeasure:
    """A unit: the kind of what it measures, and its size beside others of its kind.

    The size is not exact where it is agreed on in more than one way, as of a month or a pound. The
    first of the plain spellings is its name. The others are read where a unit is beyond doubt.
    """

    kind: str
    size: Fraction
    is_exact: bool
    plain: tuple[str, ...]
    others: tuple[str, ...]


# A line is: what is measured; the size of the unit; its plain spellings; a bar, and the others. A
# tilde: sizes differ.
_TABLE = """
length     1             meter meters metre metres | m
length     1/100         cm centimeter centimeters centimetre centimetres | cms
length     1/1000        mm millimeter millimeters millimetre millimetres | mms
length     1/10          | dm decimeter decimeters
length     1000          km kilometer kilometers kilometre kilometres | kms
length     1/1000000     | um micrometer micrometers micron microns
length     1/1000000000  | nm nanometer nanometers
length     127/5000      inch inches in in.
length     381/1250      foot feet ft
length     1143/1250     yard yards yd yds
length     ~1609         mile miles mi
mass       1             gram grams | g gm gms
mass       1000          kg kilogram kilograms kgs
mass       1/1000        | mg milligram milligrams
mass       ~454          pound pounds lb lbs
mass       ~28           ounce ounces oz
mass       ~1000000      | ton tons tonne tonnes
time       1             second seconds sec secs | s
time       60            minute minutes min mins
time       3600          hour hours hr hrs | h
time       86400         day days
time       604800        week weeks | wk wks
time       1/1000        | ms millisecond milliseconds
time       1/1000000     | us microsecond microseconds
time       1/1000000000  | ns nanosecond nanoseconds
time       ~2628000      month months
time       ~31536000     year years yr yrs
volume     1             liter liters litre litres | L l
volume     1/1000        ml milliliter milliliters | mL mls millilitre millilitres
volume     ~4            | gal gallon gallons
volume     ~1            | qt quart quarts
volume     ~1/2          | pt pint pints
current    1             | A amp amps ampere amperes
current    1/1000        | mA
potential  1             | V volt volts
potential  1000          | kV
potential  1/1000        | mV
power      1             | W watt watts
power      1000          | kW kilowatt kilowatts
power      1000000       | MW megawatt megawatts
power      1/1000        | mW milliwatt milliwatts
energy     1             | J joule joules
energy     1000          | kJ kilojoule kilojoules
energy     1000000       | MJ
energy     3600000       | kWh
energy     ~4            | cal calorie calories
energy     ~4184         | kcal
particle   1             | eV
particle   1000          | keV
particle   1000000       | MeV
particle   1000000000    | GeV
force      1             | N newton newtons
force      1000          | kN kilonewton kilonewtons
pressure   1             | Pa pascal pascals
pressure   1000          | kPa
pressure   101325        | atm
pressure   1000000       | MPa
pressure   1000000000    | GPa
pressure   100000        | bar
pressure   ~133          | mmHg torr
resistance 1             | ohm ohms
resistance 1000          | kohm
resistance 1000000       | Mohm
resistance 1/1000        | mohm
capacity   1/1000000     | uF
capacity   1/1000000000  | nF
capacity   1/1000000000000 | pF
frequency  1             | Hz hertz
frequency  1000          | kHz
frequency  1000000       | MHz
frequency  1000000000    | GHz
angle      1             | rad radian radians
angle      ~6.2831853    | rev revs revolution revolutions
amount     1             | mol mole moles
amount     1/1000        | mmol
data       1             | byte bytes
data       ~1000         | kB KB kilobyte kilobytes
data       ~1000000      | MB megabyte megabytes
data       ~1000000000   | GB gigabyte gigabytes
data       ~1000000000000 | TB terabyte terabytes
level      1             | dB decibel decibels
area       10000         | ha hectare hectares
area       ~4047         | acre acres
kelvin     1             | K kelvin kelvins
celsius    1             | degC
fahrenheit 1             | degF
dollar     1             dollar dollars usd
dollar     1/100         cent cents
euro       1             euro euros | eur
sterling   1             | gbp
rupee      1             rupee rupees
yen        1             yen
"""
# These have a name and no size: an angle is a number, and a speed the quotient of two units.
_NAMES_ALONE = (("degree", "degrees", "deg"), ("radian", "radians", "rad"), ("unit", "units"))
_SPEED = "mph"


def _measures() -> tuple[UnitOfMeasure, ...]:
    units: list[UnitOfMeasure] = []
    for line in _TABLE.strip().splitlines():
        plain, _, others = line.partition("|")
        kind, size, *spellings = plain.split()
        unit = UnitOfMeasure(
            kind=kind,
            size=Fraction(size.lstrip("~")),
            is_exact=not size.startswith("~"),
            plain=tuple(spellings),
            others=tuple(others.split()),
        )
        units.append(unit)
    return tuple(units)


MEASURES = _measures()
_NAMES = {
    spelling: spellings[0]
    for spellings in (*(unit.plain for unit in MEASURES), (_SPEED,), *_NAMES_ALONE)
    for spelling in spellings
}
UNITS = frozenset(_NAMES)
"""The plain spellings."""
_SHORTEST_PLURAL = 4


def unit_name(text: str) -> str:
    """Return one name for a unit however it is written: lower case, singular, single spaces."""
    words = text.lower().replace(" ^", "^").strip(" .,").split()
    return " ".join([_NAMES.get(word) or _singular(word) for word in words])


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return word
    return word[:-1]
