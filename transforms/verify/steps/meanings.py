"""What an equation that seems false may state in notation of its own: shares, angles, dates."""

import math
import re
from fractions import Fraction
from typing import Final

from stepsmith.transforms.verify.steps.compare import Compared
from stepsmith.transforms.verify.steps.sides import Side
from stepsmith.transforms.verify.steps.trees import Number, Tree, apart, compute

_HALF_TURN: Final = 180 / math.pi
_NEAR: Final = 1e-3
_MAX_PARTS: Final = 12
_MONTH: Final = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)"
    r"(?:uary|ruary|ch|il|ust|ember|ober)?\b"
)
_HOUR: Final = re.compile(r"(?i)(?<![a-z])(?:[ap]\.?m\b|o'clock|midnight|noon|clock)")
_MONTHS: Final = frozenset({28, 29, 30, 31})
_HOURS: Final = frozenset({12, 24})
_WORKED: Final = re.compile(r"(?i)\bhours?\b")
_HALF_DAY: Final = 12
_CLOCK_HOURS: Final = frozenset(range(1, _HALF_DAY + 1))
_INCLUSIVE: Final = re.compile(r"(?i)\b(?:inclusive|through|from|between|pages?|numbers?)\b")
_MEAN: Final = re.compile(r"(?i)\b(?:averages?|mean|midpoint|median)\b")
_OPERATION: Final = re.compile(r"[\w)}][\s$]*(?:\\?[#@&~]|[★☆⊕⊗⊙◊◇△▽∘⋆⊖])[\s$]*$")
_DEFINES: Final = re.compile(
    r"(?i)\b(?:operat(?:ions?|ors?)|defin\w+|for (?:all|any) (?:\w+ ){0,3}numbers)\b"
)
_PRODUCT: Final = re.compile(r"[a-zA-Z]\$?\s*(?:\*|\\ast|×|\\times|\\cdot)\s*\$?[a-zA-Z]\$?\s*=")  # noqa: RUF001 -- a sign that people write
_STAR: Final = re.compile(r"(?<![A-Za-z])[a-zA-Z]\$?\s*(?:\*|\\ast)\s*\$?[a-zA-Z](?![A-Za-z])")
_MULTIPLIES: Final = re.compile(r"[*×]|\\ast|\\times|\\cdot")  # noqa: RUF001 -- the same
_REMAINDER: Final = re.compile(
    r"(?i)\bremainders? (?:when|of|is|upon|after)\b|\b(?:units?|last|ones|final|tens)"
    r"(?: two| three)? digits?\b"
)
_OF_ANOTHER: Final = re.compile(
    r"[0-9][0-9.,]*\s*=(?:\s*[0-9]+(?:\.[0-9]+)?\s?\\?%\s*[-+])++\s*[0-9]+(?:\.[0-9]+)?\s?\\?%"
)
_SPACE: Final = re.compile(r"[\s$]+")


def by_problem(right: Side, compared: Compared, relation: str, prompt: str) -> str:
    """Say how the problem gives such an equation another meaning, or nothing."""
    if not prompt:
        return ""
    if _SPACE.sub("", relation) in _SPACE.sub("", prompt):
        return "the problem states it"
    is_made_up = _STAR.search(prompt) or (_PRODUCT.search(prompt) and _DEFINES.search(prompt))
    if _MULTIPLIES.search(relation) and is_made_up:
        return "an operation that the problem defines"
    one, other = compared.left, compared.right
    if isinstance(one, int) and isinstance(other, int) and right.read.is_lone:
        is_less = 0 <= other < one
        if is_less and _REMAINDER.search(prompt):
            return "a remainder, or a digit"
    return ""


