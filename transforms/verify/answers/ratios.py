"""Ratios and clock times, `7:32` and `12:00`, part by part."""

from stepsmith.transforms.formula.tree import Apply, Formula
from stepsmith.transforms.verify.answers.comparison import Comparison
from stepsmith.transforms.verify.answers.decimals import exact_key
from stepsmith.transforms.verify.answers.values import compare_values

__all__ = ["compare_ratios", "is_ratio"]


def is_ratio(formula: Formula) -> bool:
    """Tell a ratio from other values."""
    return isinstance(formula, Apply) and formula.name == "ratio"


def compare_ratios(one: Formula, other: Formula) -> Comparison:
    """Compare two ratios; `unknown` for 2:4 and 1:2, one ratio but not one time."""
    if not isinstance(one, Apply) or not isinstance(other, Apply):
        return "unknown"
    first, second = one.arguments, other.arguments
    if len(first) != len(second):
        return "different"
    compared = {compare_values(*pair) for pair in zip(first, second, strict=True)}
    if compared == {"same"}:
        return "same"
    if any(exact_key(part) == 0 for part in (*first, *second)):
        return "different" if "different" in compared else "unknown"  # a time
    return "different" if "different" in _crossed(first, second) else "unknown"


def _crossed(first: tuple[Formula, ...], second: tuple[Formula, ...]) -> set[Comparison]:
    """Compare the products that are equal in pairs where two ratios are the same."""
    pairs = zip(first[1:], second[1:], strict=True)
    return {
        compare_values(Apply("*", (first[0], theirs)), Apply("*", (second[0], ours)))
        for ours, theirs in pairs
    }
