r"""Judge equations between tuples and matrices of numbers: `2(1, 3) + (0, 1) = (2, 7)`.

Nothing is said of a tuple that stands alone on both sides, which may be a greatest common divisor
or a condition, nor of products of tuples whose sign does not say which product it is.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Final

from stepsmith.transforms.derive.array_values import Array, Product, compute_array
from stepsmith.transforms.derive.chains import Chain, find_chains
from stepsmith.transforms.derive.context import is_other_arithmetic, is_taken_back, supposes
from stepsmith.transforms.derive.expression import express
from stepsmith.transforms.derive.judgement import Judgement
from stepsmith.transforms.derive.points import NoValueError
from stepsmith.transforms.derive.statements import Pair
from stepsmith.transforms.derive.trail import Trail
from stepsmith.transforms.formula.errors import UnreadableError
from stepsmith.transforms.formula.read import read_formula
from stepsmith.transforms.formula.tree import Apply, Formula, Group, nodes

_RULE: Final = "tuples and matrices"
_MATRIX: Final = r"\\begin\s?\{(?:[pbB]|small)?matrix\}.{1,600}?\\end\s?\{(?:[pbB]|small)?matrix\}"
_BARRED: Final = r"\\begin\s?\{vmatrix\}.{1,600}?\\end\s?\{vmatrix\}"
_ANGLED: Final = r"\\langle(?![a-z])[^=<>]{1,100}?\\rangle(?![a-z])"
_MASKED: Final = re.compile(rf"(?s)\\det\s*(?:{_MATRIX})|{_MATRIX}|{_BARRED}|{_ANGLED}")
_TUPLE: Final = re.compile(r"\(\s?-?[0-9./]+\s?,[-0-9./, ]+\)")
_MARKUP: Final = re.compile(r"\$|\\(?:left|right|big|Big)(?![A-Za-z])|\\[()\[\]]|&|\\[,;!]")
_CROSS: Final = re.compile(r"\\times|[×⨯]")  # noqa: RUF001 -- signs that people write
_DOT: Final = re.compile(r"\\cdot|\\bullet|[·⋅•∙]")
_OTHERWISE: Final = re.compile(
    r"(?i)\b(?:intervals?|permutations?|cycles?|gcd|lcm|groups?|rings?|fields?|complex|operations?"
    r"|component-?wise|element-?wise|Hadamard|augmented)\b|\\mathbb\s?\{?[ZF]|\\oplus|\\circ"
)
_MULTIPLE: Final = re.compile(r"(?<=[0-9}])\s*(?=\(\s?-?[0-9]+\s?,)")  # 2(1, 3)
# A name, a function or a matrix beside a chain multiplies it: `\mathbf{A} (1, 2) = 3 (1, 2)`.
_BEFORE: Final = re.compile(r"(?:[})\]0-9+*/^-]|(?<![A-Za-z])[A-Za-z]|\\[A-Za-z]+)\s*$")
_BEHIND: Final = re.compile(r"\s*(?:[(\[{0-9^_+*/-]|[A-Za-z](?![A-Za-z])|\\(?!end|\\|quad|qquad))")
# Other words before a lone array may say what is done to it: "reflecting (3, 5) = ...".
_VERB: Final = re.compile(
    r"(?i)(?<![a-z])(?!(?:so|then|thus|hence|therefore|have|get|gives|is|are|that|and|now)\W*$)"
    r"[a-z]{2,}\s*$"
)
_ENVIRONMENT: Final = re.compile(r"\\(?:begin|end)\s?\{[a-z]+\*?\}|\\left|\\\\|[$&\s]+$|\\[(\[]")
_NEAR: Final = 40
_WRITTEN: Final = frozenset({"neg", "/"})
_AFTER: Final = 100
_MAX_NESTING: Final = 30
_MAX_DIGITS: Final = 30


def may_state_arrays(text: str) -> bool:
    """Tell quickly whether a step writes a tuple or a matrix into an equation."""
    return "=" in text and (_MASKED.search(text) or _TUPLE.search(text)) is not None


def judge_arrays(trail: Trail) -> Iterator[Judgement]:
    """Compare neighbours that are numbers, tuples or matrices, of which one was computed."""
    text = trail.texts[-1]
    if not may_state_arrays(text) or any(
        is_other_arithmetic(each) or _OTHERWISE.search(each) for each in trail.texts
    ):
        return
    for chain in find_chains(_MASKED.sub(_mask, text)):
        formulas = _read(text, chain)
        values = list(map(_value, formulas, _sources(text, chain)))
        for index, (left, right) in enumerate(itertools.pairwise(values)):
            pair = _pair(text, chain, index, formulas[index], formulas[index + 1])
            if left is None or right is None or pair is None or left.shape != right.shape:
                continue
            computed = f"the sides are {left} and {right}"
            if left == right:
                yield Judgement(pair, "true", _RULE, str(left))
                continue
            doubts = (
                chain.related,
                supposes(chain.sentence),
                is_taken_back(text[pair.end : pair.end + _AFTER]),
                left in values[index + 2 :] or right in values[:index],  # a slip
                any(side is not None and _has_decimals(side) for side in formulas),
            )
            yield Judgement(pair, "open" if any(doubts) else "false", _RULE, computed)


def _mask(found: re.Match[str]) -> str:
    """Put a number in brackets in place of an array, of the same length."""
    return f"(1{' ' * (len(found[0]) - 3)})"


def _sources(text: str, chain: Chain) -> list[str]:
    return [text[side.start : side.end] if side.source else "" for side in chain.sides]


def _read(text: str, chain: Chain) -> list[Formula | None]:
    """Read the sides; None for what is no formula, and for one that a factor stands beside."""
    formulas = [_formula(source) for source in _sources(text, chain)]
    before = _ENVIRONMENT.sub("", text[max(0, chain.start - _NEAR) : chain.start])
    is_moved = isinstance(formulas[0], Group) and _VERB.search(before) is not None
    if is_moved or _BEFORE.search(before):
        formulas[0] = None
    if _BEHIND.match(_MARKUP.sub(" ", text[chain.end : chain.end + _NEAR])):
        formulas[-1] = None
    return formulas


def _formula(source: str) -> Formula | None:
    try:
        pieces = "".join(_split(source))
        return read_formula(
            _MULTIPLE.sub("*", pieces), max_nesting=_MAX_NESTING, max_digits=_MAX_DIGITS
        )
    except UnreadableError:
        return None


def _split(source: str) -> Iterator[str]:
    """Yield a side's pieces, mark-up left out, bars and angles as the reader knows them."""
    at = 0
    for found in _MASKED.finditer(source):
        yield _MARKUP.sub(" ", source[at : found.start()])
        array = found[0].replace("vmatrix", "pmatrix")
        if found[0].startswith("\\langle"):
            yield "(" + found[0].removeprefix("\\langle").removesuffix("\\rangle") + ")"
        elif "vmatrix" in found[0] or found[0].startswith("\\det"):
            yield "|" + array.removeprefix("\\det").strip() + "|"
        else:
            yield array
        at = found.end()
    yield _MARKUP.sub(" ", source[at:])


def _value(formula: Formula | None, source: str) -> Array | None:
    if formula is None:
        return None
    crosses, dots = _CROSS.search(source) is not None, _DOT.search(source) is not None
    product: Product = "cross" if crosses and not dots else "dot" if dots and not crosses else ""
    try:
        return compute_array(formula, product)
    except NoValueError:
        return None


def _pair(
    text: str, chain: Chain, index: int, left: Formula | None, right: Formula | None
) -> Pair | None:
    """Return two sides of which one computes with an array; None for all others."""
    if left is None or right is None or not (_computes(left) or _computes(right)):
        return None
    start, end = chain.sides[index].start, chain.sides[index + 1].end
    one, other = express(left), express(right)
    names: frozenset[str] = frozenset()
    return Pair(one, other, (one, other), names, text[start:end], start, end, chain, index)


def _computes(formula: Formula) -> bool:
    """Tell whether something is computed, with an array or for its elements."""
    arrays = [node for node in nodes(formula) if isinstance(node, Group)]
    return bool(arrays) and (
        not isinstance(formula, Group)
        or any(isinstance(node, Apply) and node.name not in _WRITTEN for node in nodes(formula))
    )


def _has_decimals(formula: Formula) -> bool:
    return express(formula).has_decimals