def by_meaning(
    left: Side, right: Side, compared: Compared, text: str, at: tuple[int, int, int, int]
) -> str:
    """Say what else the equation may mean; `at` is where its sentence and itself begin and end."""
    begin, start, end, stop = at
    one, other = compared.left, compared.right
    if one is None or other is None:
        return ""
    sentence, tree = text[begin:stop], left.read.tree
    difference = apart(one, other)[0]
    share = _is_share(tree) and right.read.is_lone and other > 1
    meanings: tuple[tuple[str, object], ...] = (
        ("an operation that is not known", _OPERATION.search(text[max(0, start - 20) : start])),
        ("degrees or radians", _are_angles(one, other)),
        ("a share of something", share or _OF_ANOTHER.fullmatch(text[start:end])),
        ("dates", difference in _MONTHS and _MONTH.search(sentence)),
        ("clock times", difference in _HOURS and _HOUR.search(sentence)),
        ("clock times", _is_shift(tree, other) and _WORKED.search(sentence)),
        ("a range", _is_span(tree, other) and _INCLUSIVE.search(sentence)),
        ("a division with a remainder", not right.read.is_lone and _is_division_of(tree, other)),
        ("units may have been converted", tree == Number(1, 0) and right.units),
        (
            "brackets left out of an average",
            _MEAN.search(text[begin:start]) and _is_mean(tree, other),
        ),
    )
    return next((meaning for meaning, is_there in meanings if is_there), "")


def _are_angles(one: float | Fraction, other: float | Fraction) -> bool:
    """Tell whether a value is the other one in degrees."""
    if not (isinstance(one, float) or isinstance(other, float)):
        return False
    small, large = sorted((abs(float(one)), abs(float(other))))
    return small > 0 and abs(large / small - _HALF_TURN) < _NEAR * _HALF_TURN


def _is_share(tree: Tree) -> bool:
    """Tell whether this is a small fraction in its lowest terms, or a whole: 3/5, 5/5."""
    if isinstance(tree, Number) or tree.operation not in {"/", "//"}:
        return False
    over, under = tree.left, tree.right
    if not (isinstance(over, Number) and isinstance(under, Number)):
        return False
    if not (isinstance(over.value, int) and isinstance(under.value, int)):
        return False
    if not 0 < over.value <= under.value <= _MAX_PARTS:
        return False
    return over.value == under.value or math.gcd(over.value, under.value) == 1


def ascends(tree: Tree) -> bool:
    """Tell whether this is a number, a dash and a larger number, as a range has them."""
    return _span(tree) > 0


def _span(tree: Tree) -> float | Fraction:
    if isinstance(tree, Number) or tree.operation != "-":
        return 0
    first, last = tree.left, tree.right
    if not (isinstance(first, Number) and isinstance(last, Number)):
        return 0
    return last.value - first.value


def _is_span(tree: Tree, other: float | Fraction) -> bool:
    """Tell whether this is how many there are from one number to a larger one: 2000-2010 = 11."""
    span = _span(tree)
    return span > 0 and span <= other <= span + 1


def _is_shift(tree: Tree, other: float | Fraction) -> bool:
    """Tell whether this is how long it is from one hour to another: 9-5 = 8."""
    span = _span(tree)
    if isinstance(tree, Number) or span == 0:
        return False
    hours = (compute(tree.left), compute(tree.right), other)
    return all(hour in _CLOCK_HOURS for hour in hours) and (span - other) % _HALF_DAY == 0


def _is_division_of(tree: Tree, other: float | Fraction) -> bool:
    """Tell whether a division is given by what is divided: 500 / 13 = 13 * 38 + 6."""
    if isinstance(tree, Number) or tree.operation not in {"/", "//"}:
        return False
    return isinstance(tree.left, Number) and tree.left.value == other and other != 0


def _is_mean(tree: Tree, other: float | Fraction) -> bool:
    """Tell whether a + b / 2, with brackets around the sum, has this value."""
    if isinstance(tree, Number) or tree.operation != "+" or isinstance(tree.right, Number):
        return False
    last = tree.right
    if last.operation not in {"/", "//"}:
        return False
    count = compute(last.right)
    gap, size = apart(compute(tree.left) + compute(last.left), other * count)
    return count != 0 and gap * 1_000 <= size
