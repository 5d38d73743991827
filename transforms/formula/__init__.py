"""Formulas as people and models write them: read into trees, computed exactly, compared."""

from stepsmith.transforms.formula.compare import Comparison, compare, rounds_to
from stepsmith.transforms.formula.errors import TooLargeError, UnreadableError
from stepsmith.transforms.formula.exact import brief, exact_value
from stepsmith.transforms.formula.read import read_formula
from stepsmith.transforms.formula.rewrite import (
    alternatives,
    as_assignment,
    substitute,
    without_units,
)
from stepsmith.transforms.formula.tree import (
    CONSTANTS,
    Apply,
    Formula,
    Group,
    Number,
    Quantity,
    Relation,
    Symbol,
    Words,
    nodes,
    parts,
    symbols,
)

__all__ = [
    "CONSTANTS",
    "Apply",
    "Comparison",
    "Formula",
    "Group",
    "Number",
    "Quantity",
    "Relation",
    "Symbol",
    "TooLargeError",
    "UnreadableError",
    "Words",
    "alternatives",
    "as_assignment",
    "brief",
    "compare",
    "exact_value",
    "nodes",
    "parts",
    "read_formula",
    "rounds_to",
    "substitute",
    "symbols",
    "without_units",
]
